"""The one door to onnxruntime: importing it, what it brings with it, and how many CPUs it may have."""

from __future__ import annotations

import math
import os
from pathlib import Path
from types import ModuleType

from traverba.errors import OnnxRuntimeMissingError
from traverba.graphs.plugins import device_providers, register_plugins
from traverba.graphs.policies import DISTRIBUTIONS, NOT_FOR_MODELS

MAX_DEFAULT_THREADS = 4
"""One decoder step is too little work for more."""


def import_onnxruntime() -> ModuleType:
    """onnxruntime with its telemetry off; a typed error if no distribution is installed."""
    # Releases from 1.29 on may report usage over the network. Read when it is first imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError as error:
        raise OnnxRuntimeMissingError(
            f'onnxruntime cannot be imported ({error}); pip install "traverba[cpu]" or "traverba[gpu]"'
        ) from error
    # The program around us may have imported it before that variable was set.
    onnxruntime.disable_telemetry_events()
    return onnxruntime  # type: ignore[no-any-return]


def available_providers(*, plugins: bool = False) -> tuple[str, ...]:
    """The execution providers of the installed onnxruntime, and with ``plugins`` of installed plugins."""
    onnxruntime = import_onnxruntime()
    if plugins:
        register_plugins(onnxruntime)
    found = (*onnxruntime.get_available_providers(), *device_providers(onnxruntime))
    return tuple(name for name in dict.fromkeys(found) if name not in NOT_FOR_MODELS)


def installed_distributions() -> tuple[str, ...]:
    """The distributions of onnxruntime that are installed; with several, the last one wins, unpredictably."""
    package = Path(str(import_onnxruntime().__file__)).parent
    # importlib.metadata would answer as well, and costs as much to import as all the rest.
    found = {
        folder.name.split("-")[0].replace("_", "-")
        for folder in package.parent.glob("onnxruntime*.dist-info")
    }
    return tuple(name for name in DISTRIBUTIONS if name in found)


def default_threads() -> int:
    """The CPUs this process may use, at most `MAX_DEFAULT_THREADS`; onnxruntime ignores container limits."""
    try:
        cpus = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        cpus = os.cpu_count() or 1
    return max(1, min(cpus, _cgroup_cpus(), MAX_DEFAULT_THREADS))


def _cgroup_cpus() -> int:
    """CPUs that the container's quota allows, rounded up."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError):  # no cgroup, or no limit ("max")
        return MAX_DEFAULT_THREADS
