"""A Markdown text as markdown-it-py sees it, with the place of every character of its paragraphs.

The parser says on which lines a paragraph lies and what its text is without the marks of quotes and lists
before each line; where that text stands in the line follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from traverba.documents.formats.libraries import import_library
from traverba.errors import DocumentError

LARGEST_BYTES = 64 * 2**20
"""As for XML: the parser's tokens take some twenty times as much."""

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_HEADING = re.compile(r"#{1,6}[ \t]+")
_CELL_EDGE = re.compile(r"[ \t|>]*")
_TASK = re.compile(r"\[[ xX]\][ \t]+|\[![A-Za-z]+\][ \t]*\n")
"""The box of a task, or the line that makes a quote a note; both are marks, not words."""


@dataclass(frozen=True)
class Paragraph:
    """A text with inline markup: a paragraph, a heading or a cell of a table."""

    content: str
    """Without what stands before each line."""
    places: list[int]
    """The byte in the source that each character of the content begins at, and the end of the last."""
    tokens: list[Any]
    begins_line: bool
    """Whether it could be mistaken for another kind of block: a heading or a cell cannot."""
    in_cell: bool
    continuation: str
    """What stands before its second line, if it has one, the line break included."""
    skipped: int
    """How many characters of the content are a mark and no text."""


class MarkdownSource:
    """A text, its bytes and its paragraphs."""

    def __init__(self, text: str) -> None:
        try:
            self.data = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise DocumentError(f"the text holds half of a character (a lone surrogate): {error}") from error
        if len(self.data) > LARGEST_BYTES:
            raise DocumentError(f"the text has {len(self.data)} bytes; at most {LARGEST_BYTES} are read")
        self._bytes = [0, *accumulate(len(character.encode("utf-8")) for character in text)]
        self._lines = [(match.start(), match[1]) for match in _LINE.finditer(text)]
        self._text = text
        self._cell_ends: dict[int, int] = {}  # line -> where the last cell found in it ends
        self.parser = _parser()
        self.environment: dict[str, Any] = {}

    def paragraphs(self) -> Iterator[Paragraph]:
        """In the order of the parser, which puts footnotes last."""
        around = ""
        for token in self.parser.parse(self._text, self.environment):
            if token.type == "inline" and token.children:
                paragraph = self._paragraph(token, around)
                if paragraph is not None:
                    yield paragraph
            around = token.type

    def _paragraph(self, token: Any, around: str) -> Paragraph | None:
        """None if its characters are not where they should be, as with tabs that are cut in two."""
        first = token.map[0]
        in_cell = around in ("th_open", "td_open")
        offsets = self._cell(token.content, first) if in_cell else self._rows(token.content, first)
        if offsets is None:
            return None
        continuation = ""
        if "\n" in token.content:
            second = offsets[token.content.index("\n") + 1]
            end_of_first = self._lines[first][0] + len(self._lines[first][1])
            continuation = self._text[end_of_first:second]
        mark = _TASK.match(token.content)
        return Paragraph(
            token.content,
            [self._bytes[offset] for offset in offsets],
            token.children,
            around == "paragraph_open",
            in_cell,
            continuation,
            mark.end() if mark else 0,
        )

    def _rows(self, content: str, first: int) -> list[int] | None:
        """Where each character stands, of a text whose lines end lines of the source."""
        offsets: list[int] = []
        for number, row in enumerate(content.split("\n"), first):
            if number >= len(self._lines):
                return None
            start, line = self._lines[number]
            at = self._find_row(line.replace("\0", "\ufffd"), row)
            if at is None:
                return None
            offsets += range(start + at, start + at + len(row) + 1)
        return offsets

    def _find_row(self, line: str, row: str) -> int | None:
        for ending in (line, line.rstrip(" \t")):
            if ending.endswith(row):
                return len(ending) - len(row)
        heading = _HEADING.search(line)
        at = line.find(row, heading.end()) if heading else -1
        return at if at >= 0 else None

    def _cell(self, content: str, number: int) -> list[int] | None:
        """Where each character of a table's cell stands; a bar in a cell is written with a backslash."""
        start, line = self._lines[number]
        edge = _CELL_EDGE.match(line, self._cell_ends.get(number, 0))
        at = edge.end() if edge else 0
        offsets = []
        for character in content:
            if character == "|" and line.startswith("\\|", at):
                at += 1
            if not line.startswith(character, at):
                return None
            offsets.append(start + at)
            at += 1
        self._cell_ends[number] = at
        return [*offsets, start + at]


def _parser() -> Any:
    """CommonMark with what readers of Markdown expect besides: tables, footnotes, front matter."""
    markdown_it = import_library("markdown_it")
    front_matter = import_library("mdit_py_plugins.front_matter")
    footnote = import_library("mdit_py_plugins.footnote")
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.use(front_matter.front_matter_plugin).use(footnote.footnote_plugin)
    # Joined texts would hide how a character was written.
    return parser.disable(["text_join", "footnote_inline"])
