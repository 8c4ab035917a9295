"""Where something without words goes: beside the word that it stands beside in the source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from traverba.documents.inline_alignment import AlignedTarget, segment_at
from traverba.documents.inline_text import InlineTag
from traverba.text import Span


class Neighbours:
    """For each source word the word of the translation that comes from it."""

    def __init__(self, text: str, target: AlignedTarget) -> None:
        self._text = text
        self._target = target
        self._by_segment = [self._words_of(number) for number in range(len(target.segments))]

    def offset(self, tag: InlineTag) -> int:
        """A place in the translation for a tag of the source."""
        segments = self._target.segments
        number = segment_at(segments, tag.start)
        if number is None or tag.start >= segments[number][0][1]:
            return self._target.between(tag.start)
        (source_start, _), (target_start, target_end) = segments[number]
        if tag.start <= source_start:
            return target_start
        words = self._by_segment[number]
        before = bisect_right(words, tag.start, key=lambda word: word[0][1]) - 1
        behind = bisect_left(words, tag.end, key=lambda word: word[0][0])
        if behind < len(words) and (before < 0 or self._leans_forward(tag)):
            return words[behind][1][0]
        return self._behind(words[before][1][1], tag) if before >= 0 else target_end

    def _leans_forward(self, tag: InlineTag) -> bool:
        """Whether the tag touches the word behind it and not the one before."""
        text = self._text
        return text[tag.start - 1].isspace() and not text[tag.end : tag.end + 1].isspace()

    def _behind(self, offset: int, tag: InlineTag) -> int:
        """Behind a word, and behind the space after it if the source has one there."""
        spaced = self._text[tag.start - 1].isspace() and self._target.text[offset : offset + 1].isspace()
        return offset + 1 if spaced else offset

    def _words_of(self, number: int) -> list[tuple[Span, Span]]:
        """(source word, its word in the translation) in the source's order."""
        best: dict[Span, tuple[float, Span]] = {}
        for word in self._target.words[slice(*self._target.first_words[number : number + 2])]:
            for source, weight in word.sources:
                if weight > best.get(source, (0.0, source))[0]:
                    best[source] = (weight, (word.start, word.end))
        return sorted((source, span) for source, (_, span) in best.items())
