"""What a caller wants in a translation, as text: how it begins, what it says, what it does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from traverba.decoding import AllowedNext, BannedNext, Request, Spellings
from traverba.errors import OptionError
from traverba.made_up_words import KnownTargets
from traverba.text import BannedPhrases, PrefixCompletion, Reading, TextTokenizer, spellings

SegmentGuide = Callable[[Reading], Sequence[Spellings]]
"""Given a segment: phrases that its translation must have, beside those of the whole call."""


@dataclass(frozen=True)
class Guidance:
    """The same in tokens, for all texts of a call."""

    prefix: tuple[int, ...] = ()
    allowed_next: AllowedNext | None = None
    banned_next: BannedNext | None = None
    constraints: tuple[Spellings, ...] = ()
    of_segment: SegmentGuide | None = None
    words: KnownTargets | None = None
    """Of the target language."""

    @property
    def constrains(self) -> bool:
        """Whether a search may have phrases to meet."""
        return bool(self.constraints or self.of_segment)

    def check(self, segments: int) -> None:
        """Refuse a prefix and required phrases for a text of several segments."""
        for name, value in (("prefix", self.allowed_next), ("require", self.constraints)):
            if value and segments > 1:
                raise OptionError(f"{name} needs a text of one line, not of {segments}")

    def request(self, reading: Reading, source: tuple[int, ...]) -> Request:
        """What is asked of the search for one segment."""
        own = tuple(self.of_segment(reading)) if self.of_segment else ()
        return Request(
            source,
            self.prefix,
            self.allowed_next,
            self.banned_next,
            self.constraints + own,
            self.words.of(reading.text) if self.words else None,
        )


def guide(tokenizer: TextTokenizer, prefix: str, require: Sequence[str], suppress: Sequence[str]) -> Guidance:
    """Read the caller's words."""
    completion = PrefixCompletion(tokenizer, prefix) if prefix else None
    unwanted = _phrases("suppress", suppress)
    return Guidance(
        prefix=completion.ids if completion else (),
        allowed_next=completion.allowed_next if completion else None,
        banned_next=BannedPhrases(tokenizer, unwanted).banned_next if unwanted else None,
        constraints=tuple(spellings(tokenizer, phrase) for phrase in _phrases("require", require)),
    )


def _phrases(name: str, phrases: Sequence[str]) -> list[str]:
    """Without white space around them; one string is a mistake, since its letters are strings too."""
    if isinstance(phrases, str) or not all(isinstance(phrase, str) for phrase in phrases):
        raise OptionError(f"{name} must be a list of phrases, not {phrases!r}")
    stripped = [phrase.strip() for phrase in phrases]
    if not all(stripped):
        raise OptionError(f"{name} must hold phrases of at least 1 letter, not {list(phrases)!r}")
    return stripped
