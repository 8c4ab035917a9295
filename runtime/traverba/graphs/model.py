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

NARROW_FETCHES = tuple(tensor.name for tensor in narrow_step("int8").outputs)


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
    columns: NDArray[np.int32]  # (N, L) where they stand in the part
    starts: Ids  # (N, 1) of each row in `ids` as a flat array
    part: Mapping[str, NDArray[Any]]

    def select(self, rows: Ids) -> Narrowed:
        """Some rows only; the part stays as it is."""
        starts = self.starts[: len(rows)]
        return Narrowed(self.ids[rows], self.columns[rows], starts, self.part)


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
        """Read B padded sentences. ``src_ids`` (B, S), ``src_lengths`` (B,) -> memory, B state rows."""
        memory, keys, bias, state = self._encoder.run(
            ENCODER_FETCHES, {"src_ids": src_ids, "src_lengths": src_lengths}
        )
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
            return self._step_narrowed(prev_ids, parents, cast(Floats, state), of, of.narrowed, top_k)
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
        starts = np.arange(0, ids.size, lists.shape[1])[:, np.newaxis]
        return replace(cast(OnnxMemory, memory), narrowed=Narrowed(ids, column_of[ids], starts, part))

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """The memory of some sentences only, in the order given."""
        of = cast(OnnxMemory, memory)
        narrowed = of.narrowed
        if narrowed is not None:
            rows = np.arange(len(narrowed.ids)).reshape(of.batch_size, -1)[sentences].ravel()
            narrowed = narrowed.select(rows)
        return OnnxMemory(
            of.memory[sentences], of.memory_keys[sentences], of.memory_bias[sentences], narrowed
        )

    def _step_narrowed(
        self, prev_ids: Ids, parents: Ids, state: Floats, of: OnnxMemory, narrowed: Narrowed, top_k: int
    ) -> StepOutput:
        assert self._narrow is not None
        N = len(prev_ids)
        feeds: dict[str, NDArray[Any]] = {
            "prev_ids": prev_ids,
            "parents": parents,
            "state": state,
            "memory": of.memory,
            "memory_keys": of.memory_keys[:, np.newaxis],
            "memory_bias": of.memory_bias[:, np.newaxis],
            "grouping": np.array([of.batch_size, N // of.batch_size, 1, of.memory_keys.shape[2]]),
            **narrowed.part,
            "columns": narrowed.columns,
            "top_k": np.array([top_k], np.int64),
        }
        log_probs, columns, next_state, attention = self._narrow.step.run(NARROW_FETCHES, feeds)
        columns += narrowed.starts
        return StepOutput(log_probs, narrowed.ids.take(columns), next_state, attention.reshape(N, -1))


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
