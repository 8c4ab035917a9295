"""What a caller wants in a translation, as text: how it begins, what it says, what it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traverba.decoding import AllowedNext, BannedNext, Request, Spellings
from traverba.errors import OptionError
from traverba.text import BannedPhrases, PrefixCompletion, TextTokenizer, spellings


@dataclass(frozen=True)
class Guidance:
    """The same in tokens, for all texts of a call."""

    prefix: tuple[int, ...] = ()
    allowed_next: AllowedNext | None = None
    banned_next: BannedNext | None = None
    constraints: tuple[Spellings, ...] = ()

    def requests(self, sources: Sequence[tuple[int, ...]]) -> tuple[Request, ...]:
        """A request for each segment of one text; a text without words has one that is empty."""
        for name, value in (("prefix", self.allowed_next), ("require", self.constraints)):
            if value and len(sources) > 1:
                raise OptionError(f"{name} needs a text of one line, not of {len(sources)}")
        if not sources:
            return (Request(()),)
        return tuple(
            Request(source, self.prefix, self.allowed_next, self.banned_next, self.constraints)
            for source in sources
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
