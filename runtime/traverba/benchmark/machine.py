"""What this machine and this process are, read without any package outside the standard library.

psutil would read the same figures on more systems, but one more dependency for two numbers is not
worth it: where they cannot be read they are None, and the report says "not measured".
"""

from __future__ import annotations

import os
import platform
import sys
import time
from importlib import metadata
from pathlib import Path

from traverba.benchmark.figures import Machine
from traverba.graphs import installed_distributions

PACKAGES = ("traverba", "numpy", "tokenizers")


def describe_machine() -> Machine:
    """For the head of a report."""
    names = (*PACKAGES, *installed_distributions())
    return Machine(
        processor=_processor(),
        cpus=available_cpus(),
        memory_bytes=_kib_of(Path("/proc/meminfo"), "MemTotal"),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        versions={name: _version(name) for name in names},
        load_average=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    )


def available_cpus() -> int:
    """CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> tuple[int | None, int | None]:
    """Resident memory of this process, now and at its peak."""
    status = Path("/proc/self/status")
    return _kib_of(status, "VmRSS"), _kib_of(status, "VmHWM")


def idle_cpu_percent(seconds: float) -> float:
    """CPU time of all threads of this process, in percent of one core, while the calling one sleeps."""
    wall, cpu = time.perf_counter(), time.process_time()
    time.sleep(seconds)
    return 100 * (time.process_time() - cpu) / (time.perf_counter() - wall)


def _kib_of(path: Path, key: str) -> int | None:
    """``key: N kB`` of a file of /proc, in bytes."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:  # not Linux
        return None
    values = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return int(values[0]) * 1024 if values else None


def _processor() -> str:
    """The name people know it by."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or sys.platform


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:  # run from a source tree
        return "unknown"
