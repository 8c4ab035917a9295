"""Pairs of sentences to pairs of id sequences, one pool for each corpus and direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traverba_export.corpora.variants import Pair, casual, with_stand_in
from traverba_export.subwords import Subwords


@dataclass(frozen=True)
class Sequences:
    """Many id sequences in one flat array: a million Python lists would take ten times the memory."""

    ids: NDArray[np.int32]  # all sequences, end to end
    offsets: NDArray[np.int64]  # (n + 1,)

    @classmethod
    def pack(cls, sequences: Sequence[Sequence[int]]) -> Sequences:
        """From plain lists."""
        lengths = np.fromiter((len(s) for s in sequences), np.int64, len(sequences))
        flat = np.fromiter((i for s in sequences for i in s), np.int32, int(lengths.sum()))
        return cls(flat, np.concatenate(([0], np.cumsum(lengths))))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> NDArray[np.int32]:
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(n,)"""
        return np.diff(self.offsets)


@dataclass(frozen=True)
class Pool:
    """Examples of one direction of one corpus; no special tokens yet."""

    name: str
    source: Sequences
    target: Sequences
    target_token: int
    passes: float


@dataclass(frozen=True)
class VariantShares:
    """The share of pairs that is added once more, see `traverba_export.corpora.variants`."""

    casual: float = 0.0
    stand_in: float = 0.0


def build_pool(
    name: str,
    pairs: Sequence[Pair],
    target_language: str,
    passes: float,
    subwords: Subwords,
    shares: VariantShares,
    seed: int,
) -> Pool:
    """Encode source-target ``pairs``, and random ``shares`` of them once more in other forms."""
    everything = [*pairs, *_variants(pairs, shares, np.random.default_rng(seed))]
    source = Sequences.pack(subwords.encode_batch([p[0] for p in everything]))
    target = Sequences.pack(subwords.encode_batch([p[1] for p in everything]))
    return Pool(name, source, target, subwords.language_token(target_language), passes)


def _variants(pairs: Sequence[Pair], shares: VariantShares, rng: np.random.Generator) -> Iterator[Pair]:
    for i in np.flatnonzero(rng.random(len(pairs)) < shares.casual).tolist():
        if all(variant := casual(pairs[i])):
            yield variant
    for i in np.flatnonzero(rng.random(len(pairs)) < shares.stand_in).tolist():
        if changed := with_stand_in(pairs[i], rng):
            yield changed
