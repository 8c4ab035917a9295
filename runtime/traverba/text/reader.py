"""From a text to the readings of its segments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from traverba.text.carriers import CarriedReading, carried
from traverba.text.casing import casing_of, raised, uncased
from traverba.text.cutting import cut
from traverba.text.figures.clocks import clock_times, find_times
from traverba.text.figures.dates import Said, find_dates
from traverba.text.figures.numbers import numbers_of
from traverba.text.figures.writing import as_written, rewritten
from traverba.text.layout import LINE_BREAK, find_stretches, flat, join_lines
from traverba.text.options import LONGEST_EVER, TextFlag, TextOptions
from traverba.text.pieces import Span, overlap
from traverba.text.protection import Protected, find_protected
from traverba.text.reading import Reading
from traverba.text.rewriting import Edit, Rewriting
from traverba.text.sentences import FIRST_LETTER, sentence_spans
from traverba.text.stand_ins import MOST, StandIn, stand_for
from traverba.text.tokenizer import TextTokenizer, refuse_surrogates
from traverba.text.words import KnownWords

BLANK = " "
"""Takes the place of each character of a protected part, where only the words around it are looked at."""


@dataclass(frozen=True)
class Reader:
    """What stays the same for all texts of a call."""

    tokenizer: TextTokenizer
    options: TextOptions
    sources: Sequence[str]
    """Languages that the text may be in."""
    target: str
    known: KnownWords

    def read(self, text: str) -> list[Reading]:
        """The segments of a text, in order; what lies between them is not for the model."""
        refuse_surrogates(text)
        stretches = find_stretches(text)
        if self.options.wrap == "join":
            stretches = join_lines(text, stretches)
        return [reading for start, end in stretches for reading in self._read_stretch(text[start:end], start)]

    def _read_stretch(self, original: str, offset: int) -> Iterator[Reading]:
        text = flat(original)
        if not FIRST_LETTER.search(text):
            return
        protected = self._protected(text)
        for sentence in self._sentences(text, protected):
            pieces = list(self._pieces(text, sentence, protected))
            for piece in pieces:
                span, within = _trimmed(text, piece, protected)
                flags: tuple[TextFlag, ...] = ("cut",) if len(pieces) > 1 else ()
                if reading := self._reading(text[slice(*span)], original, span, within, offset, flags):
                    yield reading

    def _reading(
        self,
        piece: str,
        original: str,
        span: Span,
        within: Sequence[Protected],
        offset: int,
        flags: tuple[TextFlag, ...],
    ) -> Reading | None:
        """None if there is nothing to translate in it. ``within`` is relative to the piece."""
        words = _blanked(piece, within)
        place = (offset + span[0], offset + span[1])
        if not FIRST_LETTER.search(words):
            return _all_said(piece, place, within)
        casing = casing_of(words, self.sources, self._is_common) if self.options.match_case else None
        base = uncased(words, casing, self.sources, self._is_common) if casing else words
        stand_ins = stand_for(piece, [_shouted(each) for each in within] if casing == "upper" else within)
        respelt, others = self._respelt(base), self._read_otherwise(words, original[slice(*span)], within)
        rewriting = Rewriting(base, [*map(_edit, within, stand_ins), *respelt, *others])
        flags = ("respelt", *flags) if respelt else flags
        choices = self.known.look_up(rewriting.text) if self.options.look_up else ()
        flags = ("looked_up", *flags) if choices else flags
        numbers = numbers_of(rewriting.text) if self.options.protect else ()
        rare = self.known.rare_words(rewriting.text) if self.options.look_up and not choices else ()
        kept = (tuple(stand_ins), numbers, self._numbers(words))
        reading = Reading(place, rewriting, flags, *kept, casing, choices, rare)
        more_than_words = within or respelt or others or choices or numbers
        return reading if more_than_words else replace(reading, carried=self._carried(reading, base))

    def _carried(self, reading: Reading, words: str) -> CarriedReading | None:
        """A phrase in a sentence, if this may be one; ``words`` are what is read of it."""
        if not self.options.look_up or len(self.sources) > 1:
            return None
        return carried(reading, words, reading.casing, self.sources[0], self.target, self.known)

    def _respelt(self, words: str) -> list[Edit]:
        """What is read as another word, of a segment without what is protected in it."""
        spelling = self.known.spelling
        return spelling.edits(words) if spelling and self.options.fix_spelling else []

    def _read_otherwise(self, words: str, original: str, within: Sequence[Protected]) -> list[Edit]:
        """Line breaks as spaces, and French times of day as others write them."""
        breaks = list(_line_breaks(original, within))
        times = clock_times(words) if self.options.protect else ()
        return [*breaks, *(time for time in times if not any(overlap(time.span, e.span) for e in breaks))]

    def _protected(self, text: str) -> list[Protected]:
        options, source = self.options, self._known_source
        dates = (
            [*find_dates(text, source, self.target), *find_times(text, source, self.target)] if source else []
        )
        found = find_protected(
            text, built_in=options.protect, patterns=options.patterns, keep=options.keep, dates=dates
        )
        return [self._with_its_number(each, text) for each in found]

    @property
    def _known_source(self) -> str | None:
        """The language whose dates and numbers are known to be there; None: unknown, or not asked for."""
        return self.sources[0] if self.options.protect and len(self.sources) == 1 else None

    def _with_its_number(self, protected: Protected, text: str) -> Protected:
        """An amount as the target language writes it."""
        amount = text[slice(*protected.span)]
        numbers = self._numbers(amount, points=True) if protected.is_amount else {}
        said = Rewriting(amount, rewritten(amount, numbers)).text
        return replace(protected, said=Said(said)) if said != amount else protected

    def _numbers(self, text: str, *, points: bool = False) -> Mapping[str, str]:
        source = self._known_source
        return as_written(text, source, self.target, points=points) if source else {}

    def _sentences(self, text: str, protected: Sequence[Protected]) -> list[Span]:
        """None of which ends inside a protected part."""
        if self.options.split == "lines":
            return [(0, len(text))]
        spans: list[Span] = []
        start = 0
        for _, end in sentence_spans(text, self.sources):
            index = bisect_left(protected, end, key=_start) - 1
            if index < 0 or protected[index].span[1] <= end:
                spans.append((start, end))
                start = end
        return spans

    def _pieces(self, text: str, sentence: Span, protected: Sequence[Protected]) -> Iterator[Span]:
        """The sentence, or parts of it that are not too long and have not too many stand-ins."""
        longest, within = self.options.longest, _within(protected, sentence)
        few = len(within) <= MOST and len(text[slice(*sentence)].encode()) < longest
        if few or longest == LONGEST_EVER:
            yield sentence
            return
        atoms = [each.span for each in within]
        yield from cut(text, sentence, atoms, partial(self._token_limit, text, within), longest, MOST)

    def _token_limit(self, text: str, within: Sequence[Protected], span: Span) -> int | None:
        """Where a part of the text, with stand-ins in it, has as many tokens as it may have."""
        start, end = span
        inside = [_moved(each, -start) for each in _within(within, span)]
        piece = text[start:end]
        masked = Rewriting(piece, map(_edit, inside, stand_for(piece, inside)))
        ids = self.tokenizer.encode(masked.text)
        if len(ids) <= self.options.longest:
            return None
        *_, (_, last) = self.tokenizer.spans(ids[: self.options.longest])
        return start + masked.to_old((0, min(last, len(masked.text))))[1]

    def _is_common(self, word: str) -> bool:
        """Whether the vocabulary knows a word better without its capital, which it does not of names."""
        small = len(self.tokenizer.encode(word.lower()))
        return small == 1 or small < len(self.tokenizer.encode(word))


def _trimmed(text: str, span: Span, protected: Sequence[Protected]) -> tuple[Span, list[Protected]]:
    """A span without the white space and emoji at its ends, and what is protected in it, relative to it."""
    start, end = span
    within = _within(protected, span)
    while True:
        content = text[start:end]
        start, end = end - len(content.lstrip()), start + len(content.rstrip())
        if within and within[-1].is_emoji and within[-1].span[1] == end:
            end = within.pop().span[0]
        elif within and within[0].is_emoji and within[0].span[0] == start:
            start = within.pop(0).span[1]
        else:
            return (min(start, end), end), [_moved(each, -start) for each in within]


def _within(protected: Sequence[Protected], span: Span) -> list[Protected]:
    first = bisect_left(protected, span[0], key=_start)
    return list(protected[first : bisect_right(protected, span[1] - 1, key=_start)])


def _moved(protected: Protected, by: int) -> Protected:
    start, end = protected.span
    return replace(protected, span=(start + by, end + by))


def _shouted(protected: Protected) -> Protected:
    return replace(protected, said=protected.said and protected.said.in_capitals())


def _all_said(piece: str, place: Span, within: Sequence[Protected]) -> Reading | None:
    """Of a segment without a word of its own, what is known to be said; None if nothing is."""
    if not any(each.said and not each.is_amount for each in within):
        return None
    within = [_shouted(each) for each in within] if piece.isupper() else within
    edits = [Edit(each.span, each.said.text) for each in within if each.said]
    text = Rewriting(piece, edits).text
    choices = (raised(text) if piece[0].isupper() else text,)
    return Reading(place, Rewriting(piece), ("looked_up",), choices=choices)


def _blanked(text: str, protected: Sequence[Protected]) -> str:
    for start, end in (each.span for each in protected):
        text = text[:start] + BLANK * (end - start) + text[end:]
    return text


def _line_breaks(original: str, protected: Sequence[Protected]) -> Iterator[Edit]:
    """Breaks in a paragraph, read as a space, or as nothing where the script has none."""
    for found in LINE_BREAK.finditer(original):
        if not any(overlap(each.span, found.span()) for each in protected):
            yield Edit(found.span(), "" if _is_ideograph(original[found.start() - 1]) else " ")


def _is_ideograph(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def _edit(protected: Protected, stand_in: StandIn) -> Edit:
    return Edit(protected.span, stand_in.read)


def _start(protected: Protected) -> int:
    return protected.span[0]
