"""The two ONNX graphs as a `DecoderStep`: the real model behind the search."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from traverba.bundle import Variant
from traverba.contract import DECODER_STEP, ENCODER
from traverba.decoding.model import Floats, Ids, Memory, State, StepOutput
from traverba.graphs.policies import CPU, policy_of
from traverba.graphs.session import GraphSession, Placement
from traverba.graphs.signature import check_signatures

logger = logging.getLogger(__name__)

ENCODER_FETCHES = tuple(tensor.name for tensor in ENCODER.outputs)
STEP_FETCHES = tuple(tensor.name for tensor in DECODER_STEP.outputs if tensor.name != "log_probs")


@dataclass(frozen=True, eq=False)
class OnnxMemory:
    """Encoder output of B sentences."""

    memory: Floats  # (B, S, M)
    memory_keys: Floats  # (B, S, A)
    memory_bias: Floats  # (B, S)

    @property
    def batch_size(self) -> int:
        return len(self.memory_bias)

    @property
    def src_length(self) -> int:
        return int(self.memory_bias.shape[1])


class OnnxModel:
    """Encoder and decoder step. Keeps nothing between calls, so that any number of threads can share it."""

    def __init__(self, encoder: GraphSession, decoder_step: GraphSession, vocab_size: int) -> None:
        sessions = (encoder, decoder_step)
        check_signatures([(session.spec, session.signature) for session in sessions], vocab_size)
        self._encoder, self._decoder_step, self._vocab_size = encoder, decoder_step, vocab_size

    @classmethod
    def load(
        cls, folder: Path, variant: Variant, vocab_size: int, providers: Sequence[str], threads: int
    ) -> OnnxModel:
        """Both graphs of a bundle's variant; the encoder on the CPU where the provider's policy says so."""
        policy = policy_of(providers[0])
        for_encoder = providers if policy.runs_encoder else (CPU,)
        if not policy.runs_encoder:
            logger.info("the encoder runs on the CPU, the steps on %s: %s", policy.name, policy.why)
        return cls(
            GraphSession(folder / variant.encoder, ENCODER, for_encoder, threads),
            GraphSession(folder / variant.decoder_step, DECODER_STEP, providers, threads),
            vocab_size,
        )

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
        *memory, state = self._encoder.run(ENCODER_FETCHES, {"src_ids": src_ids, "src_lengths": src_lengths})
        return OnnxMemory(*memory), state

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

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """The memory of some sentences only, in the order given."""
        of = cast(OnnxMemory, memory)
        return OnnxMemory(of.memory[sentences], of.memory_keys[sentences], of.memory_bias[sentences])
