"""What is dropped from a corpus before training, each reason counted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SCRIPTS = {
    "en": "LATIN",
    "fr": "LATIN",
    "de": "LATIN",
    "es": "LATIN",
    "cs": "LATIN",
    "vi": "LATIN",
    "ru": "CYRILLIC",
}
"""The Unicode script most letters of a sentence should have; a language not listed is not checked."""


@dataclass(frozen=True)
class CleaningRules:
    """Limits on a pair; defaults suit sentence-level corpora."""

    max_words: int = 60
    """Words on either side."""
    max_characters: int = 400
    max_ratio: float = 3.0
    """Longer side over shorter side, in characters; not applied under 20 characters."""


def comparison_key(text: str) -> str:
    """Letters and digits only, case-folded: two sentences with the same key count as the same."""
    return "".join(c for c in text.casefold() if c.isalnum())


def clean_pairs(
    pairs: Iterable[tuple[str, str]],
    languages: tuple[str, str],
    rules: CleaningRules,
    held_out: set[str],
    dropped: Counter[str],
) -> Iterator[tuple[str, str]]:
    """Pairs worth training on; every dropped one is counted in ``dropped`` under its reason.

    ``held_out`` holds the comparison keys of dev and test sentences of any language.
    """
    seen: set[tuple[str, str]] = set()
    for left, right in pairs:
        reason = _reason(left, right, languages, rules)
        keys = (comparison_key(left), comparison_key(right))
        if reason is None and keys in seen:
            reason = "duplicate"
        if reason is None and (keys[0] in held_out or keys[1] in held_out):
            reason = "in dev or test"
        if reason is not None:
            dropped[reason] += 1
            continue
        seen.add(keys)
        yield left, right


def _reason(left: str, right: str, languages: tuple[str, str], rules: CleaningRules) -> str | None:
    """Why this pair is dropped, or None."""
    sizes = sorted((len(left), len(right)))
    if sizes[0] == 0:
        return "empty"
    if sizes[1] > rules.max_characters or max(len(left.split()), len(right.split())) > rules.max_words:
        return "too long"
    if sizes[1] > 20 and sizes[1] / sizes[0] > rules.max_ratio:
        return "length ratio"
    if not (in_script(left, languages[0]) and in_script(right, languages[1])):
        return "wrong script"
    return None


def in_script(text: str, language: str) -> bool:
    """At least half of the letters belong to the language's script; text without letters passes."""
    script = SCRIPTS.get(language)
    letters = [c for c in text if c.isalpha()]
    if script is None or not letters:
        return True
    if script == "LATIN" and text.isascii():
        return True
    return 2 * sum(unicodedata.name(c, "").startswith(script) for c in letters) >= len(letters)
