"""Text files as lines and back, byte for byte: byte order mark, line ends and a missing last one."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from traverba.errors import DocumentError, OptionError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class TextFile:
    """A file that is read a line at a time."""

    path: Path
    encoding: str
    mark: bytes
    """Its byte order mark, if it has one."""

    def lines(self) -> Iterator[str]:
        """The lines with their ends, which may be of any kind; none of the mark."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            if self.mark:
                file.seek(len(self.mark))
            try:
                yield from file
            except UnicodeDecodeError as error:
                raise self._undecodable(error) from error

    def text(self) -> str:
        """All of it at once."""
        return "".join(self.lines())

    def encode(self, text: str) -> bytes:
        """Text as this file writes it; a character that its encoding lacks is a DocumentError."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise DocumentError(
                f"{self.path} is in {self.encoding}, which has no {error.object[error.start]!r} for the "
                "translation; convert the file to UTF-8 first"
            ) from error

    def _undecodable(self, error: UnicodeDecodeError) -> DocumentError:
        """The decoder reads ahead: the place is looked for again, line by line."""
        place, advice = str(self.path), "name its encoding (--encoding cp1252) or convert it first"
        with self.path.open("rb") as file:
            for number, raw in enumerate(file if self.encoding == "utf-8" else (), 1):
                try:
                    raw.decode(self.encoding)
                except UnicodeDecodeError as found:
                    place, error = f"{place}, line {number}, byte {found.start + 1}", found
                    break
        byte = error.object[error.start]
        return DocumentError(f"{place}: not {self.encoding} (0x{byte:02x}); {advice}")


def open_text(path: Path, encoding: str) -> TextFile:
    """A text file in ``encoding``, unless its byte order mark says another."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise OptionError(
            f"encoding must be one that Python knows, such as cp1252, not {encoding!r}"
        ) from None
    with path.open("rb") as file:
        start = file.read(4)
    for mark, marked in MARKS:
        if start.startswith(mark):
            return TextFile(path, marked, mark)
    return TextFile(path, name, b"")
