"""What a model keeps of a batch: the encoder's output, and the steps that read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.model import Floats, Ids
from traverba.graphs.bound import BatchSteps, Feeds


@dataclass(frozen=True, eq=False)
class Narrowed:
    """The tokens that the rows of a batch choose among, and the output layer's part for them."""

    ids: Ids  # (N, L)
    starts: Ids  # (N, 1) of each row in `ids` as a flat array
    columns: NDArray[np.int32]  # (N, L) where they stand in the part
    part_weight: NDArray[np.generic]  # (H, U)
    by_list: Feeds
    """What scales and shifts the products, (N, L) each."""

    @classmethod
    def of(cls, lists: Ids, part_ids: Ids, part: Feeds, beam_size: int, vocab_size: int) -> Narrowed:
        """``lists`` (B, L), ``part_ids`` (U,) all their tokens in ascending order, ``part`` as of these."""
        in_order = {name: values for name, values in part.items() if name != "part_weight"}
        if len(lists) == 1:  # the part is the list
            columns = np.arange(len(part_ids), dtype=np.int32)[np.newaxis]
            by_list = {name: values[np.newaxis] for name, values in in_order.items()}
        else:
            column_of = np.empty(vocab_size, np.int32)
            column_of[part_ids] = np.arange(len(part_ids), dtype=np.int32)
            columns = column_of[lists]
            by_list = {name: values[columns] for name, values in in_order.items()}
        if beam_size > 1:
            lists, columns = lists.repeat(beam_size, axis=0), columns.repeat(beam_size, axis=0)
            by_list = {name: values.repeat(beam_size, axis=0) for name, values in by_list.items()}
        return cls(lists, _starts(lists), columns, part["part_weight"], by_list)

    def rows(self, rows: Ids) -> Narrowed:
        """Some rows only; the part stays as it is."""
        by_list = {name: values[rows] for name, values in self.by_list.items()}
        ids = self.ids[rows]
        return Narrowed(ids, _starts(ids), self.columns[rows], self.part_weight, by_list)

    def feeds(self, values: Floats, keys: Floats, bias: Floats) -> Feeds:
        """What stays the same of `traverba.contract.narrow_step`'s inputs, from what `OnnxMemory` holds."""
        B, _, A = keys.shape
        return {
            "memory": values,
            "memory_keys": keys[:, np.newaxis],
            "memory_bias": bias[:, np.newaxis],
            "grouping": np.array([B, len(self.ids) // B, 1, A]),
            "part_weight": self.part_weight,
            "columns": self.columns,
            **self.by_list,
        }


def _starts(ids: Ids) -> Ids:
    return np.arange(0, ids.size, ids.shape[1])[:, np.newaxis]


@dataclass(frozen=True, eq=False)
class OnnxMemory:
    """Encoder output of B sentences."""

    memory: Floats  # (B, S, M)
    memory_keys: Floats  # (B, S, A)
    memory_bias: Floats  # (B, S)
    steps: BatchSteps
    narrowed: Narrowed | None = None

    @property
    def batch_size(self) -> int:
        return len(self.memory_bias)

    @property
    def src_length(self) -> int:
        return int(self.memory_bias.shape[1])
