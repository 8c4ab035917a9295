"""The one door to onnxruntime: importing it, and making sessions that do not surprise."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.typing import NDArray

from traverba.contract import GraphSpec
from traverba.errors import BundleFormatError, OnnxRuntimeMissingError, ProviderUnavailableError
from traverba.graphs.signature import Signature, Tensor

logger = logging.getLogger(__name__)

MAX_DEFAULT_THREADS = 4
"""One decoder step is too little work for more."""
LOG_ERRORS_ONLY = 3


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
    return onnxruntime  # type: ignore[no-any-return]


def available_providers() -> tuple[str, ...]:
    """The execution providers of the installed onnxruntime."""
    return tuple(import_onnxruntime().get_available_providers())


def distributions_clash() -> bool:
    """Whether the CPU and the GPU distribution are both installed; the last one wins, unpredictably."""
    return all(_is_installed(name) for name in ("onnxruntime", "onnxruntime-gpu"))


def _is_installed(distribution: str) -> bool:
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


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


class GraphSession:
    """One graph of the contract, ready to run. Safe to use from many threads at once."""

    def __init__(self, path: Path, spec: GraphSpec, providers: Sequence[str], threads: int) -> None:
        self.spec = spec
        self._session = _create(path, providers, threads)

    @property
    def provider(self) -> str:
        """The provider that runs most of the graph."""
        return str(self._session.get_providers()[0])

    @property
    def signature(self) -> Signature:
        """The graph's tensors as onnxruntime sees them."""
        return Signature(
            inputs=tuple(Tensor(t.name, t.type, tuple(t.shape)) for t in self._session.get_inputs()),
            outputs=tuple(Tensor(t.name, t.type, tuple(t.shape)) for t in self._session.get_outputs()),
            metadata=dict(self._session.get_modelmeta().custom_metadata_map),
        )

    def run(self, fetches: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The named outputs."""
        return self._session.run(fetches, feeds)  # type: ignore[no-any-return]


def _create(path: Path, providers: Sequence[str], threads: int) -> Any:
    onnxruntime = import_onnxruntime()
    try:
        session = onnxruntime.InferenceSession(
            str(path), _options(onnxruntime, threads), providers=list(providers), enable_fallback=0
        )
    except Exception as error:  # onnxruntime's own classes, which differ from release to release
        raise BundleFormatError(
            f"{path.name} cannot be loaded ({error}); check the bundle with: traverba models verify"
        ) from error
    session.disable_fallback()
    # A provider whose driver or libraries are missing is dropped with a log line and no error.
    started = session.get_providers()
    if started[0] != providers[0]:
        raise ProviderUnavailableError(
            f"{providers[0]} is installed but did not start (running: {', '.join(started)}); "
            "check its driver and libraries, or ask for device='cpu'"
        )
    return session


def _options(onnxruntime: ModuleType, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = LOG_ERRORS_ONLY
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait burn a whole core each between two steps. The pool that two
    # sessions could share (set_global_thread_pool_sizes) belongs to the whole process, and from
    # Python its spinning cannot be turned off; two pools of sleeping threads cost nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # A memory pattern is kept for every new combination of shapes: growth without end when
    # every sentence has another length.
    options.enable_mem_pattern = False
    return options
