"""What each word of a language is called in another: one word, though a common one has many.

`lexicon` keeps pairs of words that choose each other. A rare word often has no such partner, for its
translation is a common word that stands for others as well ("gewöhnte", "used"): here a word chooses, and
what the other one says about it counts less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traverba_export.alignment.lexicon import NumberedWords
from traverba_export.alignment.model1 import NULL, LexicalTable, learn_lexical_table

BACKWARD = 0.25
"""Power of the backward probability in a name's weight, chosen on dev (benchmarks/quality/log.md)."""

Probabilities = dict[tuple[int, int], float]


@dataclass(frozen=True)
class Name:
    """What a word is called."""

    text: str
    weight: float
    """t(name | word) * t(word | name) ** `BACKWARD`, both of IBM Model 1."""


def name_words(pairs: Sequence[tuple[str, str]], least: float) -> tuple[dict[str, Name], dict[str, Name]]:
    """For the words of the left sentences and for those of the right ones, in lower case: their names.

    A word without a name that weighs ``least`` is left out.
    """
    left, right = NumberedWords(), NumberedWords()
    sentences = [(left.ids(a), right.ids(b)) for a, b in pairs]
    sentences = [(a, b) for a, b in sentences if a and b]
    forward = _probabilities(learn_lexical_table(sentences))
    backward = _probabilities(learn_lexical_table([(b, a) for a, b in sentences]))
    return _names(forward, backward, left, right, least), _names(backward, forward, right, left, least)


def _probabilities(table: LexicalTable) -> Probabilities:
    kept = np.flatnonzero(table.source != NULL)
    rows = zip(*(column[kept].tolist() for column in (table.source, table.target)), strict=True)
    return dict(zip(rows, table.probability[kept].tolist(), strict=True))


def _names(
    given: Probabilities, back: Probabilities, words: NumberedWords, others: NumberedWords, least: float
) -> dict[str, Name]:
    names: dict[str, Name] = {}
    for (word, other), probability in given.items():
        weight = probability * back.get((other, word), 0.0) ** BACKWARD if probability >= least else 0.0
        text = words.texts[word]
        if weight >= least and (text not in names or weight > names[text].weight):
            names[text] = Name(others.texts[other], weight)
    return names
