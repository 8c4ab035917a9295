"""Pairs with a rare word again: what few sentences say is what a small model guesses.

A training text of everyday sentences says a few thousand words all the time and the others hardly ever;
of the others a model sees the more, the more often their sentences come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from traverba_export.alignment.lexicon import words_of

Pair = tuple[str, str]

FEW = 8
"""Pairs that have a word: up to so many it is as rare as can be, with twice as many half as rare."""


def with_rare_words(pairs: Sequence[Pair], most: float, rng: np.random.Generator) -> Iterator[Pair]:
    """Pairs as they are, those whose rarest word `FEW` of ``pairs`` have ``most`` times, others fewer times.

    A sentence's rarest word is that of either side; a word in n pairs brings its sentences
    ``most`` * `FEW` / n times in the mean.
    """
    if not most or not pairs:
        return
    times = most * FEW / np.maximum(_rarest(pairs), FEW)
    whole = np.floor(times + rng.random(len(pairs))).astype(int)
    for index in np.repeat(np.arange(len(pairs)), whole).tolist():
        yield pairs[index]


def _rarest(pairs: Sequence[Pair]) -> NDArray[np.int64]:
    """For each pair, how many pairs have its rarest word; as many as there are if it has no words."""
    sides = [[set(words_of(text)) for text in texts] for texts in zip(*pairs, strict=True)]
    seen = [Counter(word for words in side for word in words) for side in sides]
    fewest = [
        [min((count[word] for word in words), default=len(pairs)) for words in side]
        for side, count in zip(sides, seen, strict=True)
    ]
    least: NDArray[np.int64] = np.array(fewest, np.int64).min(axis=0)
    return least
