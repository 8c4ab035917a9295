"""Names that a model never met, which a translation says as the text does.

A model of subwords reads such a name as its pieces and writes others ("Goethe" became "Go"). A word with a
capital that is on no list is mostly a name, and a name mostly stays as it is: eight in ten such words of
English, French and Spanish news are in the human translation, letter by letter (docs/text.md, Names).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from traverba.text.casing import NOUNS_WITH_CAPITALS, lowered
from traverba.text.pieces import Span
from traverba.text.words.spelling import Spelling, begins
from traverba.text.words.word_list import find_words

SHORTEST = 3
"""Letters of what is taken for a name."""
STEM, SHORTEST_STEM = 0.6, 5
"""The share of a word's letters, and how many at least, that it has in common with other forms of it."""

LATIN = re.compile(r"[a-zA-Z]")
POSSESSIVE = re.compile(r"['’]s?$")

ROMAN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
    | {"ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}
    | dict.fromkeys("ъь", "")
)
"""Russian letters as English names write them (BGN/PCGN 1947, without its marks and its "ye")."""
SHORT_ENDING = re.compile(r"[иы]й$")
"""Of "Достоевский", who is Dostoevsky."""
NO_NAME = re.compile(r".*([ое]го|[ое]й|[аяую]я|[ое]е|[иы][ехм]|[ую]ю)|[А-ЯЁ]+", re.DOTALL)
"""Russian adjectives in most of their forms, and abbreviations."""


class Name(NamedTuple):
    """A word of a text that must be a name, and what a translation calls it."""

    span: Span
    said: str


@dataclass(frozen=True)
class Names:
    """Finds the names of texts in one language that its list lacks, for translations into another."""

    spelling: Spelling
    """Of the texts' language."""
    said: Callable[[], Collection[str]]
    """The words of the other language; read when a name is first met."""

    def find(self, text: str) -> Iterator[Name]:
        """In order."""
        for start, end in find_words(text, self.spelling.language):
            if not text[start].isupper():
                continue
            word = POSSESSIVE.sub("", text[start:end])
            if self._is_name(word, begins=begins(text, start)) and (called := self._called(word)):
                yield Name((start, start + len(word)), called)

    @property
    def any_noun_has_a_capital(self) -> bool:
        """So that a name cannot be told from another word that no list has."""
        return self.spelling.language in NOUNS_WITH_CAPITALS

    def _is_name(self, word: str, *, begins: bool) -> bool:
        """A word with a capital; ``begins``: where any word has one, and it may be a form of a known one."""
        if len(word) < SHORTEST or not word.isalpha():
            return False
        words, forms = self.spelling.words, (word, lowered(word), word.capitalize(), word.lower())
        if any(form in words for form in forms):
            return False
        stem = word.lower()[: max(SHORTEST_STEM, math.ceil(STEM * len(word)))]
        return not (begins and (self.any_noun_has_a_capital or words.has_beginning(stem)))

    def _called(self, word: str) -> str | None:
        """None if the two languages write with other letters, and there is no rule for them."""
        if not self._is_latin:
            return None
        if LATIN.search(word):
            return word
        return None if NO_NAME.fullmatch(word) else romanised(word)

    @cached_property
    def _is_latin(self) -> bool:
        """Whether the other language is written in Latin letters."""
        said = self.said()
        return 2 * sum(LATIN.search(word) is not None for word in said) > len(said)


def romanised(name: str) -> str | None:
    """A Russian name in Latin letters; None if it has others."""
    found = SHORT_ENDING.sub("ы", name.lower()).translate(ROMAN).capitalize()
    return found if found.isascii() else None
