"""Batches for the model, made in a thread while it learns from those before them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from traverba_export.corpora.batching import Batch, Contest, Plan
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
    contest: Contest[Tensor] | None = None
    """Whose rows the targets are; None: each source has one."""

    @property
    def target_tokens(self) -> int:
        """N."""
        return len(self.targets)

    def to(self, device: torch.device) -> Place:
        """The same place with all tensors on ``device``; from pinned memory, nothing is waited for."""

        def moved(tensor: Tensor) -> Tensor:
            return tensor.to(device, non_blocking=True)

        return replace(
            self,
            src_ids=moved(self.src_ids),
            src_lengths=moved(self.src_lengths),
            prev_ids=moved(self.prev_ids),
            real=moved(self.real),
            targets=moved(self.targets),
            contest=self.contest and Contest(*map(moved, self.contest)),
        )


def places(plan_of: Callable[[int], Plan], epoch: int, number: int, device: torch.device) -> Iterator[Place]:
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
    src_ids, src_lengths, prev_ids, where, targets = (_tensor(array, device) for array in arrays)
    contest = Contest(*(_tensor(array, device) for array in batch.contest)) if batch.contest else None
    return Place(epoch, number, batch.target, src_ids, src_lengths, prev_ids, where, targets, contest)


def _tensor(array: NDArray[Any], device: torch.device) -> Tensor:
    """From pinned memory a copy to a GPU does not wait for what that still does."""
    tensor = torch.from_numpy(array)
    return tensor.pin_memory() if device.type == "cuda" else tensor


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
