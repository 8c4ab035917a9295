"""What words are called by themselves that neither the dictionary nor the names of rare words have.

A dictionary has the words that choose each other, and most common words have several translations that share
them. In a sentence the model finds the right one; of a word alone it makes a sentence up ("calculate" became
"Проверяет"), so that any translation is better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from traverba_export.alignment.naming import Name
from traverba_export.words.aligned import LEAST, Aligned
from traverba_export.words.counting import Counts, commonest_forms

FEWEST = 4
"""Times that a word was met: with rarer ones the list would grow by half."""
HALF_SURE = 5
"""Sentences that have a word when its alignment counts half."""
ITSELF = 0.3
"""What is thought of a name that is the word itself: manuals quote words that have another name."""
MOSTLY_A_PIECE = 10
"""A name that stands beside an apostrophe so many times as often as by itself is none: "ll" of "I'll"."""


def name_single_words(
    kinds: Sequence[Aligned], own: Counts, others: Counts, side: int, taken: Collection[str]
) -> dict[str, str]:
    """Words of one language and what they are called in the other, both written as inside a sentence.

    ``side``: of the language in the tables. ``own`` and ``others`` say how often words were met;
    ``taken``, in small letters, have a name already.
    """
    forms, pieces = commonest_forms(others), _beside_apostrophes(others)
    names = [(each.names[side], each.seen[side]) for each in kinds]
    named: dict[str, str] = {}
    for word, count in own.items():
        if count >= FEWEST and word.isalpha() and word.lower() not in taken:
            weight, called = max(_weigh(word.lower(), names), default=(0.0, ""))
            said = forms.get(called, "")
            if weight >= LEAST and said and pieces[said] < MOSTLY_A_PIECE * others[said]:
                named[word] = said
    return named


def _beside_apostrophes(counts: Counts) -> Counter[str]:
    """How often each part of a contraction was met as such."""
    met: Counter[str] = Counter()
    for word, count in counts.items():
        for part in word.split("'") if "'" in word else ():
            met[part] += count
    return met


def _weigh(word: str, kinds: Sequence[tuple[Mapping[str, Name], Counts]]) -> Iterator[tuple[float, str]]:
    """What each kind of sentence calls a word, and how much that weighs."""
    for names, seen in kinds:
        if name := names.get(word):
            count = seen.get(word, 0)
            yield name.weight * count / (count + HALF_SURE) * (ITSELF if name.text == word else 1), name.text
