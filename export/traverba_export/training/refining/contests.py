"""Batches in which the rivals of each sentence, and a reference of it, stand together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traverba_export.corpora.batching import Batch, Contest, cut, pad
from traverba_export.subwords import BOS, EOS
from traverba_export.training.refining.rivals import RivalPool

REFERENCE = 0
"""The slot of the reference; rivals follow."""


@dataclass(frozen=True)
class ContestPlan:
    """Which sentences stand in which batch of one epoch."""

    pools: Sequence[RivalPool]
    batches: Sequence[tuple[int, NDArray[np.int64]]]
    """A pool, and sentences of it."""

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, number: int) -> Batch:
        which, sentences = self.batches[number]
        pool = self.pools[which]
        counts = np.diff(pool.first)[sentences]  # (S,)
        rows: list[list[int]] = []
        rewards = np.zeros((len(sentences), counts.max()), np.float32)
        for i, sentence in enumerate(sentences.tolist()):
            mine = range(pool.first[sentence], pool.first[sentence + 1])
            rows += [pool.reference[sentence].tolist(), *(pool.rival[k].tolist() for k in mine)]
            rewards[i, : counts[i]] = pool.rewards[mine.start : mine.stop]
        sources = [[pool.target_token, *pool.source[i].tolist(), EOS] for i in sentences.tolist()]
        contest = Contest(
            np.repeat(np.arange(len(sentences)), counts + 1),
            np.concatenate([np.arange(count + 1) for count in counts.tolist()]),
            rewards,
        )
        return Batch(
            src_ids=pad(sources),
            src_lengths=np.array([len(source) for source in sources]),
            prev_ids=pad([[BOS, *row] for row in rows]),
            next_ids=pad([[*row, EOS] for row in rows]),
            target=pool.direction.rpartition("-")[2],
            contest=contest,
        )


def plan_contests(pools: Sequence[RivalPool], token_budget: int, seed: int, epoch: int) -> ContestPlan:
    """Every sentence once, similar lengths together, batches in random order.

    ``token_budget`` bounds the rows of a batch, references included, times the longest of them.
    """
    rng = np.random.default_rng([seed, epoch])
    batches: list[tuple[int, NDArray[np.int64]]] = []
    for number, pool in enumerate(pools):
        longest = np.maximum(pool.reference.lengths, np.maximum.reduceat(pool.rival.lengths, pool.first[:-1]))
        widths = np.maximum(longest + 1, pool.source.lengths + 2)
        order = np.lexsort((rng.random(len(widths)), widths))
        batches += [(number, b) for b in cut(order, widths, token_budget, 1 + np.diff(pool.first))]
    return ContestPlan(pools, [batches[i] for i in rng.permutation(len(batches))])
