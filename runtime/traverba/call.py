"""One call of a translator: its direction, its clock, and the way from text to answer and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from traverba.assembly import Answer, Prepared, assemble, prepare
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
from traverba.repair import Repair
from traverba.results import Timings, Translation, TranslatorInfo
from traverba.terms import term_uses
from traverba.text import Reader, TextTokenizer
from traverba.timing import TimedModel


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

    def prepare(self, text: str, reader: Reader | None = None) -> Prepared:
        """The segments of one text, each with its request; ``reader`` is one for this text alone."""
        return prepare(text, self.target_token, self.special.eos, reader or self.reader, self.guidance)

    def translate(self, texts: Sequence[Prepared]) -> list[Translation]:
        """All of them, decoded together."""
        requests = [request for each in texts for request in each.requests]
        found = iter(decode(self.model, requests, self.options, self.special, control=self.control))
        return [self.answer(each, list(islice(found, len(each.requests)))) for each in texts]

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
        return self._regroup(pending, found)

    def answer(self, prepared: Prepared, decoded: Sequence[Decoded]) -> Translation:
        """The translation of one text, from what the search found for its requests."""
        seconds, again = self.model.lap(), self.model.beside()
        answers = self.repair(again, prepared, decoded)
        return self._translation(prepared, answers, (*seconds, *again.lap()))

    def finish(self, prepared: Prepared, answers: Sequence[Answer]) -> Translation:
        """The same where the search need not be asked again."""
        return self._translation(prepared, answers, self.model.lap())

    def preview(self, prepared: Prepared, answers: Sequence[Answer]) -> Translation:
        """The same in the middle of the work, with the clock going on."""
        return self._translation(prepared, answers, ())

    def _regroup(self, pending: deque[Prepared], found: Iterator[Decoded]) -> Iterator[Translation]:
        """One translation for the answers to each text's requests."""
        for first in found:
            prepared = pending.popleft()
            rest = list(islice(found, len(prepared.requests) - 1))
            if len(rest) + 1 < len(prepared.requests):
                return  # stopped by `control` in the middle of a text
            yield self.answer(prepared, [first, *rest])

    def _translation(
        self, prepared: Prepared, answers: Sequence[Answer], seconds: Sequence[float]
    ) -> Translation:
        """``seconds``: of encoder and steps, by turns."""
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
