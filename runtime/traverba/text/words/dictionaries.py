"""What words are called in another language, by themselves and, if training hardly met them, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from traverba.text.casing import lowered, raised
from traverba.text.pieces import Span
from traverba.text.words.spelling import begins
from traverba.text.words.word_list import find_words


@dataclass(frozen=True)
class Dictionary:
    """Words of one language in another.

    A translator of sentences has never met a single word, with nothing before it and nothing behind it,
    and makes up a sentence around it.
    """

    entries: Mapping[str, tuple[str, str]]
    """A word in lower case -> itself and its translation, both written as inside a sentence."""

    def look_up(self, text: str) -> str | None:
        """The translation of a text that is one word; with a capital if that has one of its own accord."""
        if text.lower() not in self.entries:
            return None
        word, translation = self.entries[text.lower()]
        return with_capital(translation, word, text)

    def called(self, word: str) -> str | None:
        """The translation of a word that is written just so."""
        written, translation = self.entries.get(word.lower(), ("", ""))
        return translation if written == word else None

    def named(self) -> Iterable[tuple[str, str]]:
        """Its words and their translations, both written as inside a sentence."""
        return self.entries.values()


@dataclass(frozen=True)
class RareWord:
    """A word of a text that training hardly met."""

    span: Span
    translation: str
    is_name: bool = False
    """It rather takes the place of a word with a capital."""
    is_noun_or_name: bool = False
    """It takes the place of no other word."""
    is_form: bool = False
    """What it is called is said of another form of it."""


@dataclass(frozen=True)
class RareWords:
    """The words of a language that training hardly met, and what they are called in another."""

    language: str
    translations: Mapping[str, str]
    """Both written as inside a sentence."""

    def called(self, word: str) -> str | None:
        """The translation of a word that is written just so."""
        return self.translations.get(word)

    def named(self) -> Iterable[tuple[str, str]]:
        """Its words and their translations, both written as inside a sentence."""
        return self.translations.items()

    def look_up(self, text: str) -> str | None:
        """The translation of a text that is one word; with a capital if that has one of its own accord."""
        written = (text, lowered(text), raised(text))
        word = next((each for each in written if each in self.translations), None)
        return None if word is None else with_capital(self.translations[word], word, text)

    def find(self, text: str) -> tuple[RareWord, ...]:
        """Those that a text has, in order."""
        spans = find_words(text, self.language)
        words = ((span, found) for span in spans if (found := self._at(text, span)))
        return tuple(RareWord(span, found, _stays(text[slice(*span)], found)) for span, found in words)

    def _at(self, text: str, span: Span) -> str | None:
        """A capital inside a sentence belongs to the word; where any word has one, it may not."""
        word = text[slice(*span)]
        found = self.translations.get(word)
        if found is None and word[:1].isupper() and begins(text, span[0]):
            found = self.translations.get(lowered(word))
        return found


def with_capital(translation: str, word: str, text: str) -> str:
    """The translation of a word; with a capital if the text has one that is not the word's own."""
    return raised(translation) if text[:1].isupper() and not word[:1].isupper() else translation


def _stays(word: str, translation: str) -> bool:
    """Whether it is a name that the dictionary leaves as it is."""
    return word == translation and word[:1].isupper()
