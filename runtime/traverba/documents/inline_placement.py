"""Puts the tags of a source text around the words of its translation that they belong to.

A tag gets one run of words: the one for which attention to the tag's own source words most outweighs
attention to others. Runs are chosen from outer tags to inner ones, each within its parent's, and of
neighbours the one with fewer words first, because a long one has more words to fall back on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TypeAlias

from traverba.documents.inline_alignment import AlignedTarget, align_target
from traverba.documents.inline_neighbours import Neighbours
from traverba.documents.inline_rebuilding import Place, rebuild
from traverba.documents.inline_runs import Words, covers, find_nearby, find_run, has_solid
from traverba.documents.inline_text import InlineText, parents_of
from traverba.results import Translation
from traverba.text import Span

ROOT = -1

_Run: TypeAlias = tuple[int, int, int]
"""Start and end in the translation, and the index of the tag."""


def place_tags(source: InlineText, translation: Translation) -> InlineText:
    """The translation with each tag of ``source`` exactly once and under the same parent."""
    if translation.text == source.text:
        return source
    if not source.tags:
        return InlineText(translation.text)
    target = align_target(source, translation)
    placement = _Placement(source, target)
    return rebuild(source, target.text, placement.places(), placement.children)


class _Placement:
    """What is known of one text while its tags are placed; tags go by their index, and -1 is all the text."""

    def __init__(self, source: InlineText, target: AlignedTarget) -> None:
        self._source = source
        self._target = target
        self._neighbours = Neighbours(source.text, target)
        self._words: dict[int, Words] = {ROOT: (0, len(target.words))}
        self._places: dict[int, Place] = {ROOT: Place(0, len(target.text))}
        self._taken_by = [ROOT - 1] * len(target.words)  # the parent whose child took each word last
        self.children: dict[int, list[int]] = {}
        for index, parent in enumerate(parents_of(source.tags, len(source.text))):
            self.children.setdefault(parent, []).append(index)

    def places(self) -> dict[int, Place]:
        """Where each tag goes in the text of the target. Parents come before their children."""
        for parent, children in self.children.items():
            self._place_children(parent, children)
        return self._places

    def _place_children(self, parent: int, children: list[int]) -> None:
        siblings: list[_Run] = []  # those placed so far, in the order of the translation
        tags, text = self._source.tags, self._source.text
        around = [i for i in children if not tags[i].atomic and has_solid(text, tags[i].start, tags[i].end)]
        around.sort(key=lambda i: tags[i].end - tags[i].start)
        missed = [i for i in around if not self._place_run(parent, i, siblings)]
        for index in missed:
            self._place_nearby(parent, index, siblings)
        for index in children:
            if index not in self._places:
                self._place_point(parent, index, siblings)

    def _place_run(self, parent: int, index: int, siblings: list[_Run]) -> bool:
        """Around the words that come from the tag's own; False if there are none."""
        tag, words = self._source.tags[index], self._words[parent]
        outer = self._source.tags[parent] if parent != ROOT else None
        if outer and covers(self._source.text, tag, (outer.start, outer.end)):
            return self._take(parent, index, words, self._places[parent].span, siblings)
        first, last = self._target.touched(tag)
        if first == last:
            span = (self._target.between(tag.start), self._target.between(tag.end))
            return self._take(parent, index, (0, 0), span, siblings)
        found = find_run(self._source.text, tag, self._target, words, lambda i: self._taken_by[i] != parent)
        return found is not None and self._take(parent, index, *found, siblings)

    def _place_nearby(self, parent: int, index: int, siblings: list[_Run]) -> None:
        """Around a word beside its own, if one is free: a link must not end up around nothing."""
        found = find_nearby(
            self._source.text,
            self._source.tags[index],
            self._target,
            self._words[parent],
            lambda i: self._taken_by[i] != parent,
        )
        if found is not None:
            self._take(parent, index, *found, siblings)

    def _place_point(self, parent: int, index: int, siblings: list[_Run]) -> None:
        """At one place: what has no words of its own, or found none."""
        tag, around = self._source.tags[index], self._places[parent]
        found = self._target.found.get(index)
        wanted = self._neighbours.offset(tag) if found is None else found
        offset = min(max(wanted, around.start), around.end)
        before = bisect_left(siblings, offset, key=_start) - 1
        if before >= 0 and siblings[before][1] > offset:
            start, end, sibling = siblings[before]
            offset = end if index > sibling else start
        place = Place(offset, offset, loose=found is None or offset != wanted)
        if not tag.atomic and tag.start < tag.end and not has_solid(self._source.text, tag.start, tag.end):
            low, high = _free_around(place.span, around.span, siblings)
            place = Place(max(offset, low), behind_spaces(self._target.text, max(offset, low), high))
            insort(siblings, (*place.span, index))
        self._words[index] = (0, 0)
        self._places[index] = place

    def _take(self, parent: int, index: int, words: Words, span: Span, siblings: list[_Run]) -> bool:
        """Note a run; it keeps within its parent, and has the spaces at its edges that the tag had."""
        tag, around = self._source.tags[index], self._places[parent]
        low, high = _free_around(span, around.span, siblings)
        start, end = max(span[0], low), min(span[1], high)
        if self._source.text[tag.start].isspace():
            start = before_spaces(self._target.text, start, low)
        if self._source.text[tag.end - 1].isspace():
            end = behind_spaces(self._target.text, end, high)
        for i in range(*words):
            self._taken_by[i] = parent
        self._words[index] = words
        self._places[index] = Place(start, end)
        insort(siblings, (start, end, index))
        return True


def _start(run: _Run) -> int:
    return run[0]


def _free_around(span: Span, around: Span, siblings: list[_Run]) -> Span:
    """How far a run may reach: to its neighbours, and to the ends of its parent."""
    index = bisect_right(siblings, span[0], key=_start)
    low = siblings[index - 1][1] if index else around[0]
    high = siblings[index][0] if index < len(siblings) else around[1]
    return max(low, around[0]), min(high, around[1])


def before_spaces(text: str, offset: int, low: int) -> int:
    """The offset before white space that ends at another."""
    while offset > low and text[offset - 1].isspace():
        offset -= 1
    return offset


def behind_spaces(text: str, offset: int, high: int) -> int:
    """The offset behind white space that begins at another."""
    while offset < high and text[offset].isspace():
        offset += 1
    return offset
