"""OpenDocument texts (.odt): paragraphs and headings, also in tables, notes, frames, headers and footers."""

from __future__ import annotations

from collections.abc import Iterator

from traverba.documents.formats.packages import Package
from traverba.documents.formats.splices import Unit
from traverba.documents.formats.xmltree import Element, XmlFile
from traverba.documents.formats.xmlunits import Role, find_units

PARAGRAPHS = {"p", "h"}
INLINE = {"span", "a", "meta", "ruby", "ruby-base"}
WITH_PARAGRAPHS = {"note", "frame", "annotation", "custom-shape"}
"""Stand in a paragraph and hold paragraphs of their own."""
BLOCKS = {
    *PARAGRAPHS,
    *("note-body", "text-box", "section", "list", "list-item", "list-header"),
    *("table", "table-row", "table-header-rows", "table-cell"),
}
BREAKS = {"line-break", "tab"}
LEFT_ALONE = {"tracked-changes", "scripts", "font-face-decls", "automatic-styles", "styles"}


class OpenDocument(Package):
    """An .odt file."""

    def part_names(self) -> list[str]:
        return [name for name in ("content.xml", "styles.xml") if name == "content.xml" or name in self.parts]

    def find(self, name: str, file: XmlFile) -> Iterator[Unit]:
        for element in paragraphs(file.root):
            yield from find_units(element, role, file.data, collapse=True)


def paragraphs(element: Element) -> Iterator[Element]:
    """All paragraphs that are not inside other paragraphs."""
    for child in element.elements():
        if child.name in PARAGRAPHS and child.space.endswith(":text:1.0"):
            yield child
        elif child.name not in LEFT_ALONE:
            yield from paragraphs(child)


def role(element: Element) -> Role:
    """What an element in a paragraph is."""
    if element.name in INLINE:
        return Role.INLINE
    if element.name in BLOCKS:
        return Role.BLOCK
    if element.name in WITH_PARAGRAPHS:
        return Role.OPAQUE
    return Role.BREAK if element.name in BREAKS else Role.MARK
