"""Pairs of sentences to pairs of id sequences, one pool for each corpus and direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from traverba_export.corpora.rarity import with_rare_words
from traverba_export.corpora.variants import (
    Pair,
    VariantShares,
    casual,
    in_capitals,
    names_in,
    with_other_name,
    with_small_start,
    with_stand_in,
    with_typos,
    without_accents,
    without_final_mark,
)
from traverba_export.corpora.word_order import with_object_first
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
        return cls.of_lengths(flat, lengths)

    @classmethod
    def of_lengths(cls, ids: NDArray[np.int32], lengths: NDArray[np.integer]) -> Sequences:
        """From ``ids`` end to end and how many belong to each."""
        return cls(ids, np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> NDArray[np.int32]:
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(n,)"""
        return np.diff(self.offsets)

    def select(self, indices: NDArray[np.int64]) -> Sequences:
        """Some of them, in that order."""
        lengths = self.lengths_of(indices)
        return Sequences.of_lengths(self.ids[ranges(self.offsets[indices], lengths)], lengths)

    def lengths_of(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some of them; in time that does not depend on how many there are."""
        found: NDArray[np.int64] = self.offsets[indices + 1] - self.offsets[indices]
        return found


def ranges(begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """All of the numbers from ``begins`` (n,) on, each range ``lengths`` (n,) long, end to end."""
    shifts = begins - (np.cumsum(lengths) - lengths)
    numbers: NDArray[np.int64] = np.arange(lengths.sum()) + np.repeat(shifts, lengths)
    return numbers


@dataclass(frozen=True)
class Pool:
    """Examples of one direction of one corpus; no special tokens yet."""

    name: str
    """Path and direction, with a space between."""
    source: Sequences
    target: Sequences
    target_token: int
    passes: float
    tagged: bool = False
    """Sources are a model's work and say so with a start token (Caswell et al. 2019)."""
    as_written: int = 0
    """So many come first as the corpus has them; variants follow."""

    @property
    def corpus(self) -> str:
        """Its path."""
        return self.name.rpartition(" ")[0]

    @property
    def direction(self) -> str:
        """Such as "en-fr"."""
        return self.name.rpartition(" ")[2]


Encoded = tuple[Sequences, Sequences]
"""Sources and targets, one for one."""


def encode_pairs(pairs: Sequence[Pair], subwords: Subwords, shares: VariantShares, seed: int) -> Encoded:
    """Ids of source-target ``pairs``, and of random ``shares`` of them once more in other forms."""
    everything = [*pairs, *_variants(pairs, shares, subwords, np.random.default_rng(seed))]
    source = Sequences.pack(subwords.encode_batch([p[0] for p in everything]))
    target = Sequences.pack(subwords.encode_batch([p[1] for p in everything]))
    return source, target


def build_pool(
    name: str,
    pairs: Sequence[Pair],
    target_language: str,
    passes: float,
    subwords: Subwords,
    shares: VariantShares,
    seed: int,
    tagged: bool = False,
) -> Pool:
    """Encode source-target ``pairs``, and random ``shares`` of them once more in other forms."""
    encoded = encode_pairs(pairs, subwords, shares, seed)
    return Pool(name, *encoded, subwords.language_token(target_language), passes, tagged, len(pairs))


def _variants(
    pairs: Sequence[Pair], shares: VariantShares, subwords: Subwords, rng: np.random.Generator
) -> Iterator[Pair]:
    """New kinds come last: what the ones before them draw stays the same for a seed."""
    names = names_in(pairs) if shares.other_names else {}
    pieces = cache(lambda word: len(subwords.encode_batch([word])[0]))
    kinds: tuple[tuple[float, Callable[[Pair], Pair | None]], ...] = (
        (shares.casual, casual),
        (shares.stand_in, lambda pair: with_stand_in(pair, rng)),
        (shares.typos, lambda pair: with_typos(pair, rng)),
        (shares.unaccented, without_accents),
        (shares.capitals, in_capitals),
        (shares.unmarked, without_final_mark),
        (shares.other_names, lambda pair: with_other_name(pair, names, rng)),
        (shares.small_start, lambda pair: with_small_start(pair, pieces)),
        (shares.object_first, with_object_first),
    )
    for share, change in kinds:
        for i in np.flatnonzero(rng.random(len(pairs)) < share).tolist():
            if (variant := change(pairs[i])) and all(variant):
                yield variant
    yield from with_rare_words(pairs, shares.rare_words, rng)
