"""Compounds that no list has, said part by part: "Gefängniskleidung" is "prison clothes".

German writes as one word what English writes as two, and no list has them all. Such a word is cut where
both parts are nouns that have a name of their own; of several places the one whose parts are commonest is
meant, by the geometric mean of their counts (Koehn & Knight 2003, Empirical methods for compound splitting).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from traverba.text.casing import raised
from traverba.text.words.dictionaries import RareWord
from traverba.text.words.word_list import WordList, find_words

COMPOUNDING = frozenset({"de"})
"""Languages whose nouns are written together, and with a capital."""
APART = frozenset({"en"})
"""Languages that put the same nouns side by side, in the same order."""
LINKS = ("", "s", "n", "es", "en")
"""What may stand between the parts: "Arbeitstag", "Szenengruppe"."""
SHORTEST_PART = 3


class Named(Protocol):
    """Words and what they are called in another language."""

    def called(self, word: str) -> str | None:
        """The translation of a word that is written as inside a sentence; None if there is none."""


class _Noun(NamedTuple):
    times: int
    said: str


@dataclass(frozen=True)
class Compounds:
    """Finds those of texts in one language that its list lacks, for translations into another."""

    language: str
    """Of the texts."""
    words: WordList
    books: Sequence[Named]
    """What words are called in the other language; the first that has a word counts."""

    @classmethod
    def between(cls, source: str, target: str, words: WordList, books: Sequence[Named]) -> Compounds | None:
        """None unless ``source`` writes together what ``target`` puts side by side."""
        return cls(source, words, books) if source in COMPOUNDING and target in APART else None

    def find(self, text: str) -> Iterator[RareWord]:
        """In order."""
        for span in find_words(text, self.language):
            if said := self.look_up(text[slice(*span)]):
                yield RareWord(span, said)

    def look_up(self, word: str) -> str | None:
        """The names of its two parts; None if it is no noun of such parts, or known itself."""
        if not word.isalpha() or not word.istitle() or self._knows(word):
            return None
        small = word.lower()
        places = range(SHORTEST_PART, len(small) - SHORTEST_PART + 1)
        pairs = ((self._first(small[:place]), self._noun(small[place:])) for place in places)
        # The square of the mean, which is largest where the mean is.
        found = max(((a.times * b.times, a, b) for a, b in pairs if a and b), default=None)
        return f"{found[1].said} {found[2].said}" if found else None

    def _knows(self, word: str) -> bool:
        return word in self.words or word.lower() in self.words or self._called(word) is not None

    def _called(self, word: str) -> str | None:
        return next((said for book in self.books if (said := book.called(word))), None)

    def _first(self, letters: str) -> _Noun | None:
        """The commonest noun that these are, with or without what links it to the next."""
        forms = (letters[: len(letters) - len(link)] for link in LINKS if letters.endswith(link))
        nouns = (self._noun(form) for form in forms if len(form) >= SHORTEST_PART)
        return max((noun for noun in nouns if noun), default=None)

    def _noun(self, letters: str) -> _Noun | None:
        """None as well for what the other language calls the same, which is mostly a name."""
        word = raised(letters)
        count = self.words.count(word)
        said = self._called(word) if count else None
        return _Noun(count, said) if said and said != word else None
