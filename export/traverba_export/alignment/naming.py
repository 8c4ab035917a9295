"""What each word of a language is called in another: one word, though a common one has many.

`lexicon` keeps pairs of words that choose each other. A rare word often has no such partner, for its
translation is a common word that stands for others as well ("gewöhnte", "used"): here a word chooses, and
what the other one says about it counts less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traverba_export.alignment.lexicon import WordTables, probabilities
from traverba_export.alignment.model1 import NULL

BACKWARD = 0.25
"""Power of the backward probability in a name's weight, chosen on dev (benchmarks/quality/log.md)."""

Probabilities = dict[tuple[int, int], float]


@dataclass(frozen=True)
class Name:
    """What a word is called."""

    text: str
    weight: float
    """t(name | word) * t(word | name) ** `BACKWARD`, both of IBM Model 1."""


def name_words(tables: WordTables, least: float) -> tuple[dict[str, Name], dict[str, Name]]:
    """For the words of the left language and for those of the right one, in lower case: their names.

    A word without a name that weighs ``least`` is left out.
    """
    forward, backward = (probabilities(table, 0.0) for table in (tables.forward, tables.backward))
    left, right = tables.left, tables.right
    return _names(forward, backward, left, right, least), _names(backward, forward, right, left, least)


def _names(
    given: Probabilities, back: Probabilities, words: Sequence[str], others: Sequence[str], least: float
) -> dict[str, Name]:
    names: dict[str, Name] = {}
    for (word, other), probability in given.items():
        if word == NULL or probability < least:
            continue
        weight, text = probability * back.get((other, word), 0.0) ** BACKWARD, words[word]
        if weight >= least and (text not in names or weight > names[text].weight):
            names[text] = Name(others[other], weight)
    return names
