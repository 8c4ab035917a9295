"""A function in a process of its own, so that the memory it took is its own as well."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Measured:
    """What a function returned, and what it took."""

    value: Any
    elapsed_s: float
    """On the wall, without the start of the process and its imports."""
    cpu_s: float
    """Of all its threads."""
    peak_mb: float
    """Most resident memory the process ever had, Python and libraries included."""


def in_own_process(function: Callable[..., Any], *arguments: object) -> Measured:
    """Call a module's ``function`` in a fresh Python; both ways everything is pickled. Needs Linux."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        return pool.submit(_measured, function, arguments).result()


def _measured(function: Callable[..., Any], arguments: tuple[object, ...]) -> Measured:
    start, cpu_start = time.perf_counter(), time.process_time()
    value = function(*arguments)
    elapsed_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu_start
    return Measured(value, elapsed_s, cpu_s, peak_mb())


def peak_mb() -> float:
    """This process's high-water mark; getrusage would answer with its parent's, if that was higher."""
    found = re.search(r"VmHWM:\s*(\d+) kB", STATUS.read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6
