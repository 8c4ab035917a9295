"""A second try for segments whose translation lacks what it must have: a protected span, a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from traverba.assembly import Answer, Prepared, PreparedSegment, restore
from traverba.decoding import (
    BannedNext,
    Control,
    Decoded,
    DecodeOptions,
    Request,
    SpecialIds,
    Spellings,
    decode,
)
from traverba.text import BannedPhrases, Lack, TextTokenizer, spellings
from traverba.timing import TimedModel

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

    def __call__(self, model: TimedModel, prepared: Prepared, found: Sequence[Decoded]) -> list[Answer]:
        """The answers, the deficient ones decoded once more with what they lack as constraints."""
        answers = [Answer(decoded) for decoded in found]
        if self.options.sampling is not None:  # constraints need a beam
            return answers
        pairs = enumerate(zip(prepared.segments, found, strict=False))  # no segment: one empty answer
        lacks = {i: lack for i, pair in pairs if (lack := self._lacking(*pair))}
        if not lacks or self.control.stop_reason():
            return answers
        requests = [self._request(prepared.segments[i], lack, found[i]) for i, lack in lacks.items()]
        control = replace(self.control, on_progress=None)
        again = decode(model, requests, self.options, self.special(), control=control)
        for (i, lack), retried in zip(lacks.items(), again, strict=True):
            answers[i] = self._better(prepared.segments[i], found[i], retried, lack)
        return answers

    def _lacking(self, segment: PreparedSegment, decoded: Decoded) -> tuple[Lack, ...]:
        if any(flag in ("cancelled", "deadline") for flag in decoded.flags):
            return ()
        return segment.reading.lacking(self.tokenizer.decode(decoded.best.ids))

    def _request(self, segment: PreparedSegment, lacks: Sequence[Lack], first: Decoded) -> Request:
        wanted = tuple(self._spellings(lack.spellings) for lack in segment.reading.demands(lacks))
        request = replace(segment.request, constraints=segment.request.constraints + wanted)
        if not (rivals := self._rivals(segment, lacks, first)):
            return request
        banned = BannedPhrases(self.tokenizer, rivals).banned_next
        return replace(request, banned_next=_either(banned, request.banned_next))

    def _rivals(self, segment: PreparedSegment, lacks: Sequence[Lack], first: Decoded) -> list[str]:
        """Words that stood where the lacking ones belong, and would stand there again beside them."""
        spans = [lack.instead_of for lack in lacks if lack.instead_of]
        if not spans:
            return []
        decoded = self.tokenizer.decode(first.best.ids)
        wanted = " ".join(variant for lack in lacks for variant in lack.spellings).casefold()
        words = [
            decoded[slice(*pair.target)]
            for pair in restore(segment, first.best, self.tokenizer).alignment
            if any(pair.source[0] < end and start < pair.source[1] for start, end in spans)
        ]
        return [w for w in dict.fromkeys(words) if len(w) >= SHORTEST_RIVAL and w.casefold() not in wanted]

    def _better(
        self, segment: PreparedSegment, first: Decoded, again: Decoded, lacks: Sequence[Lack]
    ) -> Answer:
        """The second answer if it lacks less."""
        steps = first.steps + again.steps
        if len(self._lacking(segment, again)) >= len(lacks) or again.best.finished < first.best.finished:
            return Answer(replace(first, steps=steps))
        return Answer(replace(again, steps=steps), tuple(dict.fromkeys(lack.retried for lack in lacks)))

    def _spellings(self, variants: Sequence[str]) -> Spellings:
        runs = (run for variant in variants for run in spellings(self.tokenizer, variant))
        return tuple(dict.fromkeys(runs))


def _either(first: BannedNext, second: BannedNext | None) -> BannedNext:
    return first if second is None else lambda ids: {*first(ids), *second(ids)}
