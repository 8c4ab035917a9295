"""Writes a text with its tags again once all of them have their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from traverba.documents.inline_text import InlineTag, InlineText
from traverba.text import Span

CLOSING = ".,;:!?)]}…%”»’'"
"""Marks that take no space before them."""


@dataclass(frozen=True)
class Place:
    """Where a tag goes in a translation without stand-ins."""

    start: int
    end: int
    loose: bool = False
    """Whether the translator did not put it there: it may lack the spaces that the source has around it."""

    @property
    def span(self) -> Span:
        return self.start, self.end


def rebuild(
    source: InlineText, text: str, places: Mapping[int, Place], children: Mapping[int, Sequence[int]]
) -> InlineText:
    """The tags of ``source`` at their places in ``text``; ``children`` has those of -1 at the top."""
    writer = _Writer(source, text)

    def in_order(parent: int) -> list[tuple[int, bool]]:
        """The last one first, as a stack wants them."""
        below = children.get(parent, ())
        return [(i, True) for i in sorted(below, key=lambda i: (*places[i].span, i), reverse=True)]

    todo = in_order(-1)
    while todo:
        index, begins = todo.pop()
        if begins:
            writer.begin(index, places[index])
            todo += [(index, False), *in_order(index)]
        else:
            writer.end(index, places[index])
    return writer.finish()


class _Writer:
    """Text written so far, and the tags in it."""

    def __init__(self, source: InlineText, text: str) -> None:
        self._source = source
        self._text = text
        self._read = 0
        self._parts: list[str] = []
        self._length = 0
        self._tags: list[InlineTag] = []
        self._numbers: dict[int, int] = {}  # index in the source -> in what is written

    def begin(self, index: int, place: Place) -> None:
        """The text before a tag, and its beginning."""
        self._copy(place.start)
        tag = self._source.tags[index]
        if place.loose and self._source.text[tag.start - 1 : tag.start] == " " and self._needs_space():
            self._write(" ")
        self._numbers[index] = len(self._tags)
        self._tags.append(replace(tag, start=self._length, end=self._length))

    def end(self, index: int, place: Place) -> None:
        """The text inside a tag, or what stands for it, and its end."""
        self._copy(place.end)
        tag = self._source.tags[index]
        if tag.atomic:
            self._write(self._source.text[tag.start : tag.end])
        number = self._numbers[index]
        self._tags[number] = replace(self._tags[number], end=self._length)
        following = self._text[self._read : self._read + 1]
        wants_space = place.loose and self._source.text[tag.end : tag.end + 1] == " "
        if wants_space and following and not following.isspace() and following not in CLOSING:
            self._write(" ")

    def finish(self) -> InlineText:
        self._copy(len(self._text))
        return InlineText("".join(self._parts), tuple(self._tags))

    def _copy(self, until: int) -> None:
        self._write(self._text[self._read : until])
        self._read = until

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _needs_space(self) -> bool:
        """Whether what was written last is no space, and there is anything."""
        return bool(self._parts) and not self._parts[-1][-1].isspace()
