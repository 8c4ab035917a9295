"""The ONNX graphs as a `DecoderStep`: the real model behind the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from traverba.bundle import Variant
from traverba.contract import DECODER_STEP, ENCODER, DType, narrow_step, shortlist_graph
from traverba.decoding import Shortlist
from traverba.decoding.model import Floats, Ids, Memory, State, StepOutput
from traverba.graphs.bound import BatchSteps
from traverba.graphs.memory import Narrowed, OnnxMemory
from traverba.graphs.policies import CPU, providers_of_encoder
from traverba.graphs.session import GraphSession, Placement
from traverba.graphs.signature import check_signatures

ENCODER_FETCHES = tuple(tensor.name for tensor in ENCODER.outputs)
STEP_FETCHES = tuple(tensor.name for tensor in DECODER_STEP.outputs if tensor.name != "log_probs")

NOTHING_THERE = -1e9
"""Bias of a position that no sentence of the batch reaches; its weight is exactly 0, as any padding's."""
NARROW_FETCHES = tuple(tensor.name for tensor in narrow_step("int8").outputs)


@dataclass(frozen=True, eq=False)
class NarrowGraphs:
    """What a model with a shortlist has besides encoder and decoder step."""

    shortlist: Shortlist
    part: GraphSession
    step: GraphSession


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
        encoder: GraphSession | None = None,
    ) -> OnnxModel:
        """The graphs of a bundle's variant; the encoder on the CPU where the provider's policy says so.

        The shortlist is for the CPU: other providers are not held up by a large product, but by
        arrays that come and go.
        """
        return cls(
            encoder
            or GraphSession(folder / variant.encoder, ENCODER, providers_of_encoder(providers), threads),
            GraphSession(folder / variant.decoder_step, DECODER_STEP, providers, threads),
            vocab_size,
            _narrow_graphs(folder, variant, threads, shortlist) if tuple(providers) == (CPU,) else None,
        )

    @property
    def encoder(self) -> GraphSession:
        """For models of other target languages, which share it."""
        return self._encoder

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
        if longest < src_ids.shape[1]:
            memory, keys, bias = _padded(memory, keys, bias, src_ids.shape[1])
        return self._remember(memory, keys, bias), state

    def _remember(self, memory: Floats, keys: Floats, bias: Floats) -> OnnxMemory:
        constant = {"memory": memory, "memory_keys": keys, "memory_bias": bias}
        return OnnxMemory(memory, keys, bias, BatchSteps(self._decoder_step, STEP_FETCHES, constant))

    def _remember_narrowed(self, of: OnnxMemory, narrowed: Narrowed) -> OnnxMemory:
        assert self._narrow is not None
        constant = narrowed.feeds(of.memory, of.memory_keys, of.memory_bias)
        steps = BatchSteps(self._narrow.step, NARROW_FETCHES, constant)
        return replace(of, steps=steps, narrowed=narrowed)

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
        of, rows = cast(OnnxMemory, memory), cast(Floats, state)
        if with_log_probs and of.narrowed is None:
            return self._whole_step(prev_ids, parents, rows, of, top_k)
        found = of.steps.run(prev_ids, parents, rows, top_k)
        if of.narrowed is None:
            return StepOutput(*(found[name] for name in STEP_FETCHES))
        ids = of.narrowed.ids.take(found["top_columns"] + of.narrowed.starts)
        attention = found["attention"].reshape(len(prev_ids), -1)
        return StepOutput(found["top_log_probs"], ids, found["next_state"], attention)

    def _whole_step(
        self, prev_ids: Ids, parents: Ids, state: Floats, of: OnnxMemory, top_k: int
    ) -> StepOutput:
        """With the full distribution, which a shortlist does not have."""
        feeds: dict[str, NDArray[Any]] = {
            "prev_ids": prev_ids,
            "parents": parents,
            "state": state,
            "memory": of.memory,
            "memory_keys": of.memory_keys,
            "memory_bias": of.memory_bias,
            "top_k": np.array([top_k], np.int64),
        }
        return StepOutput(*self._decoder_step.run((*STEP_FETCHES, "log_probs"), feeds))

    def narrow(self, memory: Memory, lists: Ids, beam_size: int) -> Memory:
        """The same memory for steps of B * ``beam_size`` rows that choose among ``lists`` (B, L)."""
        assert self._narrow is not None
        part_ids = lists[0] if len(lists) == 1 else self._all_tokens(lists)  # (U,)
        session = self._narrow.part
        fetches = tuple(tensor.name for tensor in session.spec.outputs)
        part = dict(zip(fetches, session.run(fetches, {"part_ids": part_ids}), strict=True))
        narrowed = Narrowed.of(lists, part_ids, part, beam_size, self._vocab_size)
        return self._remember_narrowed(cast(OnnxMemory, memory), narrowed)

    def _all_tokens(self, lists: Ids) -> Ids:
        """The tokens of all lists in ascending order, (U,)."""
        wanted = np.zeros(self._vocab_size, np.bool_)
        wanted[lists] = True
        return np.flatnonzero(wanted)

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """The memory of some sentences only, in the order given."""
        of = cast(OnnxMemory, memory)
        chosen = self._remember(of.memory[sentences], of.memory_keys[sentences], of.memory_bias[sentences])
        if of.narrowed is None:
            return chosen
        rows = np.arange(len(of.narrowed.ids)).reshape(of.batch_size, -1)[sentences].ravel()
        return self._remember_narrowed(chosen, of.narrowed.rows(rows))


def _padded(memory: Floats, keys: Floats, bias: Floats, length: int) -> tuple[Floats, Floats, Floats]:
    """Positions up to ``length`` that no attention reaches: (B, S, .) twice and (B, S)."""
    B, S, _ = memory.shape
    longer = [np.zeros((B, length, values.shape[2]), np.float32) for values in (memory, keys)]
    longer[0][:, :S], longer[1][:, :S] = memory, keys
    all_bias = np.full((B, length), NOTHING_THERE, np.float32)
    all_bias[:, :S] = bias
    return longer[0], longer[1], all_bias


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
