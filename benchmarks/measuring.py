"""Taking turns, and turning times into ratios.

On a shared machine two figures from two minutes are not comparable, two from the same round are.
So every system gets a turn in every round (A B C, A B C, …) and ratios are taken round by round.

What one thread does on one CPU is timed with the clock of the CPU time that the process has used: while
others have the CPU it stands still. Nothing measured here sleeps, so on an idle machine it shows what a
clock on the wall shows.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Task = Callable[[], object]
Rounds = dict[str, list[float]]
"""Name of a task -> one time in milliseconds for each round."""


@dataclass(frozen=True)
class Spread:
    """A figure with the range it was seen in."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{short(self.median)} ({short(self.low)}–{short(self.high)})"


def short(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")


Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"cpu": time.process_time, "wall": time.perf_counter}
"""Seconds: used by all threads of this process, or gone by."""


def elapsed_ms(task: Task, clock: Clock = time.process_time) -> float:
    """How long one call takes."""
    start = clock()
    task()
    return (clock() - start) * 1e3


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def turn_ms(task: Task, budget_ms: float, clock: Clock = time.process_time) -> list[float]:
    """Times of repeated calls within ``budget_ms``, at least one.

    A first call is made and not counted: the caches still hold what the system before used.
    """
    task()
    times = [elapsed_ms(task, clock)]
    while sum(times) + statistics.median(times) <= budget_ms:
        times.append(elapsed_ms(task, clock))
    return times


def take_turns(
    tasks: Mapping[str, Task], rounds: int, budget_ms: float, clock: Clock = time.process_time
) -> Rounds:
    """Every task once in every round; a round's time is the median of its turn."""
    times: Rounds = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            times[name].append(statistics.median(turn_ms(task, budget_ms, clock)))
    return times


def times_faster(baseline: Sequence[float], ours: Sequence[float]) -> Spread:
    """How many times less time ``ours`` took than ``baseline``, round by round."""
    return Spread.of([theirs / mine for theirs, mine in zip(baseline, ours, strict=True)])
