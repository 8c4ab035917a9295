"""Between the two legs: what of a text's first translation the second leg must know of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from traverba.decoding import DecodeOptions
from traverba.decoding.control import Progress
from traverba.glossary import Term, TermMatch
from traverba.results import AlignedWords, Segment, Translation
from traverba.terms import GivenTermReader
from traverba.text import Reader, Span, TextOptions, overlap
from traverba.text.protection import find_protected


def first_leg_options(options: DecodeOptions) -> DecodeOptions:
    """The same search, without what is asked of the words that come out at the end."""
    plain = DecodeOptions()
    return replace(
        options,
        num_hypotheses=1,
        min_length=plain.min_length,
        min_length_ratio=plain.min_length_ratio,
        max_length=plain.max_length,
        max_length_ratio=plain.max_length_ratio,
        max_length_offset=plain.max_length_offset,
        sampling=None,
        suppressed_ids=(),
        forced_ids=(),
    )


def second_reader(reader: Reader, middle: Translation, segment: Segment) -> Reader:
    """How the second leg reads one segment of the first translation.

    What was protected in the source is still, even where only its neighbours there gave it away, and
    the source's terms stand where the alignment says.
    """
    source = middle.source_text[slice(*segment.source)]
    text = middle.text[slice(*segment.target)]
    reader = replace(reader, options=still_protecting(reader.options, source, text))
    terms = [use for use in middle.terms if segment.source[0] <= use.source[0] < segment.source[1]]
    if not terms:
        return reader
    pairs = [pair for pair in middle.alignment if _is_within(pair.target, segment.target)]
    offset = segment.target[0]
    matches = tuple(
        TermMatch(Term(use.term, use.translations), _target_of(use.source, pairs, offset)) for use in terms
    )
    return GivenTermReader(
        reader.tokenizer, reader.options, reader.sources, reader.target, reader.known, matches
    )


def still_protecting(options: TextOptions, source: str, text: str) -> TextOptions:
    """The options with patterns for what they protect in ``source`` and would not in its translation."""
    wanted = _protected_in(options, source)
    if not wanted:
        return options
    lost = wanted - _protected_in(options, text)
    patterns = tuple(_literally(part) for part in lost if part in text)
    return replace(options, patterns=(*options.patterns, *patterns)) if patterns else options


def _protected_in(options: TextOptions, text: str) -> Counter[str]:
    found = find_protected(text, built_in=options.protect, patterns=options.patterns, keep=options.keep)
    return Counter(text[slice(*each.span)] for each in found)


def _literally(part: str) -> str:
    """A pattern for exactly this, and for no part of a longer word."""
    before = r"(?<!\w)" if part[0].isalnum() else ""
    behind = r"(?!\w)" if part[-1].isalnum() else ""
    return f"{before}{re.escape(part)}{behind}"


def _target_of(span: Span, pairs: list[AlignedWords], offset: int) -> Span:
    """From the first to the last word that comes from a span; an empty one if none does."""
    words = [pair.target for pair in pairs if overlap(pair.source, span)]
    if not words:
        return (0, 0)
    return min(start for start, _ in words) - offset, max(end for _, end in words) - offset


def _is_within(span: Span, whole: Span) -> bool:
    return whole[0] <= span[0] and span[1] <= whole[1]


class LegProgress:
    """Progress of two legs as that of one: a sentence counts twice."""

    def __init__(self, told: Progress) -> None:
        self._told = told
        self._first = self._second = 0

    def of_first(self, done: int, total: int | None) -> None:
        """The second leg has as many sentences, as far as anybody knows."""
        self._first = done
        self._told(done + self._second, None if total is None else 2 * total)

    def of_second(self, done: int, total: int | None) -> None:
        self._second = done
        self._told(self._first + done, None if total is None else self._first + total)
