"""Translations put back among the untouched bytes of an XML file."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from traverba.documents.formats.xmltree import XmlFile
from traverba.documents.inline import InlineText

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Fragment:
    """The markup of an inline tag: where the bytes are that open it, and those that close it."""

    opening: tuple[int, int]
    closing: tuple[int, int]


@dataclass
class Unit:
    """A text with its markup, which takes the place of the bytes from ``start`` to ``end``."""

    start: int
    end: int
    inline: InlineText
    fragments: Sequence[Fragment]
    write: Callable[[InlineText, Unit, Spliced], bytes]
    always: bool = False
    """Whether it is written also if its translation is the same text."""
    fixed: bool = False
    """Whether nothing is translated: bytes that are always inserted."""


@dataclass
class Spliced:
    """The bytes of a file with the translations of its units in their places.

    Units may lie in the markup of other units: a footnote in a paragraph.
    """

    file: XmlFile
    units: list[Unit]
    _starts: list[int] = field(init=False)
    _translations: list[InlineText] = field(init=False)

    def __post_init__(self) -> None:
        self.units.sort(key=lambda unit: (unit.start, -unit.end))
        self._starts = [unit.start for unit in self.units]

    def translated(self, translations: Iterator[InlineText]) -> bytes:
        """The file with a translation for each unit that is not fixed."""
        self._translations = [unit.inline if unit.fixed else next(translations) for unit in self.units]
        return self.file.encoded(self.between(0, len(self.file.data)))

    def between(self, start: int, end: int, first: int = 0) -> bytes:
        """The bytes from start to end; units before the ``first`` are passed over."""
        parts, at = [], start
        for i in range(max(first, bisect_left(self._starts, start)), len(self.units)):
            unit = self.units[i]
            if unit.start > end:
                break
            if at <= unit.start and unit.end <= end:
                parts += [self.file.data[at : unit.start], self._written(unit, i)]
                at = unit.end
        return b"".join([*parts, self.file.data[at:end]])

    def _written(self, unit: Unit, i: int) -> bytes:
        if self._translations[i] == unit.inline and not unit.always:
            return self.between(unit.start, unit.end, i + 1)
        return unit.write(self._translations[i], unit, self)


def insertion(place: int, data: bytes) -> Unit:
    """Bytes that are always inserted at a place."""
    return Unit(place, place, InlineText(""), (), lambda *_: data, always=True, fixed=True)


def weave(inline: InlineText, unit: Unit, spliced: Spliced) -> bytes:
    """The text with its markup as XML."""
    parts = []
    for event in inline.events():
        if event.kind == "text":
            parts.append(escaped(event.text))
        else:
            fragment = unit.fragments[event.key]
            parts.append(spliced.between(*(fragment.closing if event.kind == "close" else fragment.opening)))
    return b"".join(parts)


def escaped(text: str) -> bytes:
    """Characters as XML; those that XML cannot hold are left out."""
    return escape(_NOT_XML.sub("", text)).encode("utf-8")
