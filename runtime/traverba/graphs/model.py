"""The ONNX graphs as a `DecoderStep`: the real model behind the search."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from traverba.bundle import Variant
from traverba.contract import DECODER_STEP, ENCODER, DType, narrow_step, shortlist_graph
from traverba.decoding import Shortlist
from traverba.decoding.model import Floats, Ids, Memory, State, StepOutput
from traverba.graphs.policies import CPU, policy_of
from traverba.graphs.session import GraphSession, Placement
from traverba.graphs.signature import check_signatures

logger = logging.getLogger(__name__)

ENCODER_FETCHES = tuple(tensor.name for tensor in ENCODER.outputs)
STEP_FETCHES = tuple(tensor.name for tensor in DECODER_STEP.outputs if tensor.name != "log_probs")

NOTHING_THERE = -1e9
"""Bias of a position that no sentence of the batch reaches; its weight is exactly 0, as any padding's."""
NARROW_FETCHES = tuple(tensor.name for tensor in narrow_step("int8").outputs)


Feeds = Mapping[str, NDArray[Any]]
"""Input of a graph -> its value."""


@dataclass(frozen=True, eq=False)
class NarrowGraphs:
    """What a model with a shortlist has besides encoder and decoder step."""

    shortlist: Shortlist
    part: GraphSession
    step: GraphSession


