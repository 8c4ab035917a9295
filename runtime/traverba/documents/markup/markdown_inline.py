"""The inline markup of a Markdown paragraph, token by token beside its characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from traverba.documents.inline import InlineBuilder, InlineText
from traverba.documents.markup.markdown_source import Paragraph

Span = tuple[int, int]

_BACKTICKS = re.compile(r"`+")
_SOFT_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_HARD_BREAK = re.compile(r"(?:[ \t]*|\\)\n[ \t]*")
_HTML_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)[^>]*?(/?)>")
_SPACES = re.compile(r"\s*")
HTML_WITHOUT_END = frozenset(["br", "hr", "img", "input", "wbr"])


class OutOfStepError(Exception):
    """The tokens of a paragraph and its characters do not agree."""


@dataclass
class Inline:
    """A paragraph's text, and of each tag the characters of the content that it is written with."""

    text: InlineText
    opening: list[Span]
    closing: list[Span]
    replaced: dict[int, str]
    """Endings that must change: a link that is named by its own text."""
    alts: list[Span] = field(default_factory=list)
    """Descriptions of images."""
    literal: set[str] = field(default_factory=set)
    """Punctuation that the text has as it is."""
    escaped: set[str] = field(default_factory=set)
    """Punctuation that the text has behind a backslash or as a reference."""


