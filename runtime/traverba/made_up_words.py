"""Which words a translation may have: the target language's, and the names of the text itself."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass

import numpy as np

from traverba.decoding import TargetWords, WordPieces
from traverba.text import LETTERS, TextTokenizer, lowered, raised

SHORTEST = 3
"""Letters of a word that may be made up: shorter ones are parts of names, abbreviations, elided articles."""

UNFINISHED = "\ufffd"
"""In place of a character that two pieces share."""


def word_pieces(tokenizer: TextTokenizer) -> WordPieces:
    """Read off all pieces; half a character counts as a letter."""
    texts = [tokenizer.piece(i).decode(errors="replace") for i in range(tokenizer.vocab_size)]
    endings = list(map(_ending, texts))
    return WordPieces(
        goes_on=np.array([_is_letter(text[:1]) for text in texts]),
        endings=tuple(endings),
        is_ending=tuple(bool(text) and ending == text for text, ending in zip(texts, endings, strict=True)),
    )


def _ending(text: str) -> str:
    """The letters at its end."""
    word = text.removeprefix(" ")
    if word.isalpha():  # nearly all are, and looking at every letter takes twice the time
        return word
    start = len(text)
    while start and _is_letter(text[start - 1]):
        start -= 1
    return text[start:]


def _is_letter(character: str) -> bool:
    return character.isalpha() or character == UNFINISHED


@dataclass(frozen=True, eq=False)
class KnownTargets:
    """The words of a target language, by which those of a text's translation are judged."""

    pieces: WordPieces
    listed: Collection[str]
    """Written as inside a sentence."""
    ordinary: Container[str] = ()
    """Words of the text's own language, if that is known, written likewise."""

    def of(self, text: str) -> TargetWords:
        """For the translation of ``text``, whose names may stay as they are."""
        own = frozenset(word.casefold() for word in LETTERS.findall(text) if self._may_be_name(word))
        return TargetWords(self.pieces, lambda word: self._is_listed(word) or word.casefold() in own)

    def _may_be_name(self, word: str) -> bool:
        """With a capital, and not only because it begins a sentence or, in German, is a noun."""
        plain = word.istitle() and (word in self.ordinary or lowered(word) in self.ordinary)
        return not (word.islower() or plain)

    def _is_listed(self, word: str) -> bool:
        """As it is, or with another letter first, as at the beginning of a sentence or in a title."""
        if len(word) < SHORTEST or UNFINISHED in word:
            return True
        small = word.lower()
        return any(form in self.listed for form in (word, lowered(word), small, raised(small)))
