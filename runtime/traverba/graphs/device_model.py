"""The graphs as a `DecoderStep` whose memory and state stay where the graphs run.

Over the bus go token ids and row numbers in, and the best few candidates and the attention out; the
beams are reordered inside the step, by ``parents``. The fp16 graphs always run this way, and those of
other precisions on a provider with a memory of its own.

Sentences that are over stay where they are, as rows that nobody reads, until half of the places are
empty: only then is the memory copied, so that a batch copies less than twice its memory in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from traverba.contract import DEVICE_MEMORY, DEVICE_STEP
from traverba.decoding.model import Ids, Memory, State, StepOutput
from traverba.graphs.session import GraphSession, OrtValue, Placement, to_device
from traverba.graphs.signature import check_signatures

MEMORY_NAMES = tuple(tensor.name for tensor in DEVICE_MEMORY)
HOST_OUTPUTS = ("top_log_probs", "top_ids", "attention")
"""What the search reads at every step."""


@dataclass(frozen=True, eq=False)
class DeviceMemory:
    """Encoder output of B sentences, which stand at some of G places."""

    values: Mapping[str, OrtValue]
    """Every tensor of `traverba.contract.MEMORY`, G sentences long."""
    room: int  # G
    src_length: int  # as the caller padded it; the values may be longer
    places: Ids | None = None  # (B,) distinct; None: sentence b is at place b, and B = G
    owner: object = None
    """Whoever lends the values; they are his again when nothing refers to him."""

    @property
    def batch_size(self) -> int:
        return self.room if self.places is None else len(self.places)

    def spread(self, rows: Ids) -> Ids:
        """``rows`` (B*K,) -> (G, K), 0 at the places that are empty."""
        apart = rows.reshape(self.batch_size, -1)
        if self.places is None:
            return np.ascontiguousarray(apart)
        out = np.zeros((self.room, apart.shape[1]), np.int64)
        out[self.places] = apart
        return out

    def collect(self, found: NDArray[Any], rows: int) -> NDArray[Any]:
        """The sentences' part of ``found`` (G, K, X) or (G*K, X) -> (``rows``, X)."""
        if self.places is None:
            return found.reshape(rows, -1)
        return found.reshape(self.room, rows // len(self.places), -1)[self.places].reshape(rows, -1)

    def row_numbers(self, beam_size: int) -> Ids | None:
        """(B*K,) where the rows of the search stand among all G*K."""
        if self.places is None:
            return None
        return (self.places[:, np.newaxis] * beam_size + np.arange(beam_size)).ravel()


@dataclass(frozen=True, eq=False)
class DeviceState:
    """Decoder state of P rows."""

    value: OrtValue  # (P, W)
    rows: Ids | None  # the search's row -> row of ``value``; None: the same
    owner: object = None


@dataclass(frozen=True, eq=False)
class StepInputs:
    """One step, as the graph is fed."""

    prev_ids: Ids  # (G, K)
    parents: Ids  # (G, K) rows of `state`
    state: OrtValue
    top_k: int
    outputs: tuple[str, ...]
    """Those that are wanted on the host."""
    next_state: OrtValue | None = None
    """Where the new state goes; None: to a tensor of its own."""


class DeviceModel:
    """Encoder and decoder step on one device. Any number of threads can share it."""

    shortlist = None
    """A device is not held up by a large product, but by arrays that come and go."""

    def __init__(
        self, encoder: GraphSession, decoder_step: GraphSession, vocab_size: int, device: str
    ) -> None:
        """``device`` is where memory and state are kept, as I/O binding calls it."""
        check_signatures([(s.spec, s.signature) for s in (encoder, decoder_step)], vocab_size)
        self._encoder, self._decoder_step, self._vocab_size = encoder, decoder_step, vocab_size
        self._device = device
        self._grouped = decoder_step.spec is DEVICE_STEP

    @property
    def encoder(self) -> GraphSession:
        """For models of other target languages, which share it."""
        return self._encoder

    @property
    def vocab_size(self) -> int:
        """V."""
        return self._vocab_size

    @property
    def provider(self) -> str:
        """The execution provider that runs the decoder step."""
        return self._decoder_step.provider

    @property
    def encoder_provider(self) -> str:
        """The execution provider that runs the encoder."""
        return self._encoder.provider

    @property
    def placements(self) -> tuple[Placement | None, Placement | None]:
        """What encoder and decoder step left to the CPU, see `Placement`."""
        return self._encoder.placement, self._decoder_step.placement

    def encode(self, src_ids: Ids, src_lengths: NDArray[np.int32]) -> tuple[Memory, State]:
        """Read B padded sentences. ``src_ids`` (B, S), ``src_lengths`` (B,) -> memory, B state rows."""
        values = self._read(src_ids, src_lengths, {})
        memory = {name: values[name] for name in MEMORY_NAMES}
        return DeviceMemory(memory, *src_ids.shape), DeviceState(values["state"], None)

    def step(
        self,
        prev_ids: Ids,  # (N,)
        parents: Ids,  # (N,) rows of `state`
        state: State,
        memory: Memory,
        top_k: int,
        *,
        with_log_probs: bool = False,
    ) -> StepOutput:
        """Advance N = B * K rows by one token."""
        of, before = cast(DeviceMemory, memory), cast(DeviceState, state)
        N = len(prev_ids)
        outputs = (*HOST_OUTPUTS, "log_probs") if with_log_probs else HOST_OUTPUTS
        rows = parents if before.rows is None else before.rows[parents]
        inputs = StepInputs(of.spread(prev_ids), of.spread(rows), before.value, top_k, outputs)
        found, next_state = self._advance(of, inputs)
        collected = {name: of.collect(value, N) for name, value in found.items()}
        return StepOutput(
            collected["top_log_probs"],
            collected["top_ids"],
            DeviceState(next_state, of.row_numbers(N // of.batch_size), of.owner),
            collected["attention"][:, : of.src_length],
            collected.get("log_probs"),
        )

    def narrow(self, memory: Memory, lists: Ids, beam_size: int) -> Memory:
        """Never asked of a model without a shortlist."""
        raise AssertionError("a model without a shortlist cannot be narrowed")

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """The memory of some sentences only, in the order given."""
        of = cast(DeviceMemory, memory)
        places = sentences if of.places is None else of.places[sentences]
        if 2 * len(places) <= of.room or len(np.unique(places)) < len(places):
            return self._compact(of, places)
        return DeviceMemory(of.values, of.room, of.src_length, places, of.owner)

    def _read(
        self, src_ids: Ids, src_lengths: NDArray[np.int32], into: Mapping[str, OrtValue]
    ) -> dict[str, OrtValue]:
        """Run the encoder; each output goes ``into`` the value given for it, or to a new one."""
        device = self._device if self._encoder.uses_device else "cpu"
        outputs = {tensor.name: into.get(tensor.name, device) for tensor in self._encoder.spec.outputs}
        feeds = {"src_ids": np.ascontiguousarray(src_ids), "src_lengths": src_lengths}
        found = self._encoder.run_bound(self._encoder.bind(feeds, outputs))
        return dict(zip(outputs, found, strict=True)) | dict(into)

    def _advance(self, memory: DeviceMemory, inputs: StepInputs) -> tuple[dict[str, NDArray[Any]], OrtValue]:
        """Run one step: what is wanted on the host, and the new state."""
        feeds = {
            "prev_ids": self._shaped(inputs.prev_ids),
            "parents": self._shaped(inputs.parents),
            "state": inputs.state,
            **memory.values,
            "top_k": np.array([inputs.top_k], np.int64),
        }
        place = self._device if inputs.next_state is None else inputs.next_state
        outputs = {**dict.fromkeys(inputs.outputs, "cpu"), "next_state": place}
        *found, made = self._decoder_step.run_bound(self._decoder_step.bind(feeds, outputs))
        arrays = (value.numpy() for value in found)
        next_state = made if inputs.next_state is None else inputs.next_state
        return dict(zip(inputs.outputs, arrays, strict=True)), next_state

    def _compact(self, memory: DeviceMemory, places: Ids) -> DeviceMemory:
        """A memory that holds these places only; no operator of the graphs does that on the device."""
        values = {
            name: to_device(value.numpy()[places], self._device) for name, value in memory.values.items()
        }
        return DeviceMemory(values, len(places), memory.src_length)

    def _shaped(self, rows: Ids) -> Ids:
        """(G, K) as the step graph wants its rows."""
        return rows if self._grouped else rows.reshape(-1)
