"""Batches for the model, made in a thread while it learns from those before them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from traverba_export.corpora.batching import Batch, EpochPlan
from traverba_export.subwords import PAD

T = TypeVar("T")

DEPTH = 256
"""Batches ahead: enough to train on while the plan of the next epoch is made."""


@dataclass(frozen=True)
class Place:
    """A batch and where in the run it stands."""

    epoch: int
    number: int
    target: str
    """The batch's target language."""
    src_ids: Tensor  # (B, S)
    src_lengths: Tensor  # (B,)
    prev_ids: Tensor  # (B, T)
    real: Tensor
    """(N,) where among the B * T target positions there is no padding."""
    targets: Tensor
    """(N,) what stands there."""

    @property
    def target_tokens(self) -> int:
        """N."""
        return len(self.targets)


def places(
    plan_of: Callable[[int], EpochPlan], epoch: int, number: int, device: torch.device
) -> Iterator[Place]:
    """All batches from number ``number`` of ``epoch`` on, epoch after epoch, without end."""
    while True:
        plan = plan_of(epoch)
        for following in range(number, len(plan)):
            yield _place(epoch, following, plan[following], device)
        epoch, number = epoch + 1, 0


def _place(epoch: int, number: int, batch: Batch, device: torch.device) -> Place:
    following = batch.next_ids.ravel()
    real = np.flatnonzero(following != PAD)
    arrays = (batch.src_ids, batch.src_lengths, batch.prev_ids, real, following[real])
    tensors = [torch.from_numpy(array) for array in arrays]
    if device.type == "cuda":  # from pinned memory a copy does not wait for what the GPU still does
        tensors = [tensor.pin_memory() for tensor in tensors]
    return Place(epoch, number, batch.target, *tensors)


def ahead(items: Iterator[T], depth: int = DEPTH) -> Generator[T]:
    """``items`` in their order; the next ``depth`` are made in a thread of their own."""
    maker = ThreadPoolExecutor(1, "batches")
    try:
        coming = deque(maker.submit(next, items, None) for _ in range(depth))
        while (item := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, items, None))
            yield item
    finally:
        maker.shutdown(cancel_futures=True)