class InlineReader:
    """Reads one paragraph; ``at`` is the place in its content."""

    def __init__(self, paragraph: Paragraph, parser: Any) -> None:
        self._content, self._tokens = paragraph.content, paragraph.tokens
        self._skip = paragraph.skipped
        self._helpers = parser.helpers
        self._builder = InlineBuilder()
        self._result = Inline(InlineText(""), [], [], {})
        self._at = 0
        self._links: list[int] = []  # keys of those that are open, and where their texts begin
        self._paired = dict(_pairs(self._tokens))
        self._opened: list[int] = []

    def read(self) -> Inline:
        tokens = iter(enumerate(self._tokens))
        for number, token in tokens:
            if token.type == "link_open" and token.markup == "autolink":
                self._protect(self._content.index(">", self._at) + 1)
                while next(tokens)[1].type != "link_close":
                    pass
            else:
                self._read(number, token)
        if self._at != len(self._content):
            raise OutOfStepError
        self._result.text = self._builder.build()
        return self._result

    def _read(self, number: int, token: Any) -> None:
        kind = token.type
        if kind == "text":
            self._text(token.content, token.content)
        elif kind == "text_special":
            self._result.escaped.update(token.content)
            self._text(token.markup, token.content)
        elif kind in ("softbreak", "hardbreak"):
            self._break(kind == "hardbreak")
        elif kind == "code_inline":
            self._protect(self._end_of_code())
        elif kind == "image":
            self._image(token)
        elif kind == "link_open":
            self._open("[")
        elif kind == "link_close":
            self._close_link()
        elif kind == "footnote_ref":
            self._mark(f"[^{token.meta['label']}]")
        elif kind == "html_inline":
            self._html(number, token.content)
        elif kind.endswith("_open"):
            self._open(token.markup)
        elif kind.endswith("_close"):
            self._close(token.markup)
        else:
            raise OutOfStepError

    def _text(self, written: str, meant: str) -> None:
        """Characters; those of a mark at the beginning of the paragraph are no text."""
        start = self._at
        self._take(written)
        if start < self._skip:
            meant = written[self._skip - start :] if self._at > self._skip else ""
        if written == meant:
            self._result.literal.update(meant)
        self._builder.text(meant)

    def _break(self, hard: bool) -> None:
        match = (_HARD_BREAK if hard else _SOFT_BREAK).match(self._content, self._at)
        if match is None:
            raise OutOfStepError
        if self._at < self._skip:
            self._at = match.end()
        elif hard:
            self._add(self._builder.line_break(), match.end())
        else:
            self._at = match.end()
            self._builder.text(" ")

    def _image(self, token: Any) -> None:
        label = self._at + len("![")
        close = label + len(token.content)
        if not (self._content.startswith("![", self._at) and self._content.startswith("]", close)):
            raise OutOfStepError
        end = self._end_of_link(close)
        named_by_itself = self._content[close:end] in ("]", "][]")
        if not named_by_itself and all(child.type == "text" for child in token.children or ()):
            self._result.alts.append((label, close))
        self._protect(end)

    def _close_link(self) -> None:
        key, close = self._opened[-1], self._at
        end = self._end_of_link(close)
        if self._content[close:end] in ("]", "][]"):
            label = self._content[self._result.opening[key][1] : close]
            self._result.replaced[key] = f"][{_SOFT_BREAK.sub(' ', label)}]"
        self._close(self._content[close:end])

    def _end_of_link(self, close: int) -> int:
        """The end of a link or an image whose text ends at a bracket, found as the parser finds it."""
        content, length = self._content, len(self._content)
        if not content.startswith("]", close):
            raise OutOfStepError
        if content.startswith("[", close + 1):
            end = re.compile(r"\[(?:\\.|[^\]\\])*\]", re.DOTALL).match(content, close + 1)
            return end.end() if end else close + 1
        if content.startswith("(", close + 1):
            at = self._behind_spaces(close + 2)
            target = self._helpers.parseLinkDestination(content, at, length)
            at = self._behind_spaces(target.pos) if target.ok else at
            title = self._helpers.parseLinkTitle(content, at, length) if at < length else None
            at = self._behind_spaces(title.pos) if title is not None and title.ok else at
            if content.startswith(")", at):
                return at + 1
        return close + 1

    def _behind_spaces(self, at: int) -> int:
        match = _SPACES.match(self._content, at)
        return match.end() if match else at

    def _html(self, number: int, tag: str) -> None:
        match = _HTML_TAG.fullmatch(tag)
        if number in self._paired:
            self._open(tag)
        elif number in self._paired.values():
            self._close(tag)
        elif match and match[2].lower() == "br":
            self._add(self._builder.line_break(), self._at + len(tag))
        else:
            self._mark(tag)

    def _end_of_code(self) -> int:
        ticks = _BACKTICKS.match(self._content, self._at)
        for closing in _BACKTICKS.finditer(self._content, ticks.end()) if ticks else ():
            if ticks and len(closing.group()) == len(ticks.group()):
                return closing.end()
        raise OutOfStepError

    def _open(self, written: str) -> None:
        start = self._at
        self._take(written)
        self._opened.append(self._builder.open())
        self._result.opening.append((start, self._at))
        self._result.closing.append((self._at, self._at))

    def _close(self, written: str) -> None:
        start = self._at
        self._take(written)
        self._builder.close()
        self._result.closing[self._opened.pop()] = (start, self._at)

    def _mark(self, written: str) -> None:
        start = self._at
        self._take(written)
        self._at = start
        self._add(self._builder.empty(), start + len(written))

    def _protect(self, end: int) -> None:
        self._add(self._builder.protected(), end)

    def _add(self, key: int, end: int) -> None:
        """A tag that is one piece of the content."""
        assert key == len(self._result.opening)
        self._result.opening.append((self._at, end))
        self._result.closing.append((end, end))
        self._at = end

    def _take(self, written: str) -> None:
        if not self._content.startswith(written, self._at):
            raise OutOfStepError
        self._at += len(written)


def _pairs(tokens: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Which HTML tags belong together, as numbers of tokens: those with nothing crossing them."""
    opened: list[tuple[str, int]] = []
    for number, token in enumerate(tokens):
        match = _HTML_TAG.fullmatch(token.content) if token.type == "html_inline" else None
        if match:
            closes, name, alone = match[1], match[2].lower(), match[3]
            if closes and opened and opened[-1][0] == name:
                yield opened.pop()[1], number
            elif not closes and not alone and name not in HTML_WITHOUT_END:
                opened.append((name, number))
        elif token.type.endswith("_open"):
            opened.append((token.type[: -len("_open")], -1))
        elif token.type.endswith("_close"):
            while opened and opened.pop() != (token.type[: -len("_close")], -1):
                pass
