"""How long a call spends in the two graphs."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.model import DecoderStep, Ids, Memory, State, StepOutput


class TimedModel:
    """A model that adds up where the time of one call goes. Made for each call, so no thread shares it."""

    def __init__(self, model: DecoderStep) -> None:
        self._model = model
        self.encode_seconds = 0.0
        self.step_seconds = 0.0
        self._reported = self._lap = (0.0, 0.0)

    @property
    def vocab_size(self) -> int:
        """V."""
        return self._model.vocab_size

    def lap(self) -> tuple[float, float]:
        """Seconds in encoder and steps for what was decoded last; the same until more is decoded."""
        total = (self.encode_seconds, self.step_seconds)
        if total != self._reported:
            self._lap = (total[0] - self._reported[0], total[1] - self._reported[1])
            self._reported = total
        return self._lap

    def encode(self, src_ids: Ids, src_lengths: NDArray[np.int32]) -> tuple[Memory, State]:
        """As the model."""
        start = time.perf_counter()
        encoded = self._model.encode(src_ids, src_lengths)
        self.encode_seconds += time.perf_counter() - start
        return encoded

    def step(
        self,
        prev_ids: Ids,
        parents: Ids,
        state: State,
        memory: Memory,
        top_k: int,
        *,
        with_log_probs: bool = False,
    ) -> StepOutput:
        """As the model."""
        start = time.perf_counter()
        output = self._model.step(prev_ids, parents, state, memory, top_k, with_log_probs=with_log_probs)
        self.step_seconds += time.perf_counter() - start
        return output

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """As the model."""
        return self._model.select(memory, sentences)
