"""Words as people type them: without accents or capitals, with a slip of the finger.

A model reads a word that it never met as its pieces, and finds another word in them. So a word that is
on no list is read as one that is, if there is one so near that hardly anything else can be meant. What
it costs and buys on dev: docs/text.md. That a slip is one letter swapped, doubled, left out, added or
taken for another, and that of several candidates the commonest is meant, is the noisy channel of
Kernighan, Church & Gale 1990 (A spelling correction program based on a noisy channel model), with
thresholds in place of their table of errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from traverba.text.casing import NOUNS_WITH_CAPITALS, lowered, raised
from traverba.text.casing import WORD as PART
from traverba.text.rewriting import Edit
from traverba.text.words.word_list import WordList, find_words, fold

Slip = Literal["swapped", "doubled", "missing", "added", "other"]

LEAST: dict[Slip, int] = {"swapped": 5, "doubled": 5, "missing": 10, "added": 50, "other": 200}
"""How often a word must have been met to be meant: a word may be no slip but one that was never met, and
the rarer a kind of slip, the likelier that is."""
LEAST_FOR_CAPITALS: dict[Slip, int] = {"swapped": 50, "doubled": 50, "missing": 100}
"""The same for a word with a capital where any word has one: it may be a name."""
LEAST_SAME_LETTERS = 2
TWO_GUESSES = 10
"""So many times as often if accents are missing as well."""

SHORTEST = 4
SHORTEST_SWAPPED = 3
"""Letters of a word that is taken for a slip: shorter ones have too many neighbours."""
SHORTEST_PART = 3
"""Letters of what is looked at on its own beside an apostrophe."""

BEGINNING = frozenset('.!?…:;«»"“”„‚‘(–—-¿¡•*')
"""Behind these a capital says nothing."""


@dataclass(frozen=True)
class Spelling:
    """The words of a language, as a reader of its texts wants them."""

    language: str
    words: WordList

    def edits(self, text: str) -> list[Edit]:
        """What of a text the model reads as another word; each word is looked at on its own."""
        return [
            Edit((start, end), read)
            for start, end in self._words_to_look_at(text)
            if (read := self.read_as(text[start:end], begins=begins(text, start))) != text[start:end]
        ]

    def read_as(self, word: str, *, begins: bool) -> str:
        """The word itself if it is known; else the one that is meant, if that is plain enough.

        ``begins``: it stands where any word has a capital.
        """
        small = lowered(word)
        if not small.islower() or self._knows(word) or self._knows(small):
            return word
        capital = word != small
        nameless = begins or not capital
        found = self._same_letters(word, begins=begins)
        if found is None and word.isalpha() and (nameless or self.language in NOUNS_WITH_CAPITALS):
            least = LEAST_FOR_CAPITALS if capital else LEAST
            found = self._without_slip(word, least, is_noun=not nameless)
        if found is None:
            return word
        return raised(found) if capital else found

    def _knows(self, word: str) -> bool:
        return word.replace("’", "'") in self.words

    def _words_to_look_at(self, text: str) -> Iterator[tuple[int, int]]:
        """All words; of "freind's", which is on no list with any accents, the parts."""
        for start, end in find_words(text, self.language):
            word = text[start:end]
            if word.isalpha() or self.words.same_letters(fold(word)):
                yield start, end
            else:
                parts = (part.span() for part in PART.finditer(text, start, end))
                yield from (part for part in parts if part[1] - part[0] >= SHORTEST_PART)

    def _same_letters(self, word: str, *, begins: bool) -> str | None:
        """The commonest word that differs in accents, capitals or an apostrophe alone."""
        capital = word[0].isupper()
        for found in self.words.same_letters(fold(word)):
            cased = found[1:].islower() and (begins or found[0].isupper()) if capital else True
            if cased and self.words.count(found) >= LEAST_SAME_LETTERS and _keeps_marks(word, found):
                return found
        return None

    def _without_slip(self, word: str, least: Mapping[Slip, int], *, is_noun: bool) -> str | None:
        """The word that a finger missed; the commonest in proportion to what its slip asks for.

        ``is_noun``: its capital says so, as "Weter" in a German sentence is Wetter, not weiter.
        """
        typed = word.casefold()
        best, merit = None, 1.0
        for slip, other in _neighbours(typed, self.words.letters):
            for found in self.words.same_letters(fold(other)) if slip in least else ():
                plain = fold(other) == found.casefold() or other == found.casefold()
                share = self.words.count(found) / (least[slip] if plain else TWO_GUESSES * least[slip])
                if share >= merit and self._may_be_meant(found, is_noun) and _keeps_marks(other, found):
                    best, merit = found, share
        return best

    def _may_be_meant(self, found: str, is_noun: bool) -> bool:
        """A name or an abbreviation in place of a word that is not known would be two guesses at once."""
        if found.islower():
            return found.isalpha() and not is_noun
        return found.isalpha() and self.language in NOUNS_WITH_CAPITALS and found[1:].islower()


def _keeps_marks(typed: str, found: str) -> bool:
    """Who types accents and apostrophes types the right ones."""
    typed = typed.casefold().replace("’", "'")
    return fold(typed) == typed or found.casefold() == typed


def _neighbours(word: str, letters: str) -> Iterator[tuple[Slip, str]]:
    """What a word would be without one slip; people rarely miss the first letter, but for a swap."""
    for i in range(len(word) - 1) if len(word) >= SHORTEST_SWAPPED else ():
        if word[i] != word[i + 1]:
            yield "swapped", word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if len(word) < SHORTEST:
        return
    for i in range(1, len(word)):
        yield "doubled" if word[i] == word[i - 1] else "added", word[:i] + word[i + 1 :]
    for i in range(1, len(word) + 1):
        yield from (("missing", word[:i] + letter + word[i:]) for letter in letters)
    for i in range(1, len(word)):
        yield from (("other", word[:i] + letter + word[i + 1 :]) for letter in letters if letter != word[i])


def begins(text: str, start: int) -> bool:
    """Whether any word has a capital here."""
    end = start
    while end and text[end - 1].isspace():
        end -= 1
    return end == 0 or text[end - 1] in BEGINNING
