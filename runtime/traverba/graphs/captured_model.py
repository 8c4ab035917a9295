"""A `DeviceModel` whose steps are recorded as CUDA graphs: one launch for a step, not one for each operator.

A recorded graph reads and writes where it did when it was recorded, in the same shapes. So sentences
and source lengths are filled up to a few sizes (`bucket`), and every size has arrays of its own, which
are lent to one search after another. The state goes to and fro between two of them, and each way is a
graph of its own: one that is replayed with the other's array would go on reading the first.

The first step of a search continues the encoder's state, which has fewer rows, and is not recorded;
nor is the first run of anything, which shows how large its outputs are.

A replayed graph writes its intermediate values where they were when it was recorded: memory that the
session has counted as free ever since. So no array that outlives a run may be the session's own; such
are made by `to_device`, which has an allocator of its own.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.model import Ids, Memory, State
from traverba.graphs.device_model import (
    MEMORY_NAMES,
    DeviceMemory,
    DeviceModel,
    DeviceState,
    StepInputs,
)
from traverba.graphs.session import NOT_CAPTURED, GraphSession, OrtValue, to_device

MAX_ARRAY_SETS = 32
"""Sets of arrays kept; a search that finds none free runs unrecorded. They are a few megabytes each."""
MAX_GRAPHS = 256
"""Recorded graphs kept: a set has two for each beam size and number of candidates."""
SMALLEST_LENGTH = 8


def bucket(count: int) -> int:
    """The smallest power of two, or one and a half of it, that is at least ``count``."""
    power = 1 << (count - 1).bit_length()
    return 3 * power // 4 if power > 2 and count <= 3 * power // 4 else power


@dataclass(frozen=True, eq=False)
class BoundStep:
    """A step whose arrays are all fixed."""

    binding: Any
    outputs: Mapping[str, OrtValue]
    graph_id: int


@dataclass(eq=False)
class ArraySet:
    """Arrays for G sentences of source length S, which no two searches use at a time."""

    encoded: dict[str, OrtValue] = field(default_factory=dict)
    """The encoder's outputs."""
    rows: dict[int, tuple[OrtValue, OrtValue]] = field(default_factory=dict)
    """`prev_ids` and `parents` by beam size."""
    states: dict[int, list[OrtValue]] = field(default_factory=lambda: defaultdict(list))
    """The two states by beam size."""
    steps: dict[tuple[Any, ...], BoundStep] = field(default_factory=dict)


class Lease:
    """The right to a set, as long as somebody refers to it."""

    def __init__(self, arrays: ArraySet, free: list[ArraySet]) -> None:
        self.arrays = arrays
        weakref.finalize(self, free.append, arrays)


