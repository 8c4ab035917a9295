"""Which tokens of a vocabulary begin with some bytes, or hold them: found without reading all of it.

A phrase asks this for every one of its bytes, and a text with a glossary makes new phrases in every
sentence: reading 16,000 pieces each time took 140 ms for two words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate


class PieceIndex:
    """The pieces of a vocabulary in two orders: sorted, and one behind the other. Immutable."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._order = sorted(range(len(pieces)), key=pieces.__getitem__)
        self._sorted = [pieces[i] for i in self._order]
        self._joined = b"".join(pieces)
        self._ends = list(accumulate(map(len, pieces)))  # of each piece in the joined ones

    def beginning_with(self, prefix: bytes) -> list[int]:
        """Tokens whose piece is ``prefix`` or goes on from it."""
        first = bisect_left(self._sorted, prefix)
        last = bisect_right(self._sorted, prefix, lo=first, key=lambda piece: piece[: len(prefix)])
        return self._order[first:last]

    def holding(self, part: bytes) -> Iterator[tuple[int, int]]:
        """Token and place for every occurrence of ``part``, which is not empty, within one piece."""
        start = self._joined.find(part)
        while start >= 0:
            token = bisect_right(self._ends, start)
            if start + len(part) <= self._ends[token]:
                yield token, start - (self._ends[token] - len(self._pieces[token]))
            start = self._joined.find(part, start + 1)
