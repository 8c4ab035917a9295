"""Files of many kinds: each format reads texts from a file and writes the file again with others.

`document` says what a format is; every other module is one, or what several share (`textfile`,
`xmltree`, `xmlunits` and `splices`, `packages`). What is not translated is never written anew: it is copied,
byte for byte, which no library for documents, subtitles or catalogues does. The parsers come from
Python (expat, csv, json, zipfile) or from the extra ``files``, and are imported when a file needs them.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from traverba.documents.formats.document import Document, FileOptions, Format, Reading
from traverba.errors import FileFormatError

__all__ = ["FORMATS", "Document", "FileOptions", "Format", "Reading", "format_of", "open_document"]

FORMATS = {
    ".txt": "plain.PlainText",
    ".md": "pages.Markdown",
    ".markdown": "pages.Markdown",
    ".html": "pages.Html",
    ".htm": "pages.Html",
    ".xhtml": "pages.Xhtml",
    ".xml": "pages.Xml",
    ".srt": "subtitles.Subtitles",
    ".vtt": "subtitles.Subtitles",
    ".po": "catalogue.Catalogue",
    ".pot": "catalogue.Catalogue",
    ".xlf": "xliff.Xliff",
    ".xliff": "xliff.Xliff",
    ".tmx": "memory.TranslationMemory",
    ".json": "jsonvalues.JsonValues",
    ".csv": "table.Table",
    ".tsv": "table.Table",
    ".docx": "word.WordDocument",
    ".odt": "opendocument.OpenDocument",
    ".epub": "book.Book",
}
"""File name ending -> module and name of its `Format`."""


def format_of(path: Path) -> str:
    """The format of a file, by the ending of its name; FileFormatError with all that are known."""
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        raise FileFormatError(
            f"{path}: no format is known by the ending {path.suffix!r}; known are {', '.join(FORMATS)}"
        )
    return found


def open_document(reading: Reading) -> Document:
    """The file, opened as what its name says it is."""
    module, _, name = format_of(reading.path).partition(".")
    return cast(Format, getattr(import_module(f"{__name__}.{module}"), name))(reading)
