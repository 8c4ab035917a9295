"""IBM Model 1: the probability t(f | e) that source token e becomes target token f.

Brown et al. 1993, section 4.1, trained by expectation-maximisation with an empty source word.
No library of this kind is kept up on the package index, and the model is a page of numpy: every
co-occurrence of a sentence pair is one row, and an iteration is two weighted counts over rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

NULL = -1
"""The empty source word, which explains target tokens that nothing in the source asks for."""


@dataclass(frozen=True)
class LexicalTable:
    """Learned probabilities as triples, grouped by source token, the likeliest target first."""

    source: NDArray[np.int64]  # (n,), NULL included
    target: NDArray[np.int64]  # (n,)
    probability: NDArray[np.float64]  # (n,)

    def best(self, source: int, count: int) -> NDArray[np.int64]:
        """The ``count`` likeliest target tokens of one source token, the likeliest first."""
        first, last = np.searchsorted(self.source, [source, source + 1])
        return self.target[first : min(last, first + count)]


@dataclass(frozen=True)
class _Cooccurrences:
    """One row for every (source position, target position) of every sentence pair."""

    pair: NDArray[np.int64]  # row -> index of its (e, f) among the distinct ones
    position: NDArray[np.int64]  # row -> number of its target position in the corpus
    source: NDArray[np.int64]  # distinct pair -> e
    target: NDArray[np.int64]  # distinct pair -> f


def learn_lexical_table(
    pairs: Iterable[tuple[ArrayLike, ArrayLike]], iterations: int = 5, minimum: float = 1e-3
) -> LexicalTable:
    """Train on id sequences (source, target); probabilities below ``minimum`` are left out."""
    seen = _cooccurrences(pairs)
    _, group = np.unique(seen.source, return_inverse=True)
    probability = np.ones(len(seen.source)) / np.bincount(group)[group]
    for _ in range(iterations):
        weight = probability[seen.pair]
        weight /= np.bincount(seen.position, weight)[seen.position]
        expected = np.bincount(seen.pair, weight, minlength=len(probability))
        probability = expected / np.bincount(group, expected)[group]
    kept = np.flatnonzero(probability >= minimum)
    order = kept[np.lexsort((seen.target[kept], -probability[kept], seen.source[kept]))]
    return LexicalTable(seen.source[order], seen.target[order], probability[order])


def _cooccurrences(pairs: Iterable[tuple[ArrayLike, ArrayLike]]) -> _Cooccurrences:
    sources, targets, positions, position = [], [], [], 0
    for source, target in pairs:
        e = np.concatenate(([NULL], np.asarray(source, np.int64)))
        f = np.asarray(target, np.int64)
        sources.append(np.tile(e, len(f)))
        targets.append(np.repeat(f, len(e)))
        positions.append(np.repeat(np.arange(position, position + len(f)), len(e)))
        position += len(f)
    if not position:
        raise ValueError("no target tokens to align: the corpus is empty")
    source, target = np.concatenate(sources), np.concatenate(targets)
    width = int(target.max()) + 1
    distinct, pair = np.unique((source + 1) * width + target, return_inverse=True)
    return _Cooccurrences(pair, np.concatenate(positions), distinct // width - 1, distinct % width)
