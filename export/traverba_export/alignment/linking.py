"""Which token of a sentence stands for which token of its translation.

Tokens compete: the pair that suits best is linked and leaves, then the best of what is left
(competitive linking, Melamed 2000), so that a token has one link or none. How well two suit each
other is the product of both directions of IBM Model 1 and a preference for the same relative place,
the prior of Dyer et al. 2013 (section 2.1), which tells apart words that occur twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from traverba_export.alignment.model1 import LexicalTable, learn_lexical_table

UNLINKED = -1
DIAGONAL = 4.0
"""How fast the prior falls with the distance of relative places; Dyer et al. start their search here."""


def link_pairs(pairs: Sequence[tuple[ArrayLike, ArrayLike]]) -> list[NDArray[np.int64]]:
    """For every pair of id sequences the target position of each source token, or `UNLINKED`."""
    forward = _Probabilities(learn_lexical_table(pairs))
    backward = _Probabilities(learn_lexical_table([(target, source) for source, target in pairs]))
    return list(_links(pairs, forward, backward))


def compete(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """``scores`` (S, T) -> the column that each row is linked to, (S,); a score of 0 links nothing.

    In each round all pairs that are each other's best are linked: the best of what is left is
    always among them, so the outcome is that of linking one pair after the other.
    """
    left, links = scores.copy(), np.full(len(scores), UNLINKED)
    rows = np.arange(len(scores))
    while left.size and left.max() > 0:
        column = left.argmax(axis=1)
        chosen = (left.argmax(axis=0)[column] == rows) & (left[rows, column] > 0)
        links[chosen] = column[chosen]
        left[chosen], left[:, column[chosen]] = 0, 0
    return links


def diagonal_prior(source_length: int, target_length: int) -> NDArray[np.float64]:
    """(S, T): 1 on the diagonal, less away from it."""
    places = (np.arange(source_length) + 0.5) / max(source_length, 1)
    others = (np.arange(target_length) + 0.5) / max(target_length, 1)
    prior: NDArray[np.float64] = np.exp(-DIAGONAL * np.abs(places[:, None] - others))
    return prior


def _links(
    pairs: Sequence[tuple[ArrayLike, ArrayLike]], forward: _Probabilities, backward: _Probabilities
) -> Iterator[NDArray[np.int64]]:
    for pair in pairs:
        source, target = (np.asarray(side, np.int64) for side in pair)
        both = forward.of(source[:, None], target) * backward.of(target[:, None], source).T
        yield compete(both * diagonal_prior(len(source), len(target)))


class _Probabilities:
    """A lexical table to be asked for many pairs of tokens at once."""

    def __init__(self, table: LexicalTable) -> None:
        self._width = int(table.target.max()) + 1
        keys = table.source * self._width + table.target
        order = np.argsort(keys)
        self._keys, self._values = keys[order], table.probability[order]

    def of(self, source: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.float64]:
        """t(target | source), 0 where the table has none; both broadcast against each other."""
        wanted = source * self._width + target
        place = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        known = (self._keys[place] == wanted) & (target < self._width)
        return np.where(known, self._values[place], 0.0)
