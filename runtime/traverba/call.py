"""One call of a translator: its direction, its clock, and the way from text to answer and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from traverba.assembly import Answer, Prepared, assemble, prepare
from traverba.bundle import Calibration, Manifest
from traverba.decoding import Control, Decoded, DecodeOptions, SpecialIds
from traverba.errors import LanguageError
from traverba.guidance import Guidance
from traverba.identification import Detection
from traverba.repair import Repair
from traverba.results import Timings, Translation, TranslatorInfo
from traverba.terms import term_uses
from traverba.text import Reader, TextTokenizer, begins_word, needs_space
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
    detect: Callable[[str], Detection] | None
    """Says which language a text is in, if the caller left that open."""

    def prepare(self, text: str) -> Prepared:
        """The segments of one text, each with its request."""
        return prepare(text, self.target_token, self.special.eos, self.reader, self.guidance)

    def answer(self, prepared: Prepared, decoded: Sequence[Decoded]) -> Translation:
        """The translation of one text, from what the search found for its requests."""
        seconds, again = self.model.lap(), self.model.beside()
        answers = self.repair(again, prepared, decoded)
        return self._translation(prepared, answers, (*seconds, *again.lap()))

    def finish(self, prepared: Prepared, answers: Sequence[Answer]) -> Translation:
        """The same where the search need not be asked again."""
        return self._translation(prepared, answers, self.model.lap())

    def _translation(
        self, prepared: Prepared, answers: Sequence[Answer], seconds: Sequence[float]
    ) -> Translation:
        """``seconds``: of encoder and steps, by turns."""
        hypotheses, segments = assemble(prepared, answers, self.tokenizer, self.calibration)
        flags = [flag for answer in answers for flag in answer.flags]
        flags += (flag for segment in segments for flag in segment.flags)
        steps = sum(answer.decoded.steps for answer in answers)
        detected = self.detect(prepared.text) if self.detect else None
        return Translation(
            text=hypotheses[0].text,
            source_text=prepared.text,
            source=detected.language if detected else self.source,
            target=self.target,
            hypotheses=hypotheses,
            segments=segments,
            flags=tuple(dict.fromkeys(flags)),
            terms=tuple(term_uses(prepared, segments, hypotheses[0].text)),
            timings=Timings(1000 * sum(seconds[::2]), 1000 * sum(seconds[1::2]), steps),
            model=f"{self.info.name} {self.info.version}",
            provider=self.info.provider,
            precision=self.info.precision,
            detected=detected,
        )


def special_ids(manifest: Manifest, tokenizer: TextTokenizer) -> SpecialIds:
    """What the model may never write: other special tokens, and line breaks, since a line stays a line."""
    special = manifest.special_tokens
    pieces = map(tokenizer.piece, range(tokenizer.vocab_size))
    line_breaks = [i for i, piece in enumerate(pieces) if b"\n" in piece or b"\r" in piece]
    never = {special.pad, special.bos, *manifest.target_tokens.values(), *line_breaks}
    return SpecialIds(special.pad, special.bos, special.eos, tuple(sorted(never)))


def with_words(special: SpecialIds, tokenizer: TextTokenizer) -> SpecialIds:
    """The same for searches that must know where words begin and end."""
    pieces = [tokenizer.piece(i) for i in range(tokenizer.vocab_size)]
    return replace(
        special,
        word_begins=frozenset(i for i, piece in enumerate(pieces) if begins_word(piece)),
        word_ends=frozenset(i for i, piece in enumerate(pieces) if needs_space(piece)),
    )


def target_token(manifest: Manifest, source: str | None, target: str) -> int:
    """The token that asks for this language; LanguageError if the model was not trained for the direction."""
    directions = [(d.source, d.target) for d in manifest.directions]
    if not any(to == target and source in (None, of) for of, to in directions):
        asked = target if source is None else f"{source} to {target}"
        offered = ", ".join(f"{of} to {to}" for of, to in directions)
        raise LanguageError(f"{manifest.name} does not translate {asked}; it translates {offered}")
    return manifest.target_tokens[target]
