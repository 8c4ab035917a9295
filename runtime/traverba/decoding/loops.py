"""Output that only repeats itself.

A loop is a run of at least `LOOP_REPEATS` copies of up to `LONGEST_PERIOD` tokens, and of
at least `SHORTEST_LOOP` tokens in all.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_PERIOD = 8
LOOP_REPEATS = 4
SHORTEST_LOOP = 8
LOOP_TAIL = LONGEST_PERIOD * LOOP_REPEATS
"""The last tokens among which a loop shows."""

SOURCE_REPEATS = 3
"""Copies of a phrase that make a source repetitive."""

PERIODS = range(1, LONGEST_PERIOD + 1)


class LoopWatch:
    """Reads tokens one by one, says where a loop begins, and how much can be no part of one."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._repeated = dict.fromkeys(PERIODS, 0)
        """For each period: how many last tokens each equal the one a period before."""

        self.loop: int | None = None
        """Where the first loop begins to repeat its first copy."""

    def push(self, token: int) -> None:
        """Read one more token."""
        self._ids.append(token)
        for period in PERIODS:
            same = len(self._ids) > period and self._ids[-1 - period] == token
            self._repeated[period] = self._repeated[period] + 1 if same else 0
            run = self._repeated[period] + period
            if self.loop is None and run >= max(SHORTEST_LOOP, LOOP_REPEATS * period):
                self.loop = len(self._ids) - self._repeated[period]

    @property
    def certain(self) -> int:
        """How many first tokens lie before any loop, however it goes on."""
        return len(self._ids) - max(self._repeated.values()) if self.loop is None else self.loop


def find_loop(ids: Sequence[int]) -> int | None:
    """Where the first loop begins to repeat its first copy, or None."""
    watch = LoopWatch()
    for token in ids:
        watch.push(token)
        if watch.loop is not None:
            return watch.loop
    return None


def ends_in_loop(ids: Sequence[int]) -> bool:
    """Whether the last tokens are a loop."""
    for period in PERIODS:
        size = max(SHORTEST_LOOP, LOOP_REPEATS * period)
        tail = ids[-size:]
        if len(tail) == size and tail[period:] == tail[:-period]:
            return True
    return False


def repeats_itself(source: Sequence[int]) -> bool:
    """Whether a source has a phrase several times in a row, so that its translation well may, too."""
    for period in PERIODS:
        run = 0
        for token, earlier in zip(source[period:], source, strict=False):
            run = run + 1 if token == earlier else 0
            if run >= (SOURCE_REPEATS - 1) * period:
                return True
    return False