class CapturedModel(DeviceModel):
    """Any number of threads can share it; they take turns."""

    def __init__(
        self, encoder: GraphSession, decoder_step: GraphSession, vocab_size: int, device: str
    ) -> None:
        super().__init__(encoder, decoder_step, vocab_size, device)
        self._free: dict[tuple[int, int], list[ArraySet]] = defaultdict(list)
        self._sets, self._graph_ids = itertools.count(1), itertools.count(1)
        self._lock = threading.RLock()

    def encode(self, src_ids: Ids, src_lengths: NDArray[np.int32]) -> tuple[Memory, State]:
        """Read B padded sentences, filled up with sentences of one token."""
        B, S = src_ids.shape
        size = bucket(B), max(SMALLEST_LENGTH, bucket(S))
        with self._lock:
            lease = self._borrow(size)
            if lease is None:
                return super().encode(src_ids, src_lengths)
            padded = np.zeros(size, np.int64)
            padded[:B, :S] = src_ids
            lengths = np.ones(size[0], np.int32)
            lengths[:B] = src_lengths
            encoded = lease.arrays.encoded
            encoded.update(self._read(padded, lengths, encoded))
        memory = {name: encoded[name] for name in MEMORY_NAMES}
        places = None if size[0] == B else np.arange(B)
        return (
            DeviceMemory(memory, size[0], S, places, lease),
            DeviceState(encoded["state"], None, lease),
        )

    def _advance(self, memory: DeviceMemory, inputs: StepInputs) -> tuple[dict[str, NDArray[Any]], OrtValue]:
        with self._lock:
            if not isinstance(memory.owner, Lease):
                found, next_state = super()._advance(memory, inputs)
                return found, self._outliving(next_state)
            arrays, beam_size = memory.owner.arrays, inputs.prev_ids.shape[1]
            states = arrays.states[beam_size]
            side = next((i for i, state in enumerate(states) if state is inputs.state), None)
            if side is None:
                return self._first_step(memory, inputs, states)
            self._feed_rows(arrays, inputs)
            key = (beam_size, inputs.top_k, inputs.outputs, side)
            if (step := arrays.steps.get(key)) is None:
                step = arrays.steps[key] = self._make_step(memory, inputs, states, side)
            else:
                self._decoder_step.run_bound(step.binding, step.graph_id)
            return {name: value.numpy() for name, value in step.outputs.items()}, states[1 - side]

    def _first_step(
        self, memory: DeviceMemory, inputs: StepInputs, states: list[OrtValue]
    ) -> tuple[dict[str, NDArray[Any]], OrtValue]:
        """From a state of other rows; the new one is made the first of the two."""
        found, next_state = super()._advance(
            memory, replace(inputs, next_state=states[0] if states else None)
        )
        if not states:
            states.append(self._outliving(next_state))
        return found, states[0]

    def _feed_rows(self, arrays: ArraySet, inputs: StepInputs) -> None:
        given = self._shaped(inputs.prev_ids), self._shaped(inputs.parents)
        if (rows := arrays.rows.get(inputs.prev_ids.shape[1])) is None:
            first, second = (to_device(array, self._device) for array in given)
            arrays.rows[inputs.prev_ids.shape[1]] = first, second
            return
        for value, array in zip(rows, given, strict=True):
            value.update_inplace(array)

    def _outliving(self, value: OrtValue) -> OrtValue:
        """A copy that is not the session's."""
        return to_device(value.numpy(), self._device)

    def _make_step(
        self, memory: DeviceMemory, inputs: StepInputs, states: list[OrtValue], side: int
    ) -> BoundStep:
        """Run a step once, unrecorded, and bind it to copies of what it allocated."""
        assert isinstance(memory.owner, Lease)
        arrays = memory.owner.arrays
        prev_ids, parents = arrays.rows[inputs.prev_ids.shape[1]]
        feeds = {
            "prev_ids": prev_ids,
            "parents": parents,
            "state": states[side],
            **memory.values,
            "top_k": to_device(np.array([inputs.top_k], np.int64), "cpu"),
        }
        new_state = states[1 - side] if len(states) == 2 else self._device
        outputs = {**dict.fromkeys(inputs.outputs, self._device), "next_state": new_state}
        found = self._decoder_step.run_bound(self._decoder_step.bind(feeds, outputs))
        if len(states) == 1:
            states.append(self._outliving(found.pop()))
        fixed = {name: self._outliving(value) for name, value in zip(inputs.outputs, found, strict=False)}
        binding = self._decoder_step.bind(feeds, {**fixed, "next_state": states[1 - side]})
        number = next(self._graph_ids)
        return BoundStep(binding, fixed, number if number <= MAX_GRAPHS else NOT_CAPTURED)

    def _compact(self, memory: DeviceMemory, places: Ids) -> DeviceMemory:
        """Into the arrays of a smaller size."""
        B, (_, S) = len(places), memory.values["memory"].shape()[:2]
        with self._lock:
            lease = self._borrow((bucket(B), S))
            if lease is None:
                return super()._compact(memory, places)
            encoded = lease.arrays.encoded
            for name, value in memory.values.items():
                kept = _filled_up(value.numpy(), places, bucket(B))
                if name in encoded:
                    encoded[name].update_inplace(kept)
                else:
                    encoded[name] = to_device(kept, self._device)
        values = {name: encoded[name] for name in MEMORY_NAMES}
        room = bucket(B)
        return DeviceMemory(values, room, memory.src_length, None if room == B else np.arange(B), lease)

    def _borrow(self, size: tuple[int, int]) -> Lease | None:
        """Arrays for G sentences of length S, or None if all are in use and no more may be made."""
        free = self._free[size]
        if free:
            return Lease(free.pop(), free)
        return Lease(ArraySet(), free) if next(self._sets) <= MAX_ARRAY_SETS else None


def _filled_up(values: NDArray[Any], places: Sequence[int] | Ids, room: int) -> NDArray[Any]:
    """The named rows, and the first of them again and again up to ``room``."""
    rows = np.full(room, places[0])
    rows[: len(places)] = places
    return np.ascontiguousarray(values[rows])
