"""What an identifier answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """A language that the text may be in."""

    language: str
    probability: float


@dataclass(frozen=True)
class Detection:
    """The language of a text, and what else it could be.

    ``language`` is None, with probability 0 and no candidates, for a text without anything that says
    something about its language: empty, digits, punctuation, addresses, a script the model never saw.
    """

    language: str | None
    probability: float
    """Calibrated: of texts with 0.9, about nine in ten are in this language."""
    candidates: tuple[Candidate, ...]
    """The most probable languages, best first, `language` among them."""

    def __str__(self) -> str:
        return self.language or "und"

    def to_json(self) -> dict[str, Any]:
        """Plain values for `json.dumps`."""
        return asdict(self)


UNDETERMINED = Detection(None, 0.0, ())