@dataclass(frozen=True, eq=False)
class Narrowed:
    """The tokens that the rows of a batch choose among, and the output layer's part for them."""

    ids: Ids  # (N, L)
    starts: Ids  # (N, 1) of each row in `ids` as a flat array
    feeds: Feeds
    """The inputs of the step that stay the same from step to step."""

    @classmethod
    def of(cls, memory: OnnxMemory, ids: Ids, columns: NDArray[np.int32], part: Feeds) -> Narrowed:
        """``ids`` and ``columns``, where they stand in the part, (N, L)."""
        B, A = len(memory.memory), memory.memory_keys.shape[2]
        feeds = {
            "memory": memory.memory,
            "memory_keys": memory.memory_keys[:, np.newaxis],
            "memory_bias": memory.memory_bias[:, np.newaxis],
            "grouping": np.array([B, len(ids) // B, 1, A]),
            "columns": columns,
            **part,
        }
        return cls(ids, np.arange(0, ids.size, ids.shape[1])[:, np.newaxis], feeds)

    def select(self, memory: OnnxMemory, sentences: Ids) -> Narrowed:
        """Some sentences only, whose ``memory`` this is; the part stays as it is."""
        B = len(self.feeds["memory"])
        rows = np.arange(len(self.ids)).reshape(B, -1)[sentences].ravel()
        part = {name: value for name, value in self.feeds.items() if name.startswith("part_")}
        return self.of(memory, self.ids[rows], self.feeds["columns"][rows], part)


@dataclass(frozen=True, eq=False)
class OnnxMemory:
    """Encoder output of B sentences."""

    memory: Floats  # (B, S, M)
    memory_keys: Floats  # (B, S, A)
    memory_bias: Floats  # (B, S)
    narrowed: Narrowed | None = None

    @property
    def batch_size(self) -> int:
        return len(self.memory_bias)

    @property
    def src_length(self) -> int:
        return int(self.memory_bias.shape[1])


class OnnxModel:
    """Encoder and decoder step. Keeps nothing between calls, so that any number of threads can share it."""

    def __init__(
        self,
        encoder: GraphSession,
        decoder_step: GraphSession,
        vocab_size: int,
        narrow: NarrowGraphs | None = None,
    ) -> None:
        sessions = [encoder, decoder_step]
        if narrow is not None:
            sessions += [narrow.part, narrow.step]
        check_signatures([(session.spec, session.signature) for session in sessions], vocab_size)
        self._encoder, self._decoder_step, self._vocab_size = encoder, decoder_step, vocab_size
        self._narrow = narrow

    @classmethod
    def load(
        cls,
        folder: Path,
        variant: Variant,
        vocab_size: int,
        providers: Sequence[str],
        threads: int,
        shortlist: Shortlist | None = None,
    ) -> OnnxModel:
        """The graphs of a bundle's variant; the encoder on the CPU where the provider's policy says so.

        The shortlist is for the CPU: other providers are not held up by a large product, but by
        arrays that come and go.
        """
        policy = policy_of(providers[0])
        for_encoder = providers if policy.runs_encoder else (CPU,)
        if not policy.runs_encoder:
            logger.info("the encoder runs on the CPU, the steps on %s: %s", policy.name, policy.why)
        return cls(
            GraphSession(folder / variant.encoder, ENCODER, for_encoder, threads),
            GraphSession(folder / variant.decoder_step, DECODER_STEP, providers, threads),
            vocab_size,
            _narrow_graphs(folder, variant, threads, shortlist) if tuple(providers) == (CPU,) else None,
        )

    @property
    def vocab_size(self) -> int:
        """V."""
        return self._vocab_size

    @property
    def shortlist(self) -> Shortlist | None:
        """The lists that `narrow` accepts."""
        return None if self._narrow is None else self._narrow.shortlist

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
        """Read B padded sentences. ``src_ids`` (B, S), ``src_lengths`` (B,) -> memory, B state rows.

        The encoder gives a sentence the same bits however far it is padded, so on the CPU it reads no
        further than the longest; other providers plan anew for every length they meet. Attention
        adds up in another order, so the memory is as long as the caller says.
        """
        longest = int(src_lengths.max()) if self._encoder.provider == CPU else src_ids.shape[1]
        read = np.ascontiguousarray(src_ids[:, :longest])
        memory, keys, bias, state = self._encoder.run(
            ENCODER_FETCHES, {"src_ids": read, "src_lengths": src_lengths}
        )
        if rest := src_ids.shape[1] - longest:
            memory, keys = (np.pad(values, ((0, 0), (0, rest), (0, 0))) for values in (memory, keys))
            bias = np.pad(bias, ((0, 0), (0, rest)), constant_values=NOTHING_THERE)
        return OnnxMemory(memory, keys, bias), state

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
        of = cast(OnnxMemory, memory)
        if of.narrowed is not None:
            return self._step_narrowed(prev_ids, parents, cast(Floats, state), of.narrowed, top_k)
        feeds: dict[str, NDArray[Any]] = {
            "prev_ids": prev_ids,
            "parents": parents,
            "state": cast(Floats, state),
            "memory": of.memory,
            "memory_keys": of.memory_keys,
            "memory_bias": of.memory_bias,
            "top_k": np.array([top_k], np.int64),
        }
        fetches = (*STEP_FETCHES, "log_probs") if with_log_probs else STEP_FETCHES
        return StepOutput(*self._decoder_step.run(fetches, feeds))

    def narrow(self, memory: Memory, lists: Ids, beam_size: int) -> Memory:
        """The same memory for steps of B * ``beam_size`` rows that choose among ``lists`` (B, L)."""
        assert self._narrow is not None
        wanted = np.zeros(self._vocab_size, np.bool_)
        wanted[lists] = True
        part_ids = np.flatnonzero(wanted)  # (U,)
        session = self._narrow.part
        fetches = tuple(tensor.name for tensor in session.spec.outputs)
        part = dict(zip(fetches, session.run(fetches, {"part_ids": part_ids}), strict=True))
        column_of = np.empty(self._vocab_size, np.int32)
        column_of[part_ids] = np.arange(len(part_ids), dtype=np.int32)
        ids = np.repeat(lists, beam_size, axis=0)
        of = cast(OnnxMemory, memory)
        return replace(of, narrowed=Narrowed.of(of, ids, column_of[ids], part))

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """The memory of some sentences only, in the order given."""
        of = cast(OnnxMemory, memory)
        chosen = OnnxMemory(of.memory[sentences], of.memory_keys[sentences], of.memory_bias[sentences])
        if of.narrowed is None:
            return chosen
        return replace(chosen, narrowed=of.narrowed.select(chosen, sentences))

    def _step_narrowed(
        self, prev_ids: Ids, parents: Ids, state: Floats, narrowed: Narrowed, top_k: int
    ) -> StepOutput:
        assert self._narrow is not None
        feeds = dict(narrowed.feeds)
        feeds["prev_ids"], feeds["parents"], feeds["state"] = prev_ids, parents, state
        feeds["top_k"] = np.array([top_k], np.int64)
        log_probs, columns, next_state, attention = self._narrow.step.run(NARROW_FETCHES, feeds)
        columns += narrowed.starts
        attention = attention.reshape(len(prev_ids), -1)
        return StepOutput(log_probs, narrowed.ids.take(columns), next_state, attention)


def _narrow_graphs(
    folder: Path, variant: Variant, threads: int, shortlist: Shortlist | None
) -> NarrowGraphs | None:
    if shortlist is None or variant.shortlist is None or variant.narrow_step is None:
        return None
    weight: DType = "int8" if variant.precision == "int8" else "float32"
    return NarrowGraphs(
        shortlist,
        GraphSession(folder / variant.shortlist, shortlist_graph(weight), (CPU,), threads),
        GraphSession(folder / variant.narrow_step, narrow_step(weight), (CPU,), threads),
    )
