"""Text in capitals or in title case: read as ordinary text, written as it came.

Models see little of either, and spell a word in capitals letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from traverba.text.rewriting import Edit
from traverba.text.stand_ins import STAND_IN

Casing = Literal["upper", "title"]

WORD = re.compile(r"[^\W\d_]+")
PRONOUN = re.compile(r"(?<![\w'’])i(?!\w)")

NOUNS_WITH_CAPITALS = frozenset({"de", "lb"})
"""Languages in which capitals inside a sentence say nothing about titles."""

SHORT = 3
"""Letters up to which a word is small in a title that goes out."""

SMALL = {
    "with",
    "from",
    "into",
    "over",
    "dans",
    "pour",
    "avec",
    "sous",
    "sans",
    "chez",
    "vers",
    "entre",
    "для",
}
"""Longer ones that may be small as well."""

SHORTEST_SHOUT = 5
"""Letters of a single word in capitals that is no abbreviation."""

TITLE_WORDS = 4
LONGEST_SMALL = 4
"""Letters up to which a word may be small in a title that comes in."""


def raised(word: str) -> str:
    """With a capital first; what follows stays."""
    return word[:1].upper() + word[1:]


def lowered(word: str) -> str:
    """Without a capital first; what follows stays."""
    return word[:1].lower() + word[1:]


def casing_of(text: str, languages: Sequence[str], is_common: Callable[[str], bool]) -> Casing | None:
    """How a segment is written, stand-ins apart; None for ordinary text.

    ``is_common`` says whether a word with a capital is one that is mostly written small: a title
    is of such words, a row of names is not.
    """
    plain = STAND_IN.sub(" ", text)
    words = WORD.findall(plain)
    if words and all(word.upper() == word != word.lower() for word in words):
        long = [word for word in words if len(word) > 1]
        return "upper" if len(long) > 1 or any(len(w) >= SHORTEST_SHOUT for w in long) else None
    if NOUNS_WITH_CAPITALS.intersection(languages):
        return None
    return "title" if _is_title(words, is_common) else None


def _is_title(words: Sequence[str], is_common: Callable[[str], bool]) -> bool:
    """Mostly capitals, and not mostly names: a capital on a grammar word tells titles from those."""
    if len(words) < TITLE_WORDS or any(w[0].islower() and len(w) > LONGEST_SMALL for w in words):
        return False
    large = [word for word in words[1:] if word[0].isupper() and len(word) > 1]
    common = [word for word in large if is_common(word)]
    if 2 * (len(large) + 1) < len(words) or len(common) < 2:
        return False
    if any(len(word) <= SHORT for word in common):
        return 2 * len(common) >= len(large)
    return len(common) > 2 and 4 * len(common) >= 3 * len(large)


def uncased(text: str, casing: Casing, languages: Sequence[str], is_common: Callable[[str], bool]) -> str:
    """The text as a sentence, character for character."""
    first = WORD.search(text)
    start = first.start() + 1 if first else 0

    def smaller(match: re.Match[str]) -> str:
        names = casing == "title" and not is_common(match[0])
        return match[0] if names else _lower(match[0])

    lowered = text[:start] + WORD.sub(smaller, text[start:])
    if casing == "upper" and first and "en" in languages:
        lowered = PRONOUN.sub("I", lowered)
    return lowered


def recased(text: str, casing: Casing | None) -> tuple[str, list[Edit]]:
    """A translation in the same case, character for character, and the edits for those that become two."""
    if casing is None:
        return text, []
    if casing == "title":
        return WORD.sub(lambda match: _titled(match, text), text), []
    edits = [Edit((i, i + 1), c.upper()) for i, c in enumerate(text) if len(c.upper()) > 1]
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text), edits


def _titled(match: re.Match[str], text: str) -> str:
    word = match[0]
    small = len(word) <= SHORT or word.lower() in SMALL
    first = not WORD.search(text, 0, match.start())
    return word if small and not first else word[0].title()[:1] + word[1:]


def _lower(text: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
