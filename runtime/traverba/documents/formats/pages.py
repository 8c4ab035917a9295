"""Web pages (.html, .htm, .xhtml) and Markdown (.md): `markup` reads them, here they are files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import BinaryIO, Protocol

from traverba.documents.formats.document import Reading
from traverba.documents.formats.textfile import open_text
from traverba.documents.formats.xhtml import page_units
from traverba.documents.formats.xmldocument import XmlDocument
from traverba.documents.formats.xmltree import XmlFile
from traverba.documents.formats.xmlunits import Unit
from traverba.documents.inline import InlineText
from traverba.documents.markup.html import HtmlPage
from traverba.documents.markup.markdown import MarkdownText
from traverba.errors import DocumentError

LARGEST_CHARACTERS = 16 * 2**20
"""Of a page or a Markdown file, which is held in memory with all its elements."""


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


class Xhtml(XmlDocument):
    """A page that is XML."""

    def __init__(self, reading: Reading) -> None:
        self._target = reading.target
        super().__init__(reading)

    def find(self, file: XmlFile) -> Iterator[Unit]:
        return page_units(file, self._target)
