"""Names that say the opposite: "unsure" beside "не уверен" is aligned with the second word of two.

A name without a negation, of a word that has one, is refused where that shows: what is negated has the
same name; or it has none, and the other language has the name with a negation ("invalid", where "ungültig"
was named "valid").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from traverba.text import raised, stem
from traverba_export.words.counting import Counts

NEGATIONS: Mapping[str, tuple[str, ...]] = {
    "de": ("un", "nicht"),
    "en": ("un", "in", "im", "ir", "dis", "non"),
    "es": ("in", "im", "ir"),
    "fr": ("in", "im", "ir", "non"),
    "ru": ("не", "без", "бес"),
}
"""What stands before the word that is negated. What mostly does something else is left out, as "dé"."""
SHORTEST = 4
"""Letters of a word that is negated."""


@dataclass(frozen=True)
class Negations:
    """Of the words of one language."""

    language: str
    words: Counts

    def rests(self, word: str) -> list[str]:
        """What this word may be the negation of, in small letters, whether there is such a word or not."""
        small = word.lower()
        cut = [small[len(each) :] for each in self._prefixes if small.startswith(each)]
        return [rest for rest in cut if len(rest) >= SHORTEST]

    def is_negation(self, word: str) -> bool:
        """Whether the language has the word that it is the negation of."""
        return any(rest in self.words or raised(rest) in self.words for rest in self.rests(word))

    def has_negation_of(self, word: str) -> bool:
        """Whether the language has the word with a negation."""
        return any(prefix + word.lower() in self.words for prefix in self._prefixes)

    @property
    def _prefixes(self) -> tuple[str, ...]:
        return NEGATIONS.get(self.language, ())


def without_opposites(
    names: Mapping[str, str], common: Mapping[str, str], own: Negations, other: Negations
) -> dict[str, str]:
    """Names in another language, but for those that say the opposite.

    ``common``: what other words are called.
    """
    called: dict[str, set[str]] = defaultdict(set)  # without endings
    for word, said in chain(common.items(), names.items()):
        called[stem(word, own.language)].add(stem(said, other.language))

    def is_opposite(word: str, said: str) -> bool:
        rests = own.rests(word)
        if not rests or other.is_negation(said):
            return False
        named = set().union(*(called.get(stem(rest, own.language), ()) for rest in rests))
        if named:
            return stem(said, other.language) in named
        return own.is_negation(word) and other.has_negation_of(said)

    return {word: said for word, said in names.items() if not is_opposite(word, said)}
