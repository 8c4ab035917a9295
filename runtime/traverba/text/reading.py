"""A segment as the model reads it, and the way back from what the model writes.

The seam between text and search: whoever prepares a text makes readings, whoever decodes
sees only their `text`, and whoever assembles the result asks them to `restore` it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from traverba.text.options import TextFlag
from traverba.text.pieces import Span
from traverba.text.rewriting import Rewriting

Place = Callable[[Span], int]
"""Where in a decoded text that belongs which has this span in the reading, by the alignment."""


@dataclass(frozen=True)
class Lack:
    """Something that a decoded text should have and lacks."""

    spellings: tuple[str, ...]
    """Any of which will do."""
    retried: TextFlag
    """What is to be said once it has been asked for."""
    instead_of: Span | None = None
    """The words of `Reading.text` that it translates: how they were translated is not wanted again."""


@dataclass(frozen=True, eq=False)
class Restored:
    """A decoded segment as the reader of the translation gets it."""

    rewriting: Rewriting
    """From what the model wrote to `text`."""
    flags: tuple[TextFlag, ...] = ()

    @property
    def text(self) -> str:
        return self.rewriting.text


@dataclass(frozen=True, eq=False)
class Reading:
    """One segment: a part of the source text and what the model reads for it."""

    span: Span
    """In the source text."""
    rewriting: Rewriting
    """From this part of the source to `text`."""
    flags: tuple[TextFlag, ...] = ()

    @property
    def text(self) -> str:
        """What the model reads."""
        return self.rewriting.text

    @property
    def comes_whole(self) -> bool:
        """Whether what is decoded is only final once it is complete."""
        return False

    def source_span(self, span: Span) -> Span:
        """A span of `text` as one of the source text."""
        start, end = self.rewriting.to_old(span)
        return self.span[0] + start, self.span[0] + end

    def lacking(self, decoded: str) -> tuple[Lack, ...]:
        """What must be asked for if this was decoded; nothing if it has all that it must have."""
        return ()

    def restore(self, decoded: str, place: Place) -> Restored:
        """The final text of what was decoded."""
        return Restored(Rewriting(decoded))
