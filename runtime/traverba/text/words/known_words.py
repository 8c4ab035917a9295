"""What a model brings along of its languages' words: how they are spelt, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from traverba.text.casing import lowered, raised
from traverba.text.words.compounds import Compounds
from traverba.text.words.dictionaries import Dictionary, RareWord, RareWords
from traverba.text.words.forms import Forms
from traverba.text.words.names import Names
from traverba.text.words.phrasebook import Phrasebook
from traverba.text.words.spelling import Spelling, begins

COMMONER = 10
"""So many times as often as the name a word must have been met that is meant where any word has a capital."""


@dataclass(frozen=True)
class KnownWords:
    """For texts of one language or several that go into another one."""

    spelling: Spelling | None = None
    """Of the language that the texts are in, if that is known."""
    dictionaries: tuple[Dictionary, ...] = ()
    """Of each language that they may be in."""
    rare: RareWords | None = None
    """Of the language that the texts are in, if that is known."""
    names: Names | None = None
    """Likewise."""
    compounds: Compounds | None = None
    """Likewise."""
    forms: Forms | None = None
    """Likewise."""
    phrasebooks: tuple[Phrasebook, ...] = ()
    """Of each language that they may be in."""
    single: Callable[[], Sequence[RareWords]] = tuple
    """Likewise: what texts of one word are called that no dictionary has; read when first asked for."""
    said: Callable[[], Collection[str]] | None = None
    """The words of the language that they go into; read when first asked for."""

    def look_up(self, text: str) -> tuple[str, ...]:
        """A translation from each language that has this phrase, or else this word; none for other texts."""
        phrases = _distinct(book.look_up(text, self._is_name, self._called) for book in self.phrasebooks)
        if phrases or not text.isalpha():
            return phrases
        words = _distinct(each.look_up(text) for each in self.dictionaries)
        words = words or _distinct(each.look_up(text) for each in self.single())
        others = (each.look_up(text) for each in (self.compounds, self.forms) if each)
        return words or _distinct(others)[:1]

    def _called(self, word: str) -> str | None:
        """Of a word behind a phrase, where a capital says nothing: "Good morning, Doctor".

        Unless the word always has one: somebody is spoken to by name, "Tom", not by a volume (том).
        """
        said = next(filter(None, (each.look_up(lowered(word)) for each in self.dictionaries)), None)
        is_name = self.spelling is not None and self.spelling.words.has_capital(word)
        return raised(said) if said and is_name else said

    def _is_name(self, word: str) -> bool:
        """A word that has a capital wherever it stands, and no other word for it in the target language."""
        if not (word.isalpha() and word[:1].isupper() and self.spelling and self.said):
            return False
        called = {each.look_up(word) for each in self.dictionaries} - {None}
        if called:
            return called == {word}
        words, said, small = self.spelling.words, self.said(), lowered(word)
        return small not in words and small not in said and (word not in words or word in said)

    def rare_words(self, text: str) -> tuple[RareWord, ...]:
        """Those that a text has, and the compounds, forms and names that no list has, in order."""
        rare = self.rare.find(text) if self.rare else ()
        found = {word.span[0]: word for word in rare if not (word.is_name and self._may_be_none(text, word))}
        for word in chain.from_iterable(each.find(text) for each in (self.compounds, self.forms) if each):
            found.setdefault(word.span[0], word)
        if names := self.names:
            for span, said in names.find(text):
                found.setdefault(span[0], RareWord(span, said, True, names.any_noun_has_a_capital))
        return tuple(found[start] for start in sorted(found))

    def _may_be_none(self, text: str, name: RareWord) -> bool:
        """At the beginning of a sentence "Congratulations" is no name, whatever is called so elsewhere."""
        if self.spelling is None or not begins(text, name.span[0]):
            return False
        words, word = self.spelling.words, text[slice(*name.span)]
        return words.count(lowered(word)) > COMMONER * words.count(word)


def _distinct(found: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in found if each))
