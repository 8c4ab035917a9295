"""A dictionary of single words, learnt from sentence pairs: what a word is called in the other language.

Rare words are where a small recurrent model guesses. Pairs of words that choose each other in both
directions of IBM Model 1 are mostly right, and as examples of their own they teach just that; people
also type single words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from traverba_export.alignment.model1 import NULL, LexicalTable, learn_lexical_table

WORD = re.compile(r"[^\W\d_]+")
CERTAIN = 0.15
"""Least product of both directions' probabilities."""


def learn_lexicon(pairs: Sequence[tuple[str, str]], certain: float = CERTAIN) -> list[tuple[str, str]]:
    """Word pairs (left, right) in lower case that translate each other, in alphabetical order."""
    return sorted(weigh_words(pairs, certain))


def weigh_words(pairs: Sequence[tuple[str, str]], least: float) -> dict[tuple[str, str], float]:
    """The same with the product of both directions' probabilities, at least ``least``."""
    left, right = NumberedWords(), NumberedWords()
    sentences = [(left.ids(a), right.ids(b)) for a, b in pairs]
    sentences = [(a, b) for a, b in sentences if a and b]
    forward = _probabilities(learn_lexical_table(sentences), least)
    backward = _probabilities(learn_lexical_table([(b, a) for a, b in sentences]), least)
    return {
        (left.texts[e], right.texts[f]): product
        for (e, f), probability in forward.items()
        if e != NULL and (product := probability * backward.get((f, e), 0.0)) >= least
    }


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return WORD.findall(text.lower())


class NumberedWords:
    """The words of sentences, numbered in the order they are met."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def ids(self, text: str) -> list[int]:
        return [self._number(word) for word in words_of(text)]

    def _number(self, word: str) -> int:
        if word not in self._numbers:
            self._numbers[word] = len(self.texts)
            self.texts.append(word)
        return self._numbers[word]


def _probabilities(table: LexicalTable, least: float) -> dict[tuple[int, int], float]:
    """Neither factor of a product of probabilities is less than the product."""
    kept = np.flatnonzero(table.probability >= least)
    rows: Iterable[tuple[int, int, float]] = zip(
        table.source[kept].tolist(),
        table.target[kept].tolist(),
        table.probability[kept].tolist(),
        strict=True,
    )
    return {(source, target): probability for source, target, probability in rows}
