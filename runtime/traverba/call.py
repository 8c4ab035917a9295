"""One call of a translator: its direction, its clock, and the way from text to answer and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from traverba.assembly import Answer, Prepared, PreparedSegment, assemble, prepare
from traverba.bundle import Calibration
from traverba.decoding import (
    Batching,
    Control,
    Decoded,
    DecodeOptions,
    Request,
    SpecialIds,
    decode,
    decode_iter,
)
from traverba.guidance import Guidance
from traverba.results import Timings, Translation, TranslatorInfo
from traverba.second_tries import ReadBack, Repair
from traverba.terms import term_uses
from traverba.text import Reader, TextTokenizer
from traverba.timing import TimedModel

ANSWERED_TOGETHER = 64
"""Texts that are read at a time: those that lack something are decoded again together."""


@dataclass(frozen=True, eq=False)
class Call:
    """What stays the same for all texts of a call."""

    model: TimedModel
    tokenizer: TextTokenizer
    special: SpecialIds
    info: TranslatorInfo
    source: str | None
    target: str
    target_token: int
    calibration: Calibration | None
    guidance: Guidance
    reader: Reader
    options: DecodeOptions
    control: Control | None
    repair: Repair
    read_back: ReadBack | None

    def prepare(self, text: str, reader: Reader | None = None) -> Prepared:
        """The segments of one text, each with its request; ``reader`` is one for this text alone."""
        return prepare(text, self.target_token, self.special.eos, reader or self.reader, self.guidance)

    def translate(self, texts: Sequence[Prepared]) -> list[Translation]:
        """All of them, decoded together."""
        requests = [request for each in texts for request in each.requests]
        found = decode(self.model, requests, self.options, self.special, control=self.control)
        return self.answer(texts, found)

    def translate_iter(
        self, texts: Iterable[Prepared], batching: Batching | None = None
    ) -> Iterator[Translation]:
        """The same in constant memory."""
        pending: deque[Prepared] = deque()

        def requests() -> Iterator[Request]:
            for each in texts:
                pending.append(each)
                yield from each.requests

        found = decode_iter(
            self.model, requests(), self.options, self.special, control=self.control, batching=batching
        )
        together = min(ANSWERED_TOGETHER, (batching or Batching()).window)
        return self._regroup(pending, found, together)

    def answer(self, texts: Sequence[Prepared], decoded: Iterable[Decoded]) -> list[Translation]:
        """The translations of some texts, from what the search found for their requests."""
        first, again = self.model.lap(), self.model.beside()
        asked = [segment for each in texts for segment in each.asked]
        answers = iter(self.settle(again, asked, list(decoded)))
        seconds = (*first, *again.lap())
        return [self._translation(each, list(islice(answers, len(each.asked))), seconds) for each in texts]

    def settle(
        self, model: TimedModel, segments: Sequence[PreparedSegment | None], found: Sequence[Decoded]
    ) -> list[Answer]:
        """What the search found, after all that is asked again on the clock of ``model``."""
        answers = self.repair(model, segments, found)
        if not self.read_back:
            return answers
        read = [answer.segment or segment for segment, answer in zip(segments, answers, strict=True)]
        return self.read_back(model, read, answers)

    def finish(self, prepared: Prepared, answers: Sequence[Answer]) -> Translation:
        """The same where the search need not be asked again."""
        return self._translation(prepared, answers, self.model.lap())

    def preview(self, prepared: Prepared, answers: Sequence[Answer]) -> Translation:
        """The same in the middle of the work, with the clock going on."""
        return self._translation(prepared, answers, ())

    def _regroup(
        self, pending: deque[Prepared], found: Iterator[Decoded], together: int
    ) -> Iterator[Translation]:
        """One translation for the answers to each text's requests; ``together`` texts at a time."""
        texts, answers = list[Prepared](), list[Decoded]()
        for first in found:
            rest = list(islice(found, len(pending[0].asked) - 1))
            if len(rest) + 1 < len(pending[0].asked):
                break  # stopped by `control` in the middle of a text
            texts.append(pending.popleft())
            answers += (first, *rest)
            if len(texts) == together:
                yield from self.answer(texts, answers)
                texts, answers = [], []
        yield from self.answer(texts, answers)

    def _translation(
        self, prepared: Prepared, answers: Sequence[Answer], seconds: Sequence[float]
    ) -> Translation:
        """``seconds``: of encoder and steps, by turns."""
        prepared = prepared.as_answered(answers)
        hypotheses, segments = assemble(prepared, answers, self.tokenizer, self.calibration)
        flags = [flag for answer in answers for flag in answer.flags]
        flags += (flag for segment in segments for flag in segment.flags)
        steps = sum(answer.decoded.steps for answer in answers)
        return Translation(
            text=hypotheses[0].text,
            source_text=prepared.text,
            source=self.source,
            target=self.target,
            hypotheses=hypotheses,
            segments=segments,
            flags=tuple(dict.fromkeys(flags)),
            terms=tuple(term_uses(prepared, segments, hypotheses[0].text)),
            timings=Timings(1000 * sum(seconds[::2]), 1000 * sum(seconds[1::2]), steps),
            model=f"{self.info.name} {self.info.version}",
            provider=self.info.provider,
            precision=self.info.precision,
        )
