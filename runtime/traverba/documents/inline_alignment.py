"""A translation as the words that tags are placed around, and where each came from.

Stand-ins are taken out of the text: each becomes a word of no width, so that it can be moved, and
is written exactly once whatever the model did with it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from traverba.documents.inline_text import InlineTag, InlineText
from traverba.results import AlignedWords, Translation
from traverba.text import Span

ELISION = r"(?:\w|\w*[qQ][uU])['’]"
WORD = re.compile(rf"{ELISION}(?=\w)|\w+(?:[-'’]\w+)*|[^\w\s]")
"""A word with its hyphens and apostrophes, but for an elided article, which is a word of its own."""


@dataclass(frozen=True)
class TargetWord:
    """A word of the translation, a punctuation mark, or a stand-in of no width."""

    start: int
    end: int
    sources: tuple[tuple[Span, float], ...]
    """The source words that it comes from, with the weight of each."""
    segment: int
    tag: int | None = None
    """Of a stand-in the index of its tag."""


@dataclass(frozen=True)
class AlignedTarget:
    """A translation without its stand-ins."""

    text: str
    segments: tuple[tuple[Span, Span], ...]
    """Source and target of each."""
    words: tuple[TargetWord, ...]
    first_words: tuple[int, ...]
    """For each segment the index of its first word; one more for the end."""
    found: dict[int, int] = field(default_factory=dict)
    """Where each stand-in stood, by the index of its tag."""

    def touched(self, tag: InlineTag) -> tuple[int, int]:
        """The segments that a tag of the source has a part of: the first, and the one behind the last."""
        first = bisect_right(self.segments, tag.start, key=lambda segment: segment[0][1])
        last = bisect_left(self.segments, tag.end, key=lambda segment: segment[0][0])
        return first, max(first, last)

    def between(self, offset: int) -> int:
        """The place of something that stands between segments in the source."""
        return offset_between(self.segments, offset, segment_at(self.segments, offset))

    def is_mark(self, index: int) -> bool:
        """Whether a word is a punctuation mark."""
        word = self.words[index]
        return word.tag is None and not self.text[word.start].isalnum()


def align_target(source: InlineText, translation: Translation) -> AlignedTarget:
    """The words of a translation and the places of the source's stand-ins in it."""
    spans = [(segment.source, segment.target) for segment in translation.segments]
    found, removed = _find_stand_ins(source, translation.text, spans)
    shift = _Shift(removed)
    text = shift.without(translation.text)
    segments = tuple((origin, (shift(start), shift(end))) for origin, (start, end) in spans)
    places = {tag: shift(offset) for tag, offset in found.items()}
    aligned = [(pair, (shift(pair.target[0]), shift(pair.target[1]))) for pair in translation.alignment]
    words, firsts = _words(source, text, segments, places, aligned)
    return AlignedTarget(text, segments, tuple(words), tuple(firsts), places)


def _find_stand_ins(
    source: InlineText, text: str, segments: Sequence[tuple[Span, Span]]
) -> tuple[dict[int, int], list[Span]]:
    """Tag -> its place in the translation, and all that is taken out: also what was written twice."""
    found: dict[int, int] = {}
    removed: list[Span] = []
    waiting: dict[tuple[int, str], list[int]] = {}  # (segment, stand-in) -> tags, the last one first
    for index in reversed([i for i, tag in enumerate(source.tags) if tag.atomic]):
        tag = source.tags[index]
        stand_in = source.text[tag.start : tag.end]
        segment = segment_at(segments, tag.start)
        if segment is None or tag.start >= segments[segment][0][1]:
            start = offset_between(segments, tag.start, segment)
            found[index] = start
            if stand_in and text.startswith(stand_in, start):
                removed.append((start, start + len(stand_in)))
        elif stand_in:
            waiting.setdefault((segment, stand_in), []).append(index)
    for segment, stand_ins in _by_segment(waiting).items():
        for match in re.compile("|".join(map(re.escape, stand_ins))).finditer(text, *segments[segment][1]):
            tags = waiting[segment, match.group()]
            if tags:
                found[tags.pop()] = match.start()
                removed.append(match.span())
            else:
                removed.append(_with_space(text, match.span()))
    return found, sorted(removed)


