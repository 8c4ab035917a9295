"""Word documents (.docx): paragraphs, also in tables, headers, footers, notes and text boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traverba.documents.formats.packages import Package
from traverba.documents.formats.splices import Unit
from traverba.documents.formats.wordruns import Paragraph
from traverba.documents.formats.xmltree import XmlFile

MAIN = "word/document.xml"
OTHERS = re.compile(r"word/(?:header|footer|footnotes|endnotes)\d*\.xml")
NAMESPACE_END = ("/wordprocessingml/2006/main", "/wordprocessingml/main")


class WordDocument(Package):
    """A .docx file."""

    def part_names(self) -> list[str]:
        return [MAIN, *sorted(name for name in self.parts if OTHERS.fullmatch(name))]

    def find(self, name: str, file: XmlFile) -> Iterator[Unit]:
        for element in file.root.walk():
            if element.name == "p" and element.space.endswith(NAMESPACE_END):
                yield from Paragraph(element, file.data).units()
