"""Of a beam's translations, the one from which the model best reads the source again.

A beam asks what is a likely translation, and likes what leaves a part of the source out. How likely the
source is as a translation of the translation tells such a one from a complete one (Li & Jurafsky 2016,
arXiv 1601.00372; Yee et al. 2019, arXiv 1908.05731):

    s(Y, X) + weight * log P(X | Y) / lp(X)

with `traverba.decoding.scoring`'s s and lp. The same file translates both ways, so it takes no second model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from traverba.assembly import Answer, PreparedSegment
from traverba.decoding import Control, Decoded, DecodeOptions, Hypothesis, SpecialIds, score
from traverba.decoding.model import DecoderStep
from traverba.second_tries.rare_words import is_said
from traverba.text import TextTokenizer
from traverba.timing import TimedModel

Choices = list[Hypothesis]
"""Of one segment, best first."""


@dataclass(frozen=True, eq=False)
class ReadBack:
    """What stays the same for all texts of a call."""

    tokenizer: TextTokenizer
    options: DecodeOptions
    """As the caller gave them: so many hypotheses are kept, whatever was searched for."""
    special: SpecialIds
    model: DecoderStep
    """Into the language of the source."""
    source_token: int
    """Which asks for that language."""
    target: str
    control: Control

    def __call__(
        self, clock: TimedModel, segments: Sequence[PreparedSegment | None], answers: Sequence[Answer]
    ) -> list[Answer]:
        """The answers with their hypotheses in the order of the sum; reading counts into ``clock``."""
        choices = {
            i: (segment, found)
            for i, segment in enumerate(segments)
            if segment and len(found := self._choices(segment, answers[i].decoded)) > 1
        }
        kept = self.options.num_hypotheses
        first = self._read(clock, {i: (segment, found[:kept]) for i, (segment, found) in choices.items()})
        # A reading only takes from a score: what is behind the sum of one that was read stays behind it.
        rivals = {
            i: (choices[i][0], [each for each in choices[i][1][kept:] if each.score > read[-1].score])
            for i, read in first.items()
        }
        second = self._read(clock, rivals)
        return [
            self._with(answer, _ranked((*first.get(i, ()), *second.get(i, ()))))
            for i, answer in enumerate(answers)
        ]

    def _choices(self, segment: PreparedSegment, decoded: Decoded) -> Choices:
        """The hypotheses that have an end and lack no more than the first one of what they must say."""
        if decoded.was_stopped:
            return []
        lacks = [self._lacks(segment, each) for each in decoded.hypotheses]
        pairs = zip(decoded.hypotheses, lacks, strict=True)
        return [each for each, count in pairs if each.finished and count <= lacks[0]]

    def _lacks(self, segment: PreparedSegment, hypothesis: Hypothesis) -> int:
        text, reading = self.tokenizer.decode(hypothesis.ids), segment.reading
        unsaid = [word for word in reading.rare_words if not is_said(word, text, self.target)]
        return len(reading.lacking(text)) + len(unsaid)

    def _read(
        self, clock: TimedModel, asked: Mapping[int, tuple[PreparedSegment, Choices]]
    ) -> dict[int, Choices]:
        """The same hypotheses with the sum as their score, best first; none if there is no time."""
        pairs = [(segment, each) for segment, choices in asked.values() for each in choices]
        if not pairs or self.control.stop_reason():
            return {}
        sources = [self._source(each) for _, each in pairs]
        targets = [segment.request.source[1:-1] for segment, _ in pairs]  # neither language nor end token
        options = replace(self.options, coverage_penalty=0.0)
        control = replace(self.control, on_progress=None)
        model = clock.along(self.model)
        readings = iter(score(model, sources, targets, options, self.special, control=control))
        if self.control.stop_reason():  # some were not read to the end
            return {}
        weight = self.options.read_back
        summed = {
            i: [replace(each, score=each.score + weight * next(readings).score) for each in choices]
            for i, (_, choices) in asked.items()
        }
        return {i: _ranked(choices) for i, choices in summed.items()}

    def _source(self, hypothesis: Hypothesis) -> tuple[int, ...]:
        """Cut into the tokens that its text would be, which need not be those that the search wrote."""
        ids = self.tokenizer.encode(self.tokenizer.decode(hypothesis.ids))
        return (self.source_token, *ids, self.special.eos)

    def _with(self, answer: Answer, ranked: Choices) -> Answer:
        """Only those that were read have scores to compare; all of them if none was."""
        found = tuple(ranked) or answer.decoded.hypotheses
        kept = found[: self.options.num_hypotheses]
        return replace(answer, decoded=replace(answer.decoded, hypotheses=kept))


def _ranked(hypotheses: Iterable[Hypothesis]) -> Choices:
    return sorted(hypotheses, key=lambda each: -each.score)
