"""How long a call spends in the two graphs: one wrapper that everything which measures uses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from traverba.decoding import Shortlist
from traverba.decoding.model import DecoderStep, Ids, Memory, State, StepOutput

Part = Literal["encode", "step"]
"""Narrowing counts as encoding: it comes once for a batch."""

Note = Callable[[Part, float, float], None]
"""Told what has run, when it began and when it ended, in seconds of the clock."""


class WatchedModel:
    """A model that notes when each of its runs began and ended."""

    def __init__(self, model: DecoderStep, note: Note, clock: Callable[[], float] | None = None) -> None:
        self._model, self._note, self._clock = model, note, clock or time.perf_counter

    @property
    def vocab_size(self) -> int:
        """V."""
        return self._model.vocab_size

    @property
    def shortlist(self) -> Shortlist | None:
        """As the model's."""
        return self._model.shortlist

    def encode(self, src_ids: Ids, src_lengths: NDArray[np.int32]) -> tuple[Memory, State]:
        """As the model."""
        start = self._clock()
        encoded = self._model.encode(src_ids, src_lengths)
        self._note("encode", start, self._clock())
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
        start = self._clock()
        output = self._model.step(prev_ids, parents, state, memory, top_k, with_log_probs=with_log_probs)
        self._note("step", start, self._clock())
        return output

    def narrow(self, memory: Memory, lists: Ids, beam_size: int) -> Memory:
        """As the model."""
        start = self._clock()
        narrowed = self._model.narrow(memory, lists, beam_size)
        self._note("encode", start, self._clock())
        return narrowed

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """As the model."""
        return self._model.select(memory, sentences)


class TimedModel(WatchedModel):
    """A model that adds up where the time of one call goes. Made for each call.

    Batches decoded side by side add up to more than has gone by.
    """

    def __init__(self, model: DecoderStep) -> None:
        super().__init__(model, self._add)
        self.encode_seconds = 0.0
        self.step_seconds = 0.0
        self._reported = self._lap = (0.0, 0.0)
        self._adding = threading.Lock()

    def beside(self) -> TimedModel:
        """The same model with a clock of its own, for work that only one text needs."""
        return TimedModel(self._model)

    def along(self, model: DecoderStep) -> WatchedModel:
        """Another model on this one's clock."""
        return WatchedModel(model, self._add)

    def lap(self) -> tuple[float, float]:
        """Seconds in encoder and steps for what was decoded last; the same until more is decoded."""
        total = (self.encode_seconds, self.step_seconds)
        if total != self._reported:
            self._lap = (total[0] - self._reported[0], total[1] - self._reported[1])
            self._reported = total
        return self._lap

    def _add(self, part: Part, start: float, end: float) -> None:
        with self._adding:
            if part == "step":
                self.step_seconds += end - start
            else:
                self.encode_seconds += end - start
