"""A text with its inline markup taken out: characters, and the tags that stood among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

STAND_IN = re.compile(r"\{\d+\}")
"""What stands for something that is not translated: the models of this project learn to copy it."""


@dataclass(frozen=True)
class InlineTag:
    """One element, or one thing that is not translated, of an `InlineText`."""

    start: int
    end: int
    """Character offsets; equal for an element without text, such as a line break or an image."""
    key: int
    """What the format knows it by; it comes out again as it went in."""
    depth: int = 0
    """How many other tags are around it; says of two tags at one place which is the inner one."""
    atomic: bool = False
    """Whether its text only stands in for something that is not translated: it comes out exactly once,
    and the format writes what it stands for instead."""


@dataclass(frozen=True)
class InlineEvent:
    """A step of the way through an `InlineText`: characters, or a tag that begins, ends or stands here."""

    kind: Literal["text", "open", "close", "atomic"]
    text: str = ""
    key: int = -1


@dataclass(frozen=True)
class InlineText:
    """Text and its tags in document order, outer before inner; they nest and never cross."""

    text: str
    tags: tuple[InlineTag, ...] = ()

    def __post_init__(self) -> None:
        parents_of(self.tags, len(self.text))

    def events(self) -> Iterator[InlineEvent]:
        """What a format writes, in order."""
        done = 0
        opened: list[InlineTag] = []
        for tag in (*self.tags, InlineTag(len(self.text), len(self.text), -1)):
            while len(opened) > tag.depth:
                ending = opened.pop()
                yield from self._text(done, ending.end)
                done = ending.end
                yield InlineEvent("close", key=ending.key)
            yield from self._text(done, tag.start)
            done = tag.start
            if tag.atomic:
                done = tag.end
                yield InlineEvent("atomic", self.text[tag.start : tag.end], tag.key)
            elif tag.key >= 0:
                opened.append(tag)
                yield InlineEvent("open", key=tag.key)

    def _text(self, start: int, end: int) -> Iterator[InlineEvent]:
        if start < end:
            yield InlineEvent("text", self.text[start:end])


def parents_of(tags: Sequence[InlineTag], length: int) -> list[int]:
    """For each tag the index of the one around it, -1 for none; ValueError if they do not nest."""
    parents: list[int] = []
    path: list[int] = []
    last_end = [0]  # of the latest tag at each depth
    for index, tag in enumerate(tags):
        del path[tag.depth :], last_end[tag.depth + 1 :]
        around = tags[path[-1]].end if path else length
        if tag.key < 0 or len(path) != tag.depth or not last_end[-1] <= tag.start <= tag.end <= around:
            raise ValueError(f"tag {index} of an inline text does not nest: {tag}")
        if path and tags[path[-1]].atomic:
            raise ValueError(f"tag {index} of an inline text is inside one that is atomic: {tag}")
        parents.append(path[-1] if path else -1)
        last_end[-1] = tag.end
        path.append(index)
        last_end.append(tag.start)
    return parents


class InlineBuilder:
    """Puts an `InlineText` together in document order; each tag's key, counted from 0, is returned."""

    def __init__(self) -> None:
        self._parts: list[str | int] = []  # an int is the stand-in of that tag
        self._length = 0
        self._tags: list[list[int]] = []  # start, end and depth, in parts
        self._open: list[int] = []
        self._line_breaks: set[int] = set()

    def text(self, text: str) -> None:
        """Characters that are translated."""
        self._parts.append(text)

    def open(self) -> int:
        """A tag around what follows, up to its `close`."""
        self._open.append(len(self._tags))
        self._tags.append([len(self._parts), -1, len(self._open) - 1])
        return self._open[-1]

    def close(self) -> None:
        """The end of the tag that was opened last."""
        self._tags[self._open.pop()][1] = len(self._parts)

    def empty(self) -> int:
        """A tag without text."""
        key = self.open()
        self.close()
        return key

    def protected(self) -> int:
        """Something within the sentence that is not translated, such as code."""
        key = self.open()
        self._parts.append(key)
        self.close()
        return key

    def line_break(self) -> int:
        """Something that ends a line: no sentence goes on behind it."""
        key = self.protected()
        self._line_breaks.add(key)
        return key

    def build(self) -> InlineText:
        """The text; a stand-in is ``{0}``, ``{1}`` and so on, whichever the text does not hold itself."""
        literal = "\n".join(part for part in self._parts if isinstance(part, str))
        used = set(STAND_IN.findall(literal))
        free = (name for number in count() if (name := f"{{{number}}}") not in used)
        atomic = {part for part in self._parts if isinstance(part, int)}
        texts = [
            part if isinstance(part, str) else "\n" if part in self._line_breaks else next(free)
            for part in self._parts
        ]
        offsets = [0]
        for text in texts:
            offsets.append(offsets[-1] + len(text))
        tags = (
            InlineTag(offsets[start], offsets[end], key, depth, key in atomic)
            for key, (start, end, depth) in enumerate(self._tags)
        )
        return InlineText("".join(texts), tuple(tags))
