"""The identifier that comes with the package, loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

from traverba.identification.identifier import Identifier
from traverba.identification.results import Detection

BUILT_IN = Path(__file__).parents[1] / "models" / "langid"
_LOADING = Lock()


def load_identifier() -> Identifier:
    """The built-in identifier; the same one every time, however many threads ask for it first."""
    with _LOADING:
        return _load()


@cache
def _load() -> Identifier:
    return Identifier(BUILT_IN)


def detect(text: str, *, languages: Sequence[str] | None = None) -> Detection:
    """Which language ``text`` is in, among ``languages`` if given: tags such as "en" or "fr".

    >>> from traverba import detect
    >>> print(detect("Le camion s'est arrêté brusquement."))  # doctest: +SKIP
    fr
    """
    return load_identifier().detect(text, languages=languages)
