"""Phrases that are no sentence: each is translated as it is and in a sentence, and the surer one counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from traverba.assembly import Answer, PreparedSegment
from traverba.decoding import Control, Decoded, DecodeOptions, Hypothesis, Request, SpecialIds
from traverba.second_tries.again import decode_again
from traverba.text import CarriedReading, Span, TextTokenizer, overlap
from traverba.timing import TimedModel

SURER, SURER_BEHIND_A_CAPITAL = 0.2, 0.4
"""Nats a token by which the translation in a sentence must be more probable. What begins with a capital is
often a message of a program, and those training has as they are (benchmarks/quality/log.md, Phrases)."""


@dataclass(frozen=True, eq=False)
class Carrying:
    """What stays the same for all texts of a call."""

    tokenizer: TextTokenizer
    options: DecodeOptions
    special: SpecialIds
    control: Control

    def __call__(
        self, model: TimedModel, segments: Mapping[int, PreparedSegment], answers: list[Answer]
    ) -> dict[int, PreparedSegment]:
        """Put better answers in the place of those to phrases; all segments, as they were read for them."""
        asked = {i: reading for i, each in segments.items() if (reading := _sentence(each, answers[i]))}
        others = {i: segments[i].read_as(reading, self.tokenizer) for i, reading in asked.items()}
        requests = {i: self._begun(others[i].request, reading) for i, reading in asked.items()}
        again = decode_again(model, requests, self.options, self.special, self.control)
        for i, retried in again.items():
            better = self._is_better(asked[i], answers[i].decoded, retried)
            answers[i] = answers[i].or_again(retried, better=better, retried=["carried"], segment=others[i])
        return {i: answers[i].segment or each for i, each in segments.items()}

    def _begun(self, request: Request, reading: CarriedReading) -> Request:
        return replace(request, prefix=tuple(self.tokenizer.encode(reading.said)))

    def _is_better(self, reading: CarriedReading, first: Decoded, again: Decoded) -> bool:
        text = self.tokenizer.decode(again.best.ids)
        if not reading.carries(text):
            return False
        alone = self._sureness(first.best, (0, len(self.tokenizer.decode(first.best.ids))))
        lead = SURER_BEHIND_A_CAPITAL if reading.capital else SURER
        return self._sureness(again.best, reading.phrase(text)) > alone + lead

    def _sureness(self, hypothesis: Hypothesis, span: Span) -> float:
        """The mean log-probability of the tokens within a span."""
        steps = zip(self.tokenizer.spans(hypothesis.ids), hypothesis.log_probs.tolist(), strict=False)
        inside = [log_prob for token, log_prob in steps if overlap(token, span)]
        return sum(inside) / len(inside) if inside else -math.inf


def _sentence(segment: PreparedSegment, answer: Answer) -> CarriedReading | None:
    """The sentence to ask for; none if the caller has wishes, or the first answer was stopped."""
    steered = segment.request.is_steered or answer.decoded.was_stopped
    return None if steered else segment.reading.carried
