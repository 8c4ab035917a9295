"""A dictionary of single words, learnt from sentence pairs: what a word is called in the other language.

Rare words are where a small recurrent model guesses. Pairs of words that choose each other in both
directions of IBM Model 1 are mostly right, and as examples of their own they teach just that; people
also type single words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from traverba_export.alignment.model1 import NULL, LexicalTable, learn_lexical_table

WORD = re.compile(r"[^\W\d_]+")
CERTAIN = 0.15
"""Least product of both directions' probabilities."""


def learn_lexicon(pairs: Sequence[tuple[str, str]], certain: float = CERTAIN) -> list[tuple[str, str]]:
    """Word pairs (left, right) in lower case that translate each other, in alphabetical order."""
    return sorted(weigh_words(WordTables.learn(pairs), certain))


def weigh_words(tables: WordTables, least: float) -> dict[tuple[str, str], float]:
    """The same with the product of both directions' probabilities, at least ``least``."""
    forward, backward = (probabilities(table, least) for table in (tables.forward, tables.backward))
    return {
        (tables.left[e], tables.right[f]): product
        for (e, f), probability in forward.items()
        if e != NULL and (product := probability * backward.get((f, e), 0.0)) >= least
    }


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return WORD.findall(text.lower())


def count_sentences(texts: Iterable[str]) -> Counter[str]:
    """How many texts have a word, in lower case."""
    return Counter(word for text in texts for word in set(words_of(text)))


@dataclass(frozen=True)
class WordTables:
    """What the words of two languages become in each other, by IBM Model 1."""

    left: Sequence[str]
    right: Sequence[str]
    """Number -> word, in lower case."""
    forward: LexicalTable
    """From left to right."""
    backward: LexicalTable

    @classmethod
    def learn(cls, pairs: Sequence[tuple[str, str]]) -> WordTables:
        """From sentence pairs; those with a side without words are passed over."""
        left, right = _Words(), _Words()
        sentences = [(left.ids(a), right.ids(b)) for a, b in pairs]
        sentences = [(a, b) for a, b in sentences if a and b]
        forward = learn_lexical_table(sentences)
        return cls(left.words, right.words, forward, learn_lexical_table([(b, a) for a, b in sentences]))


class _Words:
    """Numbers words in the order they are met."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._numbers: dict[str, int] = {}

    def ids(self, text: str) -> list[int]:
        return [self._number(word) for word in words_of(text)]

    def _number(self, word: str) -> int:
        if word not in self._numbers:
            self._numbers[word] = len(self.words)
            self.words.append(word)
        return self._numbers[word]


def probabilities(table: LexicalTable, least: float) -> dict[tuple[int, int], float]:
    """(source, target) -> probability, of ``least`` or more; a product of them has no smaller factor."""
    kept = np.flatnonzero(table.probability >= least)
    rows: Iterable[tuple[int, int, float]] = zip(
        table.source[kept].tolist(),
        table.target[kept].tolist(),
        table.probability[kept].tolist(),
        strict=True,
    )
    return {(source, target): probability for source, target, probability in rows}
