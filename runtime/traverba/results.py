"""What a translation is: one typed result, the same fields in Python and in JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from traverba.bundle import Route
from traverba.confidence import weakest
from traverba.decoding import Flag
from traverba.identification import Detection
from traverba.text import Span, TextFlag


@dataclass(frozen=True)
class Token:
    """One token of a target text."""

    text: str
    log_prob: float
    span: Span
    """Where it lies in the target text; tokens that share a character overlap."""


@dataclass(frozen=True)
class AlignedWords:
    """A word of the translation and the word of the source it attends to most."""

    source: Span
    target: Span
    weight: float
    """The share, from 0 to 1, of the target word's attention to words that this one got."""


@dataclass(frozen=True)
class TranslationHypothesis:
    """A translation and what the model makes of it."""

    text: str
    score: float
    """What the search compares, see `traverba.decoding.scoring`; the mean over segments."""
    log_prob: float
    """Of the whole text, the end of every segment included."""
    tokens: tuple[Token, ...]
    alignment: tuple[AlignedWords, ...]
    finished: bool
    """Whether the model ended every segment itself."""


@dataclass(frozen=True)
class Segment:
    """A part of the text that was translated on its own."""

    source: Span
    target: Span
    """In the text of the best hypothesis."""
    score: float
    confidence: float | None
    """The probability, fitted on dev data, that this segment's translation is good."""
    flags: tuple[Flag | TextFlag, ...]


@dataclass(frozen=True)
class TermUse:
    """A term of the glossary in the source text, and whether its translation is there."""

    source: Span
    term: str
    translations: tuple[str, ...]
    """Any of which will do."""
    met: bool


@dataclass(frozen=True)
class Timings:
    """Where the time went."""

    encode_ms: float
    """In the encoder, for all texts that were translated together with this one."""
    steps_ms: float
    """In decoder steps, for the same."""
    steps: int
    """Decoder steps of this text, retries included."""


@dataclass(frozen=True)
class Translation:
    """A translated text. ``str(translation)`` is the text itself."""

    text: str
    source_text: str
    source: str | None
    """The source language, if the caller named it or it was detected."""
    target: str
    hypotheses: tuple[TranslationHypothesis, ...]
    """Best first; `text`, `score`, `tokens` and `alignment` are those of the first."""
    segments: tuple[Segment, ...]
    flags: tuple[Flag | TextFlag, ...]
    """What happened that the caller should know, in any segment; empty for an ordinary result."""
    terms: tuple[TermUse, ...]
    """Of the glossary, in the order of the source text."""
    timings: Timings
    model: str
    """Name and version of the bundle."""
    provider: str
    precision: str
    detected: Detection | None = None
    """What the language identifier said, if the caller left the source language to it."""
    via: str | None = None
    """The language between, if the text went through one: `traverba.pivoting` says what the other fields then
    mean. None: straight."""

    def __str__(self) -> str:
        return self.text

    @property
    def score(self) -> float:
        return self.hypotheses[0].score

    @property
    def confidence(self) -> float | None:
        """From 0 to 1, that of the least certain segment; None if the bundle is not calibrated."""
        return weakest([segment.confidence for segment in self.segments])

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.hypotheses[0].tokens

    @property
    def alignment(self) -> tuple[AlignedWords, ...]:
        return self.hypotheses[0].alignment

    def to_json(self) -> dict[str, Any]:
        """All fields as plain values for `json.dumps`."""
        return {**asdict(self), "score": self.score, "confidence": self.confidence}


@dataclass(frozen=True)
class TranslatorInfo:
    """What a translator is and runs on."""

    name: str
    version: str
    languages: tuple[str, ...]
    directions: tuple[tuple[str, str], ...]
    vocab_size: int
    provider: str
    precision: str
    threads: int
    routes: tuple[Route, ...] = ()
    """Every pair that can be translated, trained or not, and how it runs."""
