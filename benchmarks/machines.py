"""What the figures were measured on: processor, threads, versions, and what else it was doing."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata

import cpuinfo
import psutil

PACKAGES = ("traverba", "onnxruntime", "numpy", "tokenizers", "torch", "ctranslate2")
INSTRUCTIONS = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8", "asimd", "asimddp")
"""What matters to int8 and fp32 products."""


@dataclass(frozen=True)
class Machine:
    """Written into every result."""

    processor: str
    instructions: tuple[str, ...]
    cpus: int
    threads: int
    """Threads each measured system may use."""
    pinned_to: tuple[int, ...]
    """CPUs the process was kept on; none: wherever the system liked."""
    load_average: float
    """Over the minute before; what else the machine was doing."""
    memory_gb: float
    system: str
    python: str
    versions: dict[str, str]
    measured: str
    """UTC."""


@contextmanager
def pinned(threads: int) -> Iterator[tuple[int, ...]]:
    """Keep this process, and whatever threads its libraries start, on the last ``threads`` CPUs.

    Moving between cores empties caches, and a library that starts more threads than it was told to
    gains nothing by it. Yields the CPUs; none on systems without affinity, which are left as they are.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield ()
        return
    before = os.sched_getaffinity(0)
    chosen = sorted(before)[-threads:]
    os.sched_setaffinity(0, chosen)
    try:
        yield tuple(chosen)
    finally:
        os.sched_setaffinity(0, before)


def describe(threads: int, pinned_to: tuple[int, ...] = ()) -> Machine:
    """This machine, now."""
    info = cpuinfo.get_cpu_info()
    flags = set(info.get("flags", ()))
    return Machine(
        processor=info.get("brand_raw") or platform.processor() or platform.machine(),
        instructions=tuple(name for name in INSTRUCTIONS if name in flags),
        cpus=psutil.cpu_count() or 1,
        threads=threads,
        pinned_to=pinned_to,
        load_average=round(psutil.getloadavg()[0], 2),
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        system=platform.platform(terse=True),
        python=platform.python_version(),
        versions={name: version for name in PACKAGES if (version := _version(name))},
        measured=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def command(module: str) -> str:
    """The command line that runs this benchmark again."""
    return " ".join(["python", "-m", module, *sys.argv[1:]])
