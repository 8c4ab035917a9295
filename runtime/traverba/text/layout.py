"""What of a text is prose, and what is its layout: breaks, indentation, list marks, control characters.

Layout is not for the model and stays as it is, so nothing of it can be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from traverba.text.pieces import Span

SEPARATOR = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+| {3,}"
)
"""Line breaks of every kind, tabs, columns of blanks, controls, direction marks, byte order marks."""

MARK = re.compile(
    r"""(?: [-*+•‣◦·–—>|]                  # bullets, a speaker's dash, quotation of mail
          | \#{1,6}                        # headings of Markdown
          | \d{1,3}(?:\.\d{1,3}){0,4}[.)]  # 1.  2)  1.2.3.
          | \(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\)
          | \[[ xX]\]                      # a box to tick
        )\s+""",
    re.VERBOSE,
)
"""What stands before the words of a list item, a heading or a quoted line."""

LINE_BREAK = re.compile(r"[ \t]*(?:\r\n|[\n\r\u2028\x85])[ \t]*")
"""What may stand between two lines of one paragraph."""

LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def find_stretches(text: str) -> Iterator[Span]:
    """Stretches of text without separators, white space and list marks around them; some may be empty."""
    begin, at_line_start = 0, True
    for separator in SEPARATOR.finditer(text):
        yield from _stretch(text, begin, separator.start(), at_line_start)
        blank = not text[begin : separator.start()].strip()
        at_line_start = (at_line_start and blank) or any(c in LINE_ENDS for c in separator[0])
        begin = separator.end()
    yield from _stretch(text, begin, len(text), at_line_start)


def _stretch(text: str, start: int, end: int, at_line_start: bool) -> Iterator[Span]:
    content = text[start:end].strip()
    if not content:
        return
    start += text[start:end].index(content)
    end = start + len(content)
    while at_line_start and (mark := MARK.match(text, start, end)):
        start = mark.end()
    yield start, end


def join_lines(text: str, stretches: Iterator[Span]) -> Iterator[Span]:
    """Lines of one paragraph as one span; a list mark, a heading or an empty line begins another."""
    paragraph: Span | None = None
    for start, end in stretches:
        if paragraph is None:
            paragraph = (start, end)
        elif _goes_on(text, paragraph, start):
            paragraph = (paragraph[0], end)
        else:
            yield paragraph
            paragraph = (start, end)
    if paragraph is not None:
        yield paragraph


def _goes_on(text: str, paragraph: Span, start: int) -> bool:
    heading = text[max(0, paragraph[0] - 2) : paragraph[0]].rstrip().endswith("#")
    return not heading and LINE_BREAK.fullmatch(text, paragraph[1], start) is not None


def flat(text: str) -> str:
    """A paragraph on one line, every character in its place."""
    return LINE_BREAK.sub(lambda found: " " * len(found[0]), text)
