"""Pairs of sentences to pairs of id sequences, one pool for each corpus and direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


def casual(pair: tuple[str, str]) -> tuple[str, str]:
    """The pair as people type it: source in lower case, both sides without the final full stop."""
    source, target = pair
    return source.lower().removesuffix("."), target.removesuffix(".").rstrip()


def build_pool(
    name: str,
    pairs: Sequence[tuple[str, str]],
    target_language: str,
    passes: float,
    subwords: Subwords,
    casual_share: float,
    seed: int,
) -> Pool:
    """Encode source-target ``pairs``, with a random ``casual_share`` of them once more in casual form."""
    draw = np.random.default_rng(seed).random(len(pairs)) < casual_share
    extra = [casual(pairs[i]) for i in np.flatnonzero(draw).tolist()]
    everything = [*pairs, *(p for p in extra if all(p))]
    source = Sequences.pack(subwords.encode_batch([p[0] for p in everything]))
    target = Sequences.pack(subwords.encode_batch([p[1] for p in everything]))
    return Pool(name, source, target, subwords.language_token(target_language), passes)
