"""One result of two: a text's translation into the language between, and that of each of its segments."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from traverba.glossary import Term, TermMatch
from traverba.results import (
    AlignedWords,
    Segment,
    TermUse,
    Timings,
    Token,
    Translation,
    TranslationHypothesis,
)
from traverba.terms import met_among
from traverba.text import Span, join_segments


def compose(middle: Translation, finals: Sequence[Translation], target: str, timings: Timings) -> Translation:
    """``finals`` has a translation for every segment of ``middle``; all of its spans are in that segment.

    The r-th hypothesis joins the r-th of every segment. What lies between segments comes from the source.
    """
    via = middle.target
    if not middle.segments:
        return replace(middle, target=target, via=via, terms=(), timings=timings)
    count = max(len(final.hypotheses) for final in finals)
    ranked = [[f.hypotheses[min(rank, len(f.hypotheses) - 1)] for f in finals] for rank in range(count)]
    words = _Words(middle.alignment)
    hypotheses = tuple(_hypothesis(middle, chosen, words) for chosen in ranked)
    _, placed = _joined(middle, ranked[0])
    segments = tuple(map(_segment, middle.segments, finals, placed))
    return replace(
        middle,
        text=hypotheses[0].text,
        target=target,
        hypotheses=hypotheses,
        segments=segments,
        flags=tuple(dict.fromkeys((*middle.flags, *(flag for final in finals for flag in final.flags)))),
        terms=tuple(_term_uses(middle, finals, target)),
        timings=timings,
        via=via,
    )


class _Words:
    """The words of the text between, each with the source word that it comes from."""

    def __init__(self, alignment: Sequence[AlignedWords]) -> None:
        self._pairs = sorted(alignment, key=lambda pair: (pair.target, pair.source))
        self._ends = [pair.target[1] for pair in self._pairs]

    def source_of(self, span: Span) -> AlignedWords | None:
        """Of the words that share a character with ``span``, that which shares most; the surer of equals."""
        best, most = None, (0, 0.0)
        for pair in self._pairs[bisect_left(self._ends, span[0] + 1) :]:
            start, end = pair.target
            if start >= span[1]:
                break
            shared = (min(end, span[1]) - max(start, span[0]), pair.weight)
            if shared > most:
                best, most = pair, shared
        return best


def _joined(middle: Translation, chosen: Sequence[TranslationHypothesis]) -> tuple[str, list[Span]]:
    spans = [segment.source for segment in middle.segments]
    return join_segments(middle.source_text, spans, [each.text for each in chosen])


def _hypothesis(
    middle: Translation, chosen: Sequence[TranslationHypothesis], words: _Words
) -> TranslationHypothesis:
    text, placed = _joined(middle, chosen)
    tokens: list[Token] = []
    alignment: list[AlignedWords] = []
    for segment, each, (offset, _) in zip(middle.segments, chosen, placed, strict=True):
        tokens += (replace(token, span=_shifted(token.span, offset)) for token in each.tokens)
        alignment += _alignment(each.alignment, segment.target[0], offset, words)
    best = middle.hypotheses[0]
    scores = [segment.score + each.score for segment, each in zip(middle.segments, chosen, strict=True)]
    return TranslationHypothesis(
        text=text,
        score=sum(scores) / len(scores),
        log_prob=best.log_prob + sum(each.log_prob for each in chosen),
        tokens=tuple(tokens),
        alignment=tuple(alignment),
        finished=best.finished and all(each.finished for each in chosen),
    )


def _alignment(
    pairs: Sequence[AlignedWords], middle_offset: int, offset: int, words: _Words
) -> Iterator[AlignedWords]:
    """A word of the translation comes from where the word between comes from; the weights multiply."""
    for pair in pairs:
        origin = words.source_of(_shifted(pair.source, middle_offset))
        if origin is not None:
            target = _shifted(pair.target, offset)
            yield AlignedWords(origin.source, target, origin.weight * pair.weight)


def _segment(first: Segment, final: Translation, place: Span) -> Segment:
    known = [value for value in (first.confidence, final.confidence) if value is not None]
    return Segment(
        source=first.source,
        target=place,
        score=first.score + final.score,
        confidence=math.prod(known) if known else None,
        flags=tuple(dict.fromkeys((*first.flags, *final.flags))),
    )


def _term_uses(middle: Translation, finals: Sequence[Translation], target: str) -> Iterator[TermUse]:
    """What became of the source's terms at the end."""
    for segment, final in zip(middle.segments, finals, strict=True):
        uses = [use for use in middle.terms if segment.source[0] <= use.source[0] < segment.source[1]]
        matches = [TermMatch(Term(use.term, use.translations), use.source) for use in uses]
        met = met_among(matches, final.text, target)
        yield from (replace(u, met=match in met) for u, match in zip(uses, matches, strict=True))


def _shifted(span: Span, offset: int) -> Span:
    return span[0] + offset, span[1] + offset
