"""The words of one language that a model has met, and how often: what tells a word from a slip."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice

from traverba.text.casing import WORD as PART
from traverba.text.casing import lowered
from traverba.text.pieces import Span

TYPED = re.compile(r"(?<![\w@#])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w@])")
CONTRACTING = frozenset({"en"})
"""Languages in which an apostrophe is inside a word ("don't"); elsewhere it stands between two ("l'été")."""

RARE_LETTER = 10_000
"""A letter that fewer than one in so many have comes from another language."""
COMMON_WORDS = 2000
"""Enough to have all letters in."""

FOLDED = {ord("œ"): "oe", ord("æ"): "ae", ord("ё"): "е", ord("'"): "", ord("’"): ""}
"""Beside the accents, which go from Latin letters: й without its mark would be another letter."""
FOLDED |= {
    code: base
    for code in range(0xC0, 0x250)
    if (base := unicodedata.normalize("NFD", chr(code))[0]).isascii() and base.isalpha()
}


def fold(word: str) -> str:
    """Its letters as on a keyboard without accents: no case, no accents, no apostrophe."""
    return word if word.isascii() and word.isalpha() and word.islower() else word.casefold().translate(FOLDED)


def find_words(text: str, language: str) -> Iterator[Span]:
    """Where the words of a text are; what holds digits or belongs to an address is none."""
    for match in TYPED.finditer(text):
        if language in CONTRACTING:
            yield match.span()
        else:
            yield from (part.span() for part in PART.finditer(text, *match.span()))


class WordList:
    """How often each word was met, written as inside a sentence."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """The commonest come first."""
        self._counts = counts

    def __contains__(self, word: object) -> bool:
        return word in self._counts

    def count(self, word: str) -> int:
        """0 for one that was not met."""
        return self._counts.get(word, 0)

    def same_letters(self, folded: str) -> tuple[str, ...]:
        """The words that `fold` to this, the commonest first."""
        plain = (folded,) if folded in self._counts else ()
        found = (*self._marked.get(folded, ()), *plain)
        return tuple(sorted(found, key=self.count, reverse=True)) if len(found) > 1 else found

    def has_capital(self, word: str) -> bool:
        """Whether a word that begins with a capital was met more often so than without."""
        return self.count(word) > self.count(lowered(word))

    def has_beginning(self, letters: str) -> bool:
        """Whether a word begins so, in small letters or capitals as they are."""
        return f" {letters}" in self._joined

    @cached_property
    def letters(self) -> str:
        """Those that its words are written with, folded."""
        seen = Counter(fold("".join(islice(self._counts, COMMON_WORDS))))
        return "".join(sorted(letter for letter, n in seen.items() if n * RARE_LETTER >= seen.total()))

    @cached_property
    def _marked(self) -> dict[str, list[str]]:
        """Words that do not fold to themselves: only a text with a word that is not known needs them."""
        marked: dict[str, list[str]] = {}
        # All in one string: a call for each word would take half a second.
        folded = fold(self._joined[1:]).split(" ")
        for word, letters in zip(self._counts, folded, strict=True):
            if letters != word:
                marked.setdefault(letters, []).append(word)
        return marked

    @cached_property
    def _joined(self) -> str:
        """All words, a space before each."""
        return "".join(f" {word}" for word in self._counts)
