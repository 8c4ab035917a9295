"""Pools of examples to padded batches: bucketed by length, bounded by a token budget, repeatable.

The batches of an epoch follow from the seed and the epoch's number alone, so a training run
resumes in the middle of an epoch by counting batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from traverba_export.corpora.examples import Pool, Sequences, ranges
from traverba_export.corpora.noise import PieceNoise
from traverba_export.subwords import BOS, EOS, PAD

A = TypeVar("A")
Ragged: TypeAlias = tuple[NDArray[np.int32], NDArray[np.int64]]
"""Ids of several sequences end to end (n,), and whose each is (n,)."""


class Contest(NamedTuple, Generic[A]):
    """What the R rows of a batch's targets say of its S sentences, see `training.refining`.

    Arrays in a batch, tensors where a model reads them.
    """

    sentence: A
    """(R,) which one each is of."""
    slot: A
    """(R,) its place among those of the sentence: 0 is the reference, rivals follow."""
    rewards: A
    """(S, K) how good the rivals are, 0 where a sentence has fewer."""


@dataclass(frozen=True)
class Batch:
    """B examples, padded. The source is [language token, pieces, end]; the target is shifted by one."""

    src_ids: NDArray[np.int64]  # (B, S)
    src_lengths: NDArray[np.int64]  # (B,)
    prev_ids: NDArray[np.int64]  # (B, T): start token, then the target
    next_ids: NDArray[np.int64]  # (B, T): the target, then the end token
    target: str = ""
    """The target language of the first example, and of all if the plan keeps languages apart."""
    contest: Contest[NDArray[Any]] | None = None
    """Several targets for each source: then B counts sources in the first two arrays, rows in the others."""

    @property
    def target_tokens(self) -> int:
        """Real target tokens, end tokens included."""
        return int((self.next_ids != PAD).sum())


class Plan(Protocol):
    """The batches of an epoch, each made when it is asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, number: int, /) -> Batch: ...


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
        rng = np.random.default_rng([*self.entropy, number])
        sources, _ = self._with_noise(*self._gather(rows, "source"), rng)
        previous, targets = self._with_noise(*self._gather(rows, "target"), rng)
        pools = [self.pools[index] for index in self.pool_index[rows]]
        openings = pad([[p.target_token, *([BOS] if p.tagged else [])] for p in pools])
        src_ids, src_lengths = _enclosed(openings, sources, [EOS])
        starts = np.full((len(rows), 1), BOS, np.int64)
        return Batch(
            src_ids=src_ids,
            src_lengths=src_lengths,
            prev_ids=_enclosed(starts, previous, [])[0],
            next_ids=_enclosed(starts[:, :0], targets, [EOS])[0],
            target=pools[0].direction.rpartition("-")[2],
        )

    def _gather(self, rows: NDArray[np.int64], side: str) -> Ragged:
        """What the plan's ``rows`` have on one side."""
        lengths = _lengths(self.pools, self.pool_index[rows], self.example_index[rows], side)
        ids = np.empty(lengths.sum(), np.int32)
        ends = np.cumsum(lengths)
        for number in np.unique(self.pool_index[rows]):
            mine = self.pool_index[rows] == number
            sequences: Sequences = getattr(self.pools[number], side)
            begins = sequences.offsets[self.example_index[rows[mine]]]
            ids[ranges((ends - lengths)[mine], lengths[mine])] = sequences.ids[ranges(begins, lengths[mine])]
        return ids, np.repeat(np.arange(len(rows)), lengths)

    def _with_noise(
        self, ids: NDArray[np.int32], owner: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[Ragged, Ragged]:
        """The sequences with noise, once with words left out and once with all of them."""
        if self.noise is None:
            return (ids, owner), (ids, owner)
        ids, owner = self.noise.resegment(ids, owner, rng)
        return (self.noise.leave_out_words(ids, owner, rng), owner), (ids, owner)


def _enclosed(
    openings: NDArray[np.int64], ragged: Ragged, closing: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each row its opening of ``openings`` (B, k), its ids and ``closing``: (B, longest), lengths (B,)."""
    ids, owner = ragged
    opening = (openings != PAD).sum(axis=1)
    lengths = np.bincount(owner, minlength=len(openings))
    whole = opening + lengths + len(closing)
    out = np.full((len(openings), max(int(whole.max()), openings.shape[1])), PAD, np.int64)
    out[:, : openings.shape[1]] = openings
    out[owner, ranges(opening, lengths)] = ids
    out[np.arange(len(out))[:, None], (whole - len(closing))[:, None] + np.arange(len(closing))] = closing
    return out[:, : whole.max()], whole


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
    alone = np.ones_like(widths)
    batches = [
        b for group in np.unique(groups) for b in cut(order[groups == group], widths, token_budget, alone)
    ]
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
    for number in np.unique(pool_index):
        mine = pool_index == number
        out[mine] = getattr(pools[number], side).lengths_of(example_index[mine])
    return out


def cut(
    order: NDArray[np.int64], widths: NDArray[np.int64], token_budget: int, rows: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """Consecutive runs of ``order`` of which the ``rows`` that each takes, times the widest, stay within the
    budget (one at least)."""
    batches, start, widest, taken = [], 0, 0, 0
    for position, which in enumerate(order):
        widest, taken = max(widest, int(widths[which])), taken + int(rows[which])
        if position > start and widest * taken > token_budget:
            batches.append(order[start:position])
            start, widest, taken = position, int(widths[which]), int(rows[which])
    if start < len(order):
        batches.append(order[start:])
    return batches
