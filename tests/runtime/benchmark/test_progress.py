"""What a watcher sees without a terminal: a line now and then, nothing more."""

from __future__ import annotations

import io

import pytest

from traverba.benchmark import progress
from traverba.benchmark.progress import show_progress


def test_lines_tell_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.0, 1.0, 6.0, 6.0, 7.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    with show_progress(4, stream) as advance:
        for activity in ("start", "round 1", "round 2", "round 3"):
            advance(activity)
    assert stream.getvalue() == "  0 %  start\n 50 %  round 2\n"
