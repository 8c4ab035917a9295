"""Pools of examples to padded batches: bucketed by length, bounded by a token budget, repeatable.

The batches of an epoch follow from the seed and the epoch's number alone, so a training run
resumes in the middle of an epoch by counting batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traverba_export.corpora.examples import Pool
from traverba_export.corpora.noise import PieceNoise
from traverba_export.subwords import BOS, EOS, PAD


@dataclass(frozen=True)
class Batch:
    """B examples, padded. The source is [language token, pieces, end]; the target is shifted by one."""

    src_ids: NDArray[np.int64]  # (B, S)
    src_lengths: NDArray[np.int64]  # (B,)
    prev_ids: NDArray[np.int64]  # (B, T): start token, then the target
    next_ids: NDArray[np.int64]  # (B, T): the target, then the end token
    target: str = ""
    """The target language of the first example, and of all if the plan keeps languages apart."""

    @property
    def target_tokens(self) -> int:
        """Real target tokens, end tokens included."""
        return int((self.next_ids != PAD).sum())


@dataclass(frozen=True)
class EpochPlan:
    """Which examples stand in which batch of one epoch."""

    pools: Sequence[Pool]
    pool_index: NDArray[np.int32]  # (n,)
    example_index: NDArray[np.int64]  # (n,)
    batches: Sequence[NDArray[np.int64]]  # rows of the two arrays above
    entropy: tuple[int, int] = (0, 0)
    """Seed and epoch: with a batch's number, all that its noise is drawn from."""
    noise: PieceNoise | None = None

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, number: int) -> Batch:
        rows = self.batches[number]
        chosen = [(self.pools[self.pool_index[r]], int(self.example_index[r])) for r in rows]
        rng = np.random.default_rng([*self.entropy, number])
        sources, _ = self._pieces([pool.source[i] for pool, i in chosen], rng)
        previous, targets = self._pieces([pool.target[i] for pool, i in chosen], rng)
        openings = [[pool.target_token, *([BOS] if pool.tagged else [])] for pool, _ in chosen]
        whole = [[*opening, *s, EOS] for opening, s in zip(openings, sources, strict=True)]
        return Batch(
            src_ids=pad(whole),
            src_lengths=np.array([len(s) for s in whole], np.int64),
            prev_ids=pad([[BOS, *t] for t in previous]),
            next_ids=pad([[*t, EOS] for t in targets]),
            target=chosen[0][0].direction.rpartition("-")[2],
        )

    def _pieces(
        self, sequences: list[NDArray[np.int32]], rng: np.random.Generator
    ) -> tuple[Sequence[NDArray[np.int32]], Sequence[NDArray[np.int32]]]:
        """The sequences with noise, once with words left out and once with all of them."""
        if self.noise is None:
            return sequences, sequences
        owner = np.repeat(np.arange(len(sequences)), [len(s) for s in sequences])
        ids, owner = self.noise.resegment(np.concatenate(sequences), owner, rng)
        ends = np.cumsum(np.bincount(owner, minlength=len(sequences)))[:-1]
        return np.split(self.noise.leave_out_words(ids, owner, rng), ends), np.split(ids, ends)


def pad(sequences: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """(B, longest), filled with PAD on the right."""
    out = np.full((len(sequences), max(map(len, sequences))), PAD, np.int64)
    for row, sequence in enumerate(sequences):
        out[row, : len(sequence)] = sequence
    return out


def plan_epoch(
    pools: Sequence[Pool],
    token_budget: int,
    seed: int,
    epoch: int,
    noise: PieceNoise | None = None,
    *,
    targets_apart: bool = False,
) -> EpochPlan:
    """Draw an epoch: each pool `passes` times, similar lengths together, batches in random order.

    ``token_budget`` bounds rows times the longer of source and target length, padding included;
    ``noise``, drawn when a batch is made, may lengthen it a little. ``targets_apart``: a batch has one
    target language.
    """
    rng = np.random.default_rng([seed, epoch])
    pool_index, example_index = _draw(pools, rng)
    src_lengths, tgt_lengths = (
        _lengths(pools, pool_index, example_index, side) for side in ("source", "target")
    )
    tags = np.array([pool.tagged for pool in pools], np.int64)[pool_index]
    widths = np.maximum(src_lengths + 2 + tags, tgt_lengths + 1)
    order = np.lexsort((rng.random(len(widths)), src_lengths, tgt_lengths))
    groups = np.array([pool.target_token if targets_apart else 0 for pool in pools])[pool_index[order]]
    batches = [b for group in np.unique(groups) for b in _cut(order[groups == group], widths, token_budget)]
    rng.shuffle(batches)
    return EpochPlan(pools, pool_index, example_index, batches, (seed, epoch), noise)


def _draw(pools: Sequence[Pool], rng: np.random.Generator) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    pool_parts, example_parts = [], []
    for number, pool in enumerate(pools):
        size = len(pool.source)
        whole, fraction = divmod(pool.passes, 1)
        chosen = np.concatenate(
            [*[np.arange(size)] * int(whole), rng.permutation(size)[: round(fraction * size)]]
        ).astype(np.int64)
        pool_parts.append(np.full(len(chosen), number, np.int32))
        example_parts.append(chosen)
    return np.concatenate(pool_parts), np.concatenate(example_parts)


def _lengths(
    pools: Sequence[Pool], pool_index: NDArray[np.int32], example_index: NDArray[np.int64], side: str
) -> NDArray[np.int64]:
    out = np.empty(len(pool_index), np.int64)
    for number, pool in enumerate(pools):
        mine = pool_index == number
        out[mine] = getattr(pool, side).lengths[example_index[mine]]
    return out


def _cut(order: NDArray[np.int64], widths: NDArray[np.int64], token_budget: int) -> list[NDArray[np.int64]]:
    """Consecutive runs of ``order`` whose rows times widest row stay within the budget (one row at least)."""
    batches, start, widest = [], 0, 0
    for position, row in enumerate(order):
        widest = max(widest, int(widths[row]))
        if position > start and widest * (position - start + 1) > token_budget:
            batches.append(order[start:position])
            start, widest = position, int(widths[row])
    if start < len(order):
        batches.append(order[start:])
    return batches
