"""How a caller watches and stops a long call: cancel token, deadline, progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from traverba.decoding.hypotheses import Flag

Progress = Callable[[int, int | None], None]
"""Called with the sentences done and, if known, their total."""


class CancelToken:
    """Shared between the thread that decodes and the one that may want it to stop."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Stop before the next decoder step; there is no way back."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()


@dataclass(frozen=True)
class Control:
    """What may end a call early, and who is told how far it is."""

    cancel: CancelToken | None = None
    deadline: float | None = None
    """In seconds of `time.monotonic`."""

    on_progress: Progress | None = None

    @classmethod
    def within(cls, seconds: float, cancel: CancelToken | None = None) -> Control:
        """A deadline counted from now."""
        return cls(cancel=cancel, deadline=time.monotonic() + seconds)

    def stop_reason(self) -> Flag | None:
        """Why the call must end now, or None."""
        if self.cancel is not None and self.cancel.cancelled:
            return "cancelled"
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return "deadline"
        return None

    def report(self, done: int, total: int | None) -> None:
        if self.on_progress is not None:
            self.on_progress(done, total)
