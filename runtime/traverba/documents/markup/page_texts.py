"""The texts of a page's tree, whether HTML or XHTML: those between its tags and those in attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traverba.documents.formats.splices import Unit
from traverba.documents.formats.xmltree import XML_LANG, Element, Node, Text, XmlFile
from traverba.documents.formats.xmlunits import Role, Roles, find_units
from traverba.documents.inline import InlineText
from traverba.documents.markup.attributes import attribute_values, write_value
from traverba.documents.markup.html_elements import (
    LISTED,
    is_code,
    is_marked_untranslated,
    text_attributes,
)
from traverba.documents.markup.html_tree import IMPLIED


class PageTexts:
    """Where the texts of a page are. ``role`` says what each element is, whatever is in it."""

    def __init__(self, file: XmlFile, target: str, role: Roles) -> None:
        self._file, self._target, self._vocabulary = file, target, role
        self._mixed: set[int] = set()  # inline elements with blocks in them
        self._listed: set[int] = set()  # inline elements that stand for themselves, as in a menu
        self._survey(file.root)

    def units(self) -> Iterator[Unit]:
        """First the attributes, then what stands between tags; white space is one space to a reader."""
        yield from self._attributes(self._file.root)
        yield from find_units(self._file.root, self._role, self._file.data, collapse=True)

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
        found = self._vocabulary(element)
        if found is Role.INLINE and self._in_target(element):
            return Role.KEEP
        if found is Role.INLINE and (id(element) in self._mixed or id(element) in self._listed):
            return Role.BLOCK
        return found

    def _in_target(self, element: Element) -> bool:
        """Whether a part of the page says that it is in the target's language already."""
        said = element.attributes.get("lang") or element.attributes.get(XML_LANG, "")
        return element.name not in ("html", "body") and said.lower().split("-")[0] == self._target.lower()

    def _attributes(self, top: Element) -> Iterator[Unit]:
        for element in top.walk():
            if IMPLIED in element.attributes or is_marked_untranslated(element):
                continue
            names = text_attributes(element)
            for name, value, span in attribute_values(element, self._file.data) if names else ():
                if name in names:
                    yield Unit(*span, InlineText(value), (), write_value)


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
