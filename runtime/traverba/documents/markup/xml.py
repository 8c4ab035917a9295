"""XML of any vocabulary: what is a sentence follows from where text and elements stand side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from traverba.documents.formats.splices import Spliced, Unit, escaped
from traverba.documents.formats.xmltree import XML_SPACE, Element, Text, parse_xml_text
from traverba.documents.formats.xmlunits import Role, find_units
from traverba.documents.inline import InlineText
from traverba.documents.markup.attributes import attribute_values, write_value
from traverba.documents.markup.xhtml import relabelled

ITS_TRANSLATE = "http://www.w3.org/2005/11/its translate"
CDATA_BEGINS, CDATA_ENDS = b"<![CDATA[", b"]]>"


class XmlText:
    """A document whose texts can be replaced; all else is written as it was read."""

    def __init__(
        self,
        text: str,
        target: str,
        inline: Collection[str] | None,
        attributes: Collection[str],
        name: str = "the document",
    ) -> None:
        self._file = parse_xml_text(text, name)
        self._inline = None if inline is None else frozenset(inline)
        self._within: set[int] = set()  # elements that stand among the words of another
        self._phrases: set[int] = set()  # elements that could
        self._untranslated: set[int] = set()
        self._survey()
        units = [
            *relabelled(self._file.root, target, self._file.data),
            *self._attributes(frozenset(attributes)),
            *self._texts(),
        ]
        self._spliced = Spliced(self._file, units)

    def units(self) -> Iterator[InlineText]:
        """The texts to translate, in the order of the document."""
        return (unit.inline for unit in self._spliced.units if not unit.fixed)

    def written(self, translations: Iterator[InlineText]) -> str:
        """The document with a translation for each unit."""
        return self._spliced.translated(translations).decode("utf-8")

    def _survey(self) -> None:
        """Note which elements are part of a sentence, and take out what is not translated or is verbatim."""
        for element in reversed(list(self._file.root.walk())):
            attributes = element.attributes
            if "no" in (attributes.get("translate"), attributes.get(ITS_TRANSLATE)):
                self._untranslated.add(id(element))
                element.children.clear()
            elif self._inline is None and _has_words(element):
                self._within |= {id(child) for child in element.elements() if self._is_phrase(child)}
            if self._is_phrase(element):
                self._phrases.add(id(element))

    def _is_phrase(self, element: Element) -> bool:
        """Whether an element could stand in a sentence: it has words of its own, or no elements."""
        inside = list(element.elements())
        return not inside or (_has_words(element) and all(id(child) in self._phrases for child in inside))

    def _role(self, element: Element) -> Role:
        within = element.name in self._inline if self._inline is not None else id(element) in self._within
        if id(element) in self._untranslated:
            return Role.KEEP if within else Role.BLOCK
        return Role.INLINE if within else Role.BLOCK

    def _texts(self) -> Iterator[Unit]:
        """White space is kept where the document says so, and is one space elsewhere."""
        verbatim = [e for e in self._file.root.walk() if e.attributes.get(XML_SPACE) == "preserve"]
        found: dict[int, Unit] = {}
        for element in verbatim:
            for unit in find_units(element, self._role, self._file.data, collapse=False):
                found.setdefault(unit.start, unit)
            if self._role(element) is Role.BLOCK:
                element.children.clear()
        for unit in find_units(self._file.root, self._role, self._file.data, collapse=True):
            found.setdefault(unit.start, unit)
        for unit in found.values():
            if self._file.data[unit.start : unit.end].startswith(CDATA_BEGINS) and not unit.fragments:
                unit.write = _write_cdata
            yield unit

    def _attributes(self, names: frozenset[str]) -> Iterator[Unit]:
        for element in self._file.root.walk() if names else ():
            for name, value, span in attribute_values(element, self._file.data):
                if name in names and id(element) not in self._untranslated:
                    yield Unit(*span, InlineText(value), (), write_value)


def _has_words(element: Element) -> bool:
    return any(isinstance(child, Text) and child.text.strip() for child in element.children)


def _write_cdata(translation: InlineText, unit: Unit, spliced: Spliced) -> bytes:
    """Text in a section that needs no references, if it was in one."""
    if not spliced.file.data[unit.start : unit.end].endswith(CDATA_ENDS):
        return escaped(translation.text)
    text = translation.text.encode("utf-8").replace(CDATA_ENDS, b"]]]]><![CDATA[>")
    return CDATA_BEGINS + text + CDATA_ENDS
