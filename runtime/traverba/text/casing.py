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
SENTENCE_ENDS = ".!?…:;"

NOUNS_WITH_CAPITALS = frozenset({"de", "lb"})
"""Languages in which capitals inside a sentence say nothing about titles."""

SHORT = 3
"""Letters up to which a word may be small in a title."""

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


def casing_of(text: str, languages: Sequence[str], is_common: Callable[[str], bool]) -> Casing | None:
    """How a segment is written, stand-ins apart; None for ordinary text.

    ``is_common`` says whether a word is one of the vocabulary's when in lower case: a title is
    mostly of such words, a row of names is not.
    """
    plain = STAND_IN.sub(" ", text)
    words = WORD.findall(plain)
    if words and all(word.upper() == word != word.lower() for word in words):
        long = [word for word in words if len(word) > 1]
        return "upper" if len(long) > 1 or any(len(w) >= SHORTEST_SHOUT for w in long) else None
    if NOUNS_WITH_CAPITALS.intersection(languages) or plain.rstrip()[-1:] in SENTENCE_ENDS:
        return None
    return "title" if _is_title(words, is_common) else None


def _is_title(words: Sequence[str], is_common: Callable[[str], bool]) -> bool:
    large = [word for word in words if len(word) > SHORT]
    if len(words) < TITLE_WORDS or len(large) < TITLE_WORDS - 1:
        return False
    if not all(word[0].isupper() and word[1:].islower() for word in large if word.lower() not in SMALL):
        return False
    return sum(is_common(word.lower()) for word in large[1:]) * 4 >= 3 * (len(large) - 1)


def uncased(text: str, casing: Casing, languages: Sequence[str], is_common: Callable[[str], bool]) -> str:
    """The text as a sentence, character for character."""
    first = WORD.search(text)
    start = first.start() + 1 if first else 0

    def smaller(match: re.Match[str]) -> str:
        names = casing == "title" and not is_common(match[0].lower())
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
