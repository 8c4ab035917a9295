"""Forms that no list has, called what a listed one is: "художниками" as "художник" (artist).

Most words that training never met are forms of words that it did: of those in Russian news more than half.
Two words are taken for forms of one if a stemmer (`stems`) leaves the same of both, and either is what
they have in common and a few letters. Of several listed forms that training met more often than the text's
the one counts that has most in common with it.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, takewhile

from traverba.text.casing import lowered
from traverba.text.words.dictionaries import Dictionary, RareWord, RareWords, with_capital
from traverba.text.words.spelling import begins
from traverba.text.words.stems import stem
from traverba.text.words.word_list import WordList, find_words

ENDING = 3
"""Letters of either form, at most, that the other one has not."""
SHORTEST_COMMON = 4
"""Letters that both have."""
MET = 3
"""Times, at most, that training met such a word."""
LAST_LETTER = chr(sys.maxunicode)


@dataclass(frozen=True)
class Forms:
    """Finds those of texts in one language, for translations into another."""

    language: str
    """Of the texts."""
    words: WordList
    books: Sequence[RareWords | Dictionary]
    """What words are called in the other language; the first that has a word counts."""

    def find(self, text: str) -> Iterator[RareWord]:
        """In order."""
        for start, end in find_words(text, self.language):
            if form := self._another(text[start:end], begins=begins(text, start)):
                yield RareWord((start, end), self._called[form], is_form=True)

    def look_up(self, word: str, *, begins: bool = True) -> str | None:
        """What such a word is called by itself; with a capital if that has one of its own accord.

        ``begins``: it stands where any word has a capital.
        """
        form = self._another(word, begins=begins)
        return None if form is None else with_capital(self._called[form], form, word)

    def _another(self, word: str, *, begins: bool) -> str | None:
        """Another form of a word; None if there is none, or a book has the word itself."""
        if not word.isalpha() or len(word) < SHORTEST_COMMON:
            return None
        small = lowered(word)
        written = (word, small) if begins and small != word else (word,)
        if max(map(self.words.count, (word, small))) > MET or any(each in self._called for each in written):
            return None
        return next((form for each in written if (form := self._nearest(each))), None)

    def _nearest(self, word: str) -> str | None:
        """The listed form that has most in common with a word."""
        common = word[: max(SHORTEST_COMMON, len(word) - ENDING)]
        first, last = (bisect_left(self._listed, end) for end in (common, common + LAST_LETTER))
        found = [form for form in self._listed[first:last] if self._stands_for(form, word)]
        return max(found, key=lambda form: (_in_common(form, word), -len(form)), default=None)

    def _stands_for(self, form: str, word: str) -> bool:
        """Whether both are forms of one word, and a word that was met was met less often than the form."""
        if len(form) > _in_common(form, word) + ENDING:
            return False
        met = self.words.count(word)
        better_known = not met or self.words.count(form) > met
        return better_known and stem(form, self.language) == stem(word, self.language)

    @cached_property
    def _called(self) -> dict[str, str]:
        """All listed words, and what they are called; without names, which stay as they are."""
        said: dict[str, str] = {}
        for word, called in chain.from_iterable(book.named() for book in self.books):
            if word != called:
                said.setdefault(word, called)
        return said

    @cached_property
    def _listed(self) -> list[str]:
        return sorted(self._called)


def _in_common(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
