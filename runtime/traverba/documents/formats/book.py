"""Books (.epub): chapters in the order of reading, the table of contents, title and description."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import unquote

from traverba.documents.formats.packages import Package
from traverba.documents.formats.splices import Unit, escaped, insertion
from traverba.documents.formats.xmltree import Element, Text, XmlFile
from traverba.documents.formats.xmlunits import find_units
from traverba.documents.markup.html_elements import role
from traverba.documents.markup.xhtml import page_units
from traverba.errors import DocumentError

CONTAINER = "META-INF/container.xml"
XHTML, CONTENTS = "application/xhtml+xml", "application/x-dtbncx+xml"
TRANSLATED_METADATA = ("title", "description", "subject")


class Book(Package):
    """An .epub file."""

    @cached_property
    def _index(self) -> str:
        """The part that lists all others."""
        roots = [element for element in self.read(CONTAINER).root.walk() if element.name == "rootfile"]
        if not roots:
            raise DocumentError(f"{self.path}: {CONTAINER} names no package document; it is no EPUB")
        return roots[0].attributes.get("full-path", "")

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """Part -> media type of all parts with text, in the order of reading."""
        root = self.read(self._index).root
        items = [element for element in root.walk() if element.name == "item"]
        spine = [e.attributes.get("idref", "") for e in root.walk() if e.name == "itemref"]
        position = {identifier: place for place, identifier in enumerate(spine)}
        items.sort(key=lambda item: position.get(item.attributes.get("id", ""), len(spine)))
        folder = posixpath.dirname(self._index)
        kinds: dict[str, str] = {}
        for item in items:
            name = posixpath.normpath(posixpath.join(folder, unquote(item.attributes.get("href", ""))))
            kind = item.attributes.get("media-type", "")
            if kind in (XHTML, CONTENTS) and name in self.parts:
                kinds[name] = kind
        return kinds

    def part_names(self) -> list[str]:
        return [self._index, *self._kinds]

    def find(self, name: str, file: XmlFile) -> Iterator[Unit]:
        if name == self._index:
            yield from self._metadata(file)
        elif self._kinds[name] == XHTML:
            yield from page_units(file, self.target)
        else:
            for element in file.root.walk():
                if element.name == "text":
                    yield from find_units(element, role, file.data, collapse=True)

    def _metadata(self, file: XmlFile) -> Iterator[Unit]:
        metadata = file.root.find("metadata")
        for element in metadata.elements() if metadata else ():
            if element.name in TRANSLATED_METADATA:
                yield from find_units(element, role, file.data, collapse=True)
            elif element.name == "language":
                yield from self._language(element)

    def _language(self, element: Element) -> Iterator[Unit]:
        if len(element.children) == 1 and isinstance(element.children[0], Text):
            value = insertion(element.inner, escaped(self.target))
            value.end = element.close
            yield value
