"""A second try for segments whose translation lacks what it must have: a protected span, a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from traverba.assembly import Answer, PreparedSegment, restore
from traverba.decoding import (
    BannedNext,
    Control,
    Decoded,
    DecodeOptions,
    Request,
    SpecialIds,
    Spellings,
)
from traverba.results import AlignedWords
from traverba.second_tries.again import decode_again
from traverba.second_tries.carrying import Carrying
from traverba.second_tries.rare_words import RareWordRepair
from traverba.text import BannedPhrases, Lack, TextTokenizer, overlap, raised, spellings
from traverba.timing import TimedModel

Ask = Callable[[PreparedSegment, Sequence[Lack], Decoded], Request | None]
"""What to ask of the search for a segment whose answer lacks something; None: nothing."""

SHORTEST_RIVAL = 3
"""Letters of a word that may be kept out of a second try: shorter ones are mostly grammar."""


@dataclass(frozen=True, eq=False)
class Repair:
    """What stays the same for all texts of a call."""

    tokenizer: TextTokenizer
    options: DecodeOptions
    special: Callable[[], SpecialIds]
    """With the words' ends and beginnings that constraints need, made when first needed."""
    control: Control
    carrying: Carrying
    rare_words: RareWordRepair

    def __call__(
        self, model: TimedModel, segments: Sequence[PreparedSegment | None], found: Sequence[Decoded]
    ) -> list[Answer]:
        """The answers, the deficient ones decoded once more, or twice, together, asked for what they lack.

        ``segments``: whose they are; None for the answer to an empty text.
        """
        answers = [Answer(decoded) for decoded in found]
        if self.options.sampling is not None:  # constraints need a beam
            return answers
        some = self.carrying(model, {i: segment for i, segment in enumerate(segments) if segment}, answers)
        self._put_right(model, some, answers)
        self._put_right(model, self._without_numbers(model, some, answers), answers)
        return answers

    def _put_right(
        self, model: TimedModel, segments: Mapping[int, PreparedSegment], answers: list[Answer]
    ) -> None:
        self.rare_words(model, segments, answers)
        for ask in (self._continued, self._constrained):
            self._again(model, segments, answers, ask)

    def _without_numbers(
        self, model: TimedModel, segments: Mapping[int, PreparedSegment], answers: list[Answer]
    ) -> Mapping[int, PreparedSegment]:
        """Decode what still has other numbers with stand-ins for them; the segments that it helps."""
        wrong = {i: each for i, each in segments.items() if self._miscounts(each, answers[i].decoded)}
        others = {i: other for i, each in wrong.items() if (other := self._without_its_numbers(each))}
        again = self._decoded(model, {i: other.request for i, other in others.items()})
        for i, retried in again.items():
            other = others[i]
            text = self.tokenizer.decode(retried.best.ids)
            better = not self._lacking(other, retried) and not other.reading.invents(text)
            answers[i] = answers[i].or_again(
                retried, better=better, retried=["number_retried"], segment=other
            )
        return {i: others[i] for i in again if answers[i].segment is others[i]}

    def _miscounts(self, segment: PreparedSegment, decoded: Decoded) -> bool:
        if decoded.was_stopped or segment.request.is_steered:
            return False
        return segment.reading.miscounts(self.tokenizer.decode(decoded.best.ids))

    def _without_its_numbers(self, segment: PreparedSegment) -> PreparedSegment | None:
        reading = segment.reading.without_numbers()
        return segment.read_as(reading, self.tokenizer) if reading else None

    def _again(
        self,
        model: TimedModel,
        segments: Mapping[int, PreparedSegment],
        answers: list[Answer],
        ask: Ask,
    ) -> None:
        """Put better answers in the place of those that lack something."""
        lacks = {i: lack for i, each in segments.items() if (lack := self._lacking(each, answers[i].decoded))}
        asked = {i: ask(segments[i], lack, answers[i].decoded) for i, lack in lacks.items()}
        requests = {i: request for i, request in asked.items() if request}
        for i, retried in self._decoded(model, requests).items():
            answers[i] = self._better(segments[i], answers[i], retried, lacks[i])

    def _decoded(self, model: TimedModel, requests: Mapping[int, Request]) -> dict[int, Decoded]:
        if not requests:  # what constraints need is made for the first of them
            return {}
        return decode_again(model, requests, self.options, self.special(), self.control)

    def _lacking(self, segment: PreparedSegment, decoded: Decoded) -> tuple[Lack, ...]:
        if decoded.was_stopped:
            return ()
        return segment.reading.lacking(self.tokenizer.decode(decoded.best.ids))

    def _continued(self, segment: PreparedSegment, lacks: Sequence[Lack], first: Decoded) -> Request | None:
        """Asked to go on from the place of the one thing that is missing."""
        begun = self._begun(segment, lacks[0], first) if len(lacks) == 1 else ()
        return replace(segment.request, prefix=begun) if begun else None

    def _constrained(self, segment: PreparedSegment, lacks: Sequence[Lack], first: Decoded) -> Request:
        """Asked to say all that is missing, wherever."""
        wanted = tuple(self._spellings(lack.spellings) for lack in segment.reading.demands(lacks))
        request = replace(segment.request, constraints=segment.request.constraints + wanted)
        if not (rivals := self._rivals(segment, lacks, first)):
            return request
        banned = BannedPhrases(self.tokenizer, rivals).banned_next
        return replace(request, banned_next=_either(banned, request.banned_next))

    def _begun(self, segment: PreparedSegment, lack: Lack, first: Decoded) -> tuple[int, ...]:
        """The first answer up to the word that stands for what is lacking, and that instead of it.

        From there the model goes on by itself, so the rest agrees with the word. A beam that may say
        a word anywhere says one it finds improbable at the end, behind a whole sentence. Nothing if
        the alignment names no word, or the place is one where the word before depends on the next
        (an elided article), or the caller has said how the translation begins.
        """
        words = self._aligned(segment, lack, first)
        if not words or segment.request.is_steered:
            return ()
        decoded = self.tokenizer.decode(first.best.ids)
        before = decoded[: max(words, key=lambda pair: pair.weight).target[0]]
        wanted = lack.spellings[0] if before else raised(lack.spellings[0])
        if before and not before.endswith(" "):
            return ()
        return tuple(self.tokenizer.encode(before + wanted))

    def _aligned(self, segment: PreparedSegment, lack: Lack, first: Decoded) -> list[AlignedWords]:
        """The words of an answer that translate what something should have been said for."""
        if lack.instead_of is None:
            return []
        pairs = restore(segment, first.best, self.tokenizer).alignment
        return [pair for pair in pairs if overlap(pair.source, lack.instead_of)]

    def _rivals(self, segment: PreparedSegment, lacks: Sequence[Lack], first: Decoded) -> list[str]:
        """Words that stood where the lacking ones belong, and would stand there again beside them."""
        decoded = self.tokenizer.decode(first.best.ids)
        wanted = " ".join(variant for lack in lacks for variant in lack.spellings).casefold()
        pairs = (pair for lack in lacks for pair in self._aligned(segment, lack, first))
        words = [decoded[slice(*pair.target)] for pair in pairs]
        return [w for w in dict.fromkeys(words) if len(w) >= SHORTEST_RIVAL and w.casefold() not in wanted]

    def _better(
        self, segment: PreparedSegment, first: Answer, again: Decoded, lacks: Sequence[Lack]
    ) -> Answer:
        """The second answer if it lacks less."""
        better = len(self._lacking(segment, again)) < len(lacks)
        return first.or_again(again, better=better, retried=[lack.retried for lack in lacks])

    def _spellings(self, variants: Sequence[str]) -> Spellings:
        runs = (run for variant in variants for run in spellings(self.tokenizer, variant))
        return tuple(dict.fromkeys(runs))


def _either(first: BannedNext, second: BannedNext | None) -> BannedNext:
    return first if second is None else lambda ids: {*first(ids), *second(ids)}
