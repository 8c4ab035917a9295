"""Where a translation's time goes: inside onnxruntime's ``run``, and from one step to the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import onnxruntime

from benchmarks.measuring import Task, elapsed_ms
from traverba.decoding.model import DecoderStep
from traverba.timing import Part, WatchedModel


@dataclass
class RunClock:
    """Adds up the time that passes inside ``InferenceSession.run`` and ``run_with_iobinding``."""

    inside_ms: float = 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Every session of the process, while the block runs."""
        session = onnxruntime.InferenceSession
        names = ("run", "run_with_iobinding")
        with (
            patch.object(session, names[0], self._timed(getattr(session, names[0]))),
            patch.object(session, names[1], self._timed(getattr(session, names[1]))),
        ):
            yield

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.process_time()
            result = method(*arguments, **options)
            self.inside_ms += (time.process_time() - start) * 1e3
            return result

        return timed


def share_outside(task: Task) -> float:
    """The share of a call's time, from 0 to 1, that is not spent inside onnxruntime's ``run``."""
    clock = RunClock()
    with clock.watching():
        total_ms = elapsed_ms(task)
    return 1 - clock.inside_ms / total_ms


class StepClock(WatchedModel):
    """A model that notes when each step begins; a step's cost includes the search up to the next one."""

    def __init__(self, model: DecoderStep) -> None:
        super().__init__(model, self._step_began, clock=time.process_time)
        self.began: list[float] = []

    def costs_ms(self) -> list[float]:
        """From the beginning of one step to that of the next."""
        return [(after - before) * 1e3 for before, after in zip(self.began, self.began[1:], strict=False)]

    def _step_began(self, part: Part, start: float, end: float) -> None:
        if part == "step":
            self.began.append(start)
