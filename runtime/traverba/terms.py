"""A glossary at work: each segment knows the terms it says, and asks again for those left out.

A term is only asked for if it does not come by itself, in whatever form: what the model would
write anyway is better left to it, and a required word costs a beam its freedom (Hokamp & Liu
2017; Dinu et al. 2019 measure the cost).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from traverba.assembly import Prepared
from traverba.glossary import Glossary, TermFinder, TermMatch, says
from traverba.results import Segment, TermUse
from traverba.text import Edit, Lack, Place, Reader, Reading, Restored, overlap, raised


@dataclass(frozen=True, eq=False, kw_only=True)
class TermReading(Reading):
    """Another reading, of a segment that says terms of a glossary."""

    inner: Reading
    target: str
    matches: tuple[TermMatch, ...]
    """With spans in the source text."""

    @property
    def comes_whole(self) -> bool:
        """What is missing is only known at the end."""
        return True

    def lacking(self, decoded: str) -> tuple[Lack, ...]:
        """What the inner reading lacks, and a translation for every time a term is said."""
        met = self.met_in(decoded)
        own = (self._lack(match) for match in self.matches if match not in met)
        return (*self.inner.lacking(decoded), *own)

    def demands(self, lacks: Sequence[Lack]) -> tuple[Lack, ...]:
        return self.inner.demands(lacks)

    def without_numbers(self) -> Reading | None:
        """Its terms have places in the text as it is."""
        return None

    def restore(self, decoded: str, place: Place) -> Restored:
        restored = self.inner.restore(decoded, place)
        met = self.met_in(decoded)
        lost = any(match not in met for match in self.matches)
        return replace(restored, flags=(*restored.flags, "term_missing")) if lost else restored

    def _lack(self, match: TermMatch) -> Lack:
        """Asked for as it is written in the glossary, or as a sentence begins if the source begins so."""
        start, end = match.span[0] - self.span[0], match.span[1] - self.span[0]
        targets = match.term.targets
        variants = targets if start else targets + tuple(map(raised, targets))
        return Lack(tuple(dict.fromkeys(variants)), "term_retried", self.rewriting.to_new((start, end)))

    def met_in(self, translated: str) -> tuple[TermMatch, ...]:
        return met_among(self.matches, translated, self.target)


@dataclass(frozen=True, eq=False, kw_only=True)
class FoundTerms(TermReading):
    """The same where the terms are for a later translation: nothing is asked for."""

    @property
    def comes_whole(self) -> bool:
        return self.inner.comes_whole

    def lacking(self, decoded: str) -> tuple[Lack, ...]:
        return self.inner.lacking(decoded)

    def restore(self, decoded: str, place: Place) -> Restored:
        return self.inner.restore(decoded, place)


@dataclass(frozen=True)
class TermReader(Reader):
    """A reader that looks for terms in what it has read."""

    finders: tuple[TermFinder, ...]
    kind: type[TermReading]

    def read(self, text: str) -> list[Reading]:
        return [self._with_terms(reading, text) for reading in super().read(text)]

    def _respelt(self, words: str) -> list[Edit]:
        """A term is read as it stands, though the model may never have met it."""
        edits = super()._respelt(words)
        terms = [match.span for finder in self.finders for match in finder.find(words)] if edits else []
        return [edit for edit in edits if not any(overlap(edit.span, term) for term in terms)]

    def _with_terms(self, reading: Reading, text: str) -> Reading:
        start, end = reading.span
        found = [match for finder in self.finders for match in finder.find(text[start:end])]
        seen = [match for match in found if _sees(reading, match, text[start:end])]
        if not seen:
            return reading
        matches = tuple(replace(m, span=(m.span[0] + start, m.span[1] + start)) for m in seen)
        return _with_matches(reading, matches, self.target, self.kind)


@dataclass(frozen=True)
class GivenTermReader(Reader):
    """A reader that is told where the terms stand: in one text only."""

    matches: tuple[TermMatch, ...]
    """An empty span: somewhere."""

    def read(self, text: str) -> list[Reading]:
        readings = super().read(text)
        ends = [reading.span[1] for reading in readings]
        found: list[list[TermMatch]] = [[] for _ in readings]
        for match in self.matches if readings else ():
            number = min(bisect_right(ends, match.span[0]), len(ends) - 1)
            first = readings[number].span[0]
            found[number].append(replace(match, span=(max(first, match.span[0]), max(first, match.span[1]))))
        return [
            _with_matches(reading, tuple(here), self.target, TermReading) if here else reading
            for reading, here in zip(readings, found, strict=True)
        ]


def term_reader(reader: Reader, glossary: Glossary, *, only_found_for: str | None = None) -> Reader:
    """``reader``, with the terms that the glossary has for its languages; itself if there are none.

    ``only_found_for`` is another target language: its terms are found, and nothing is asked for.
    """
    finders = tuple(
        TermFinder(terms, source)
        for source in reader.sources
        if (terms := glossary.between(source, only_found_for or reader.target))
    )
    if not finders:
        return reader
    kind = FoundTerms if only_found_for else TermReading
    return TermReader(
        reader.tokenizer, reader.options, reader.sources, reader.target, reader.known, finders, kind
    )


def met_among(matches: Sequence[TermMatch], translated: str, language: str) -> tuple[TermMatch, ...]:
    """As many matches of each term as the translation says it; the first ones, since words are alike."""
    left = {m.term.source: says(translated, m.term.targets, language) for m in matches}
    met = []
    for match in matches:
        if left[match.term.source]:
            left[match.term.source] -= 1
            met.append(match)
    return tuple(met)


def term_uses(prepared: Prepared, segments: Sequence[Segment], text: str) -> Iterator[TermUse]:
    """What became of every term: ``text`` is the translation, ``segments`` say which part is whose."""
    for segment, placed in zip(prepared.segments, segments, strict=True):
        if isinstance(reading := segment.reading, TermReading):
            met = reading.met_in(text[slice(*placed.target)])
            yield from (
                TermUse(match.span, match.term.source, match.term.targets, match in met)
                for match in reading.matches
            )


def _with_matches(
    reading: Reading, matches: tuple[TermMatch, ...], target: str, kind: type[TermReading]
) -> Reading:
    to_new, start = reading.rewriting.to_new, reading.span[0]
    terms = [to_new((match.span[0] - start, match.span[1] - start)) for match in matches]
    rare = [word for word in reading.rare_words if not any(overlap(word.span, term) for term in terms)]
    return kind(
        reading.span,
        reading.rewriting,
        reading.flags,
        rare_words=tuple(rare),
        inner=reading,
        target=target,
        matches=matches,
    )


def _sees(reading: Reading, match: TermMatch, segment: str) -> bool:
    """Whether the model reads the term itself, in whatever case, and not a stand-in for it."""
    seen = reading.text[slice(*reading.rewriting.to_new(match.span))]
    return seen.casefold() == segment[slice(*match.span)].casefold()
