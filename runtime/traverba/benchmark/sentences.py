"""The texts of a comparison: the user's own, or a dozen that come with the package."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from traverba.errors import OptionError

BUILT_IN = ("de", "en", "es", "fr", "ru")
"""Languages with sentences of their own, from two words to thirty."""


def built_in_sentences(language: str) -> tuple[str, ...]:
    """A dozen everyday sentences, shortest first."""
    if language not in BUILT_IN:
        raise OptionError(
            f"there are no built-in sentences in {language!r}; give a file with one sentence a line"
        )
    path = files("traverba.benchmark") / "sentences" / f"{language}.txt"
    return tuple(path.read_text(encoding="utf-8").splitlines())


def choose_direction(
    directions: Sequence[tuple[str, str]], source: str | None, target: str | None, *, own_texts: bool
) -> tuple[str, str]:
    """The first direction of the model that fits; without texts of one's own, one with built-in sentences."""
    fitting = [(of, to) for of, to in directions if source in (None, of) and target in (None, to)]
    if not fitting:
        offered = ", ".join(f"{of} to {to}" for of, to in directions)
        raise OptionError(
            f"the model does not translate {source or 'any'} to {target or 'any'}, but {offered}"
        )
    known = [direction for direction in fitting if own_texts or direction[0] in BUILT_IN]
    return (known or fitting)[0]
