"""What a format is: a way to read a file's texts in order, and to write the file again with others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from traverba.documents.inline import InlineText


@dataclass(frozen=True)
class FileOptions:
    """How files are read, apart from how their texts are translated."""

    encoding: str = "utf-8"
    """Of text files without a byte order mark."""

    columns: tuple[str, ...] = ()
    """Of tables: the names in their first line, or numbers from 1; with numbers, no line is a heading."""

    retranslate: bool = False
    """Whether texts that have a translation (.po, .xliff, .tmx) get a new one."""


@dataclass(frozen=True)
class Reading:
    """A file to read, and what it will become."""

    path: Path
    target: str
    source: str | None
    options: FileOptions


class Document(Protocol):
    """A file that was opened. Both methods may be called any number of times."""

    def units(self) -> Iterator[InlineText]:
        """The texts to translate, in the order of the file."""
        ...

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        """The file with a translation for each unit; with the units themselves, the same bytes again."""
        ...


class Format(Protocol):
    """Opens a file; DocumentError if it is not what its name says."""

    def __call__(self, reading: Reading) -> Document: ...
