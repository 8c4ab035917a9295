"""What the formats that are one XML file share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from traverba.documents.formats.document import Reading
from traverba.documents.formats.splices import Spliced, Unit
from traverba.documents.formats.xmltree import LARGEST_BYTES, XmlFile, parse_xml
from traverba.documents.inline import InlineText
from traverba.errors import DocumentError


class XmlDocument:
    """An XML file of which a format knows where its texts are."""

    def __init__(self, reading: Reading) -> None:
        self.path: Path = reading.path

    def find(self, file: XmlFile) -> Iterator[Unit]:
        """The units, in the order of the file."""
        raise NotImplementedError

    @cached_property
    def _spliced(self) -> Spliced:
        if self.path.stat().st_size > LARGEST_BYTES:
            raise DocumentError(f"{self.path} is too large: at most {LARGEST_BYTES} bytes of XML are read")
        file = parse_xml(self.path.read_bytes(), str(self.path))
        return Spliced(file, list(self.find(file)))

    def units(self) -> Iterator[InlineText]:
        return (unit.inline for unit in self._spliced.units if not unit.fixed)

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        sink.write(self._spliced.translated(translations))
