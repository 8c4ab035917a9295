"""Plain text (.txt): a unit is a paragraph, and paragraphs come one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from traverba.documents.formats.document import Reading
from traverba.documents.formats.textfile import TextFile, open_text
from traverba.documents.inline import InlineText

LONGEST_PARAGRAPH = 200
"""Lines; what goes on for longer is no paragraph, and would have to be held in memory."""


class PlainText:
    """A text file of any length."""

    def __init__(self, reading: Reading) -> None:
        self._file = open_text(reading.path, reading.options.encoding)

    def units(self) -> Iterator[InlineText]:
        for paragraph, _ in paragraphs(self._file):
            if paragraph:
                yield InlineText(paragraph)

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        sink.write(self._file.mark)
        for paragraph, blank in paragraphs(self._file):
            if paragraph:
                sink.write(self._file.encode(next(translations).text))
            sink.write(self._file.encode(blank))


def paragraphs(file: TextFile) -> Iterator[tuple[str, str]]:
    """Lines with words in them, and what comes behind: a line end, blank lines."""
    lines: list[str] = []
    for line in file.lines():
        if line.strip():
            if len(lines) == LONGEST_PARAGRAPH:
                yield _split("".join(lines))
                lines = []
            lines.append(line)
        else:
            if lines:
                yield _split("".join(lines))
                lines = []
            yield "", line
    if lines:
        yield _split("".join(lines))


def _split(paragraph: str) -> tuple[str, str]:
    text = paragraph.rstrip()
    return text, paragraph[len(text) :]
