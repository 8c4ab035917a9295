"""Web pages (.html, .htm, .xhtml), Markdown (.md) and XML of any vocabulary (.xml) as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import BinaryIO, Protocol

from traverba.documents.formats.document import Reading
from traverba.documents.formats.splices import Unit
from traverba.documents.formats.textfile import open_text
from traverba.documents.formats.xmldocument import XmlDocument
from traverba.documents.formats.xmltree import LARGEST_BYTES, XmlFile, decode_xml, xml_encoding
from traverba.documents.inline import InlineText
from traverba.documents.markup.html import HtmlPage
from traverba.documents.markup.markdown import MarkdownText
from traverba.documents.markup.xhtml import page_units
from traverba.documents.markup.xml import XmlText
from traverba.errors import DocumentError

LARGEST_CHARACTERS = 16 * 2**20
"""Of a page or a Markdown file, which is held in memory with all its elements."""
DECLARATION_BYTES = 1024


class Written(Protocol):
    """Text with markup in memory."""

    def units(self) -> Iterator[InlineText]: ...

    def written(self, translations: Iterator[InlineText]) -> str: ...


class MarkupFile:
    """A file that is read as one text with markup."""

    def __init__(self, reading: Reading, parse: Callable[[str], Written]) -> None:
        self._path, self._parse = reading.path, parse
        self._file = open_text(reading.path, reading.options.encoding)

    @cached_property
    def _content(self) -> Written:
        text = self._file.text()
        if len(text) > LARGEST_CHARACTERS:
            raise DocumentError(
                f"{self._path} is too large: at most {LARGEST_CHARACTERS} characters are read"
            )
        return self._parse(text)

    def units(self) -> Iterator[InlineText]:
        return self._content.units()

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        sink.write(self._file.mark + self._file.encode(self._content.written(translations)))


class Html(MarkupFile):
    """An HTML page, or a part of one."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading, lambda text: HtmlPage(text, reading.target))


class Markdown(MarkupFile):
    """A Markdown file."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading, MarkdownText)


class Xml:
    """An XML file of any vocabulary, in the encoding that it declares."""

    def __init__(self, reading: Reading) -> None:
        self._path, self._target = reading.path, reading.target

    @cached_property
    def _encoding(self) -> str:
        with self._path.open("rb") as file:
            return xml_encoding(file.read(DECLARATION_BYTES))

    @cached_property
    def _content(self) -> Written:
        if self._path.stat().st_size > LARGEST_BYTES:
            raise DocumentError(f"{self._path} is too large: at most {LARGEST_BYTES} bytes of XML are read")
        text = decode_xml(self._path.read_bytes(), self._encoding, str(self._path))
        return XmlText(text, self._target, None, (), str(self._path))

    def units(self) -> Iterator[InlineText]:
        return self._content.units()

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        text = self._content.written(translations)
        sink.write(text.encode(self._encoding, "xmlcharrefreplace"))


class Xhtml(XmlDocument):
    """A page that is XML."""

    def __init__(self, reading: Reading) -> None:
        self._target = reading.target
        super().__init__(reading)

    def find(self, file: XmlFile) -> Iterator[Unit]:
        return page_units(file, self._target)
