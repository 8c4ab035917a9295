"""HTML: which texts of a page are translated, and how they are written again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traverba.documents.formats.xmltree import Element, Node, Text
from traverba.documents.formats.xmlunits import Role, Roles, Spliced, Unit, find_units, insertion, weave
from traverba.documents.inline import InlineText
from traverba.documents.markup.attributes import attribute_values, quoted, write_value
from traverba.documents.markup.html_elements import (
    LISTED,
    is_code,
    is_marked_untranslated,
    role,
    text_attributes,
)
from traverba.documents.markup.html_tree import IMPLIED, parse_html

NO_BREAK_SPACE = "\u00a0"


class HtmlPage:
    """A page, or a part of one, whose texts can be replaced; all else is written as it was read."""

    def __init__(self, page: str, target: str) -> None:
        self._file = parse_html(page)
        self._target = target
        self._mixed: set[int] = set()  # inline elements with blocks in them
        self._listed: set[int] = set()  # inline elements that stand for themselves, as in a menu
        self._survey(self._file.root)
        units = [*self._attributes(self._file.root), *self._texts(), *self._language()]
        self._spliced = Spliced(self._file, units)

    def units(self) -> Iterator[InlineText]:
        """The texts to translate, in the order of the page."""
        return (unit.inline for unit in self._spliced.units if not unit.fixed)

    def written(self, translations: Iterator[InlineText]) -> str:
        """The page with a translation for each unit."""
        return self._spliced.translated(translations).decode("utf-8")

    def _survey(self, top: Element) -> None:
        """Note what an element is because of what is in it or beside it."""
        for element in reversed(list(top.walk())):
            if is_marked_untranslated(element) or is_code(element) or self._in_target(element):
                element.children.clear()
            if any(self._role(child) is Role.BLOCK for child in element.elements()):
                self._mixed.add(id(element))
        for element in top.walk():
            self._listed |= {id(item) for item in _list_items(element.children, self._role)}

    def _role(self, element: Element) -> Role:
        found = role(element)
        if found is Role.INLINE and self._in_target(element):
            return Role.KEEP
        if found is Role.INLINE and (id(element) in self._mixed or id(element) in self._listed):
            return Role.BLOCK
        return found

    def _in_target(self, element: Element) -> bool:
        """Whether a part of the page says that it is in the target's language already."""
        language = element.attributes.get("lang", "").lower().split("-")[0]
        return element.name not in ("html", "body") and language == self._target.lower()

    def _texts(self) -> Iterator[Unit]:
        by_reference = b"&nbsp;" in self._file.data
        for unit in find_units(self._file.root, self._role, self._file.data, collapse=True):
            unit.write = _weave_with_references if by_reference else weave
            yield unit

    def _attributes(self, top: Element) -> Iterator[Unit]:
        for element in top.walk():
            if IMPLIED in element.attributes or is_marked_untranslated(element):
                continue
            names = text_attributes(element)
            for name, value, span in attribute_values(element, self._file.data) if names else ():
                if name in names:
                    yield Unit(*span, InlineText(value), (), write_value)

    def _language(self) -> Iterator[Unit]:
        """What says which language the page is in: it is in another now."""
        html = next((e for e in self._file.root.elements() if e.name == "html"), None)
        if html is None or IMPLIED in html.attributes:
            return
        labels = {name: span for name, _, span in attribute_values(html, self._file.data) if "lang" in name}
        for name in {"lang", "xml:lang"} & labels.keys():
            yield _replacement(labels[name], quoted(self._target, self._file.data[labels[name][0]]))
        if "lang" not in labels:
            yield insertion(html.start + len("<html"), f' lang="{self._target}"'.encode())


def _list_items(nodes: Sequence[Node], role_of: Roles) -> Iterator[Element]:
    """Links and the like side by side with no word between them: a menu, not a sentence."""
    run: list[Element] = []
    words = False
    for node in [*nodes, None]:
        kind = role_of(node) if isinstance(node, Element) else None
        if node is None or kind is Role.BLOCK or kind is Role.BREAK:
            if len(run) > 1 and not words and all(item.name in LISTED for item in run):
                yield from run
            run, words = [], False
        elif isinstance(node, Element):
            run.append(node)
        elif isinstance(node, Text):
            words = words or any(map(str.isalpha, node.text))


def _replacement(span: tuple[int, int], data: bytes) -> Unit:
    unit = insertion(span[0], data)
    unit.end = span[1]
    return unit


def _weave_with_references(translation: InlineText, unit: Unit, spliced: Spliced) -> bytes:
    """No-break spaces as the page writes them, so that its authors still see them."""
    return weave(translation, unit, spliced).replace(NO_BREAK_SPACE.encode("utf-8"), b"&nbsp;")
