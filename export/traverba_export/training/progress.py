"""One line that says how far a run is: a bar on a terminal, a log line now and then elsewhere."""

from __future__ import annotations

import logging
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

log = logging.getLogger(__name__)


class ProgressLine:
    """Steps done, loss, tokens a second and time left."""

    def __init__(self, total_steps: int) -> None:
        self.total_steps = total_steps
        self._bar = Progress(
            TextColumn("step {task.completed}/{task.total}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.3f}  {task.fields[speed]:.0f} tok/s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not Console(stderr=True).is_terminal,
        )
        self._task = self._bar.add_task("training", total=total_steps, loss=float("nan"), speed=0.0)

    def update(self, step: int, loss: float, tokens_per_second: float) -> None:
        """Show where the run stands."""
        self._bar.update(self._task, completed=step, loss=loss, speed=tokens_per_second)
        if self._bar.disable:
            log.info("step %d/%d loss %.3f %.0f tok/s", step, self.total_steps, loss, tokens_per_second)

    def __enter__(self) -> ProgressLine:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
