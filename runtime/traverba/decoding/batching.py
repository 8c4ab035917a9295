"""Which sentences are decoded together.

A batch holds only sentences of one padded source length and one beam size, and a
sentence is padded to the same length when it is alone: whatever else is in the batch,
its arrays differ in the number of rows only. Sentences are read in windows, so that a
generator of any length runs in constant memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.model import Ids
from traverba.decoding.options import check_int
from traverba.decoding.request import Request

LENGTH_STEP = 8
"""Source lengths are padded up to a multiple of this."""


@dataclass(frozen=True)
class Batching:
    """How much is decoded at once; no choice here changes a result."""

    token_budget: int = 8192
    """Bounds decoder rows times padded source length of a batch; a sentence beyond it is decoded alone."""

    window: int = 1024
    """Sentences read ahead, to find some of equal length; 1 decodes each as it arrives."""

    workers: int = 1
    """Batches decoded at the same time, each in a thread of its own. For bulk work on several cores: a
    model loaded with ``threads=1`` and as many workers as cores is faster than one that shares every
    small product among the cores."""

    def __post_init__(self) -> None:
        check_int("workers", self.workers, 1, 1024)
        check_int("token_budget", self.token_budget, 1, 2**31 - 1)
        check_int("window", self.window, 1, 2**31 - 1)


def padded_length(src_length: int) -> int:
    return -(-src_length // LENGTH_STEP) * LENGTH_STEP


def pad(sources: Sequence[Sequence[int]], pad_id: int) -> tuple[Ids, NDArray[np.int32]]:
    """``src_ids`` (B, S) and ``src_lengths`` (B,) of sentences of one padded length."""
    lengths = np.array([len(source) for source in sources], np.int32)
    src_ids = np.full((len(sources), padded_length(int(lengths.max()))), pad_id, np.int64)
    for row, source in zip(src_ids, sources, strict=True):
        row[: len(source)] = source
    return src_ids, lengths


def windows(requests: Iterable[Request], size: int) -> Iterator[list[Request]]:
    """Consecutive requests, ``size`` at a time."""
    iterator = iter(requests)
    while window := list(islice(iterator, size)):
        yield window


def plan(
    requests: Sequence[Request], rows: Sequence[int], narrowed: Sequence[bool], batching: Batching
) -> list[list[int]]:
    """Batches of indices of the sentences that are not empty.

    ``rows`` is K of each, ``narrowed`` whether it is decoded with a shortlist.
    """
    groups: dict[tuple[int, int, bool, bool], list[int]] = {}
    for i, (request, K, narrow) in enumerate(zip(requests, rows, narrowed, strict=True)):
        if request.source:
            key = (padded_length(len(request.source)), K, bool(request.constraints), narrow)
            groups.setdefault(key, []).append(i)
    batches = []
    for (src_length, K, *_), group in groups.items():
        size = max(1, batching.token_budget // (src_length * K))
        batches += [group[start : start + size] for start in range(0, len(group), size)]
    return batches
