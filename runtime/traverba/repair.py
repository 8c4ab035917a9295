"""A second try for segments whose translation lacks what it must have: a protected span, a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from traverba.assembly import Answer, Prepared, PreparedSegment
from traverba.decoding import Control, Decoded, DecodeOptions, Request, SpecialIds, Spellings, decode
from traverba.text import Lack, TextTokenizer, spellings
from traverba.timing import TimedModel


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
        requests = [self._request(prepared.segments[i], lack) for i, lack in lacks.items()]
        control = replace(self.control, on_progress=None)
        again = decode(model, requests, self.options, self.special(), control=control)
        for (i, lack), retried in zip(lacks.items(), again, strict=True):
            answers[i] = self._better(prepared.segments[i], found[i], retried, lack)
        return answers

    def _lacking(self, segment: PreparedSegment, decoded: Decoded) -> tuple[Lack, ...]:
        if any(flag in ("cancelled", "deadline") for flag in decoded.flags):
            return ()
        return segment.reading.lacking(self.tokenizer.decode(decoded.best.ids))

    def _request(self, segment: PreparedSegment, lacks: Sequence[Lack]) -> Request:
        wanted = tuple(self._spellings(lack.spellings) for lack in lacks)
        return replace(segment.request, constraints=segment.request.constraints + wanted)

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