def _by_segment(waiting: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    """The stand-ins of each segment."""
    stand_ins: dict[int, list[str]] = {}
    for segment, stand_in in waiting:
        stand_ins.setdefault(segment, []).append(stand_in)
    return stand_ins


def _with_space(text: str, span: Span) -> Span:
    """A span and the space before it, if it has one on both sides."""
    start, end = span
    both = text[start - 1 : start].isspace() and (text[end : end + 1].isspace() or end == len(text))
    return (start - 1 if both else start, end)


class _Shift:
    """Offsets of a text as those of the text without some spans."""

    def __init__(self, removed: Sequence[Span]) -> None:
        self._removed = removed
        self._starts = [start for start, _ in removed]
        self._before = [0]  # characters taken out by the spans before each
        for start, end in removed:
            self._before.append(self._before[-1] + end - start)

    def __call__(self, offset: int) -> int:
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return offset
        start, end = self._removed[index]
        return (start if offset < end else offset - (end - start)) - self._before[index]

    def without(self, text: str) -> str:
        ends = [0, *(end for _, end in self._removed)]
        return "".join(text[a:b] for a, b in zip(ends, [*self._starts, len(text)], strict=True))


def _words(
    source: InlineText,
    text: str,
    segments: Sequence[tuple[Span, Span]],
    places: dict[int, int],
    aligned: Iterable[tuple[AlignedWords, Span]],
) -> tuple[list[TargetWord], list[int]]:
    """All words in order, stand-ins among them, and the first of each segment."""
    marks = _marks(source, segments, places)
    pairs = _pairs(segments, aligned)
    words: list[TargetWord] = []
    firsts: list[int] = []
    for number, (origin, target) in enumerate(segments):
        firsts.append(len(words))
        spans = [match.span() for match in WORD.finditer(text, *target)]
        sources = _sources(spans, pairs[number]) if pairs[number] else _diagonal(source.text, origin, spans)
        plain = [TargetWord(*span, tuple(of), number) for span, of in zip(spans, sources, strict=True)]
        standing = [
            TargetWord(places[i], places[i], (((source.tags[i].start, source.tags[i].end), 1.0),), number, i)
            for i in marks[number]
        ]
        words += sorted([*standing, *plain], key=lambda word: (word.start, word.end))
    return words, [*firsts, len(words)]


def _marks(
    source: InlineText, segments: Sequence[tuple[Span, Span]], places: dict[int, int]
) -> list[list[int]]:
    """The tags of the stand-ins in each segment, in the order of the translation."""
    marks: list[list[int]] = [[] for _ in segments]
    for tag in sorted(places, key=places.__getitem__):
        segment = segment_at(segments, source.tags[tag].start)
        if segment is not None and source.tags[tag].start < segments[segment][0][1]:
            marks[segment].append(tag)
    return marks


def _pairs(
    segments: Sequence[tuple[Span, Span]], aligned: Iterable[tuple[AlignedWords, Span]]
) -> list[list[tuple[Span, Span, float]]]:
    """For each segment the aligned words: target, source and weight. What was taken out has none."""
    starts = [target[0] for _, target in segments]
    pairs: list[list[tuple[Span, Span, float]]] = [[] for _ in segments]
    for pair, (start, end) in aligned:
        segment = bisect_right(starts, start) - 1
        if start < end and segment >= 0:
            pairs[segment].append(((start, end), pair.source, pair.weight))
    return pairs


def _sources(
    spans: Sequence[Span], pairs: Sequence[tuple[Span, Span, float]]
) -> Iterator[list[tuple[Span, float]]]:
    """What the model's attention says of each word: a word of several parts has the sources of all."""
    starts = [span[0] for span in spans]
    sources: list[list[tuple[Span, float]]] = [[] for _ in spans]
    for (start, end), of, weight in pairs:
        index = max(bisect_right(starts, start) - 1, 0)
        while index < len(spans) and spans[index][0] < end:
            if spans[index][1] > start:
                sources[index].append((of, weight))
            index += 1
    return iter(sources)


def _diagonal(text: str, origin: Span, spans: Sequence[Span]) -> Iterator[list[tuple[Span, float]]]:
    """Without attention: the words in their order, as if both texts had as many."""
    words = [match.span() for match in WORD.finditer(text, *origin)]
    for index in range(len(spans)):
        yield [(words[index * len(words) // len(spans)], 1.0)] if words else []


def segment_at(segments: Sequence[tuple[Span, Span]], offset: int) -> int | None:
    """The last segment whose source begins at or before an offset; None before the first."""
    index = bisect_right(segments, offset, key=lambda segment: segment[0][0]) - 1
    return None if index < 0 else index


def offset_between(segments: Sequence[tuple[Span, Span]], offset: int, segment: int | None) -> int:
    """The place in the translation of what stands between segments, behind ``segment``: both texts agree."""
    if segment is None:
        return min([offset, *(target[0] for _, target in segments[:1])])
    (_, source_end), (_, target_end) = segments[segment]
    following = segments[segment + 1 : segment + 2]
    return min([target_end + offset - source_end, *(target[0] for _, target in following)])
