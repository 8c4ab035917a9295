"""One graph in onnxruntime: sessions that do not surprise."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traverba.contract import GraphSpec
from traverba.errors import BundleFormatError, ProviderUnavailableError
from traverba.graphs.installation import import_onnxruntime
from traverba.graphs.policies import CPU, provider_options
from traverba.graphs.signature import Signature, Tensor

logger = logging.getLogger(__name__)

LOG_ERRORS_ONLY = 3
NOT_CAPTURED = -1
"""The graph id of a run that is not recorded as a CUDA graph."""
OrtValue = Any
"""onnxruntime's tensor, on whatever device."""
RECORD_PLACEMENT = "session.record_ep_graph_assignment_info"
"""Doubles the time to load a small graph: not for the CPU alone, which has nothing to fall back from."""


@dataclass(frozen=True)
class Placement:
    """How many nodes of a graph the chosen provider left to the CPU."""

    nodes: int
    cpu_nodes: int
    cpu_operators: tuple[str, ...]
    """Their types, without repetition."""


class GraphSession:
    """One graph of the contract, ready to run. Safe to use from many threads at once."""

    def __init__(
        self,
        path: Path,
        spec: GraphSpec,
        providers: Sequence[str],
        threads: int,
        extra_options: Mapping[str, str] | None = None,
    ) -> None:
        """``extra_options`` are for the first provider, beside those of its policy."""
        self.spec = spec
        self._session = _create(path, providers, threads, extra_options or {})
        self._run_options: dict[int, Any] = {}
        self.placement = _placement(self._session)
        """None on the CPU, and where onnxruntime is too old to tell."""
        if self.placement and self.placement.cpu_nodes:
            logger.warning(
                "%s: %d of %d nodes run on the CPU, not on %s: %s",
                spec.name,
                self.placement.cpu_nodes,
                self.placement.nodes,
                self.provider,
                ", ".join(self.placement.cpu_operators),
            )

    @property
    def provider(self) -> str:
        """The provider that runs most of the graph."""
        return str(self._session.get_providers()[0])

    @property
    def signature(self) -> Signature:
        """The graph's tensors as onnxruntime sees them."""
        try:
            return Signature(
                inputs=tuple(Tensor(t.name, t.type, tuple(t.shape)) for t in self._session.get_inputs()),
                outputs=tuple(Tensor(t.name, t.type, tuple(t.shape)) for t in self._session.get_outputs()),
                metadata=dict(self._session.get_modelmeta().custom_metadata_map),
            )
        except UnicodeDecodeError as error:  # onnxruntime does not look into strings when it loads them
            raise BundleFormatError(
                f"the {self.spec.name} graph has damaged names ({error}); fetch or export the bundle again"
            ) from error

    def run(self, fetches: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The named outputs."""
        return self._session.run(fetches, feeds)  # type: ignore[no-any-return]

    @property
    def uses_device(self) -> bool:
        """Whether its outputs can be left on the provider's device."""
        return self.provider != CPU

    def bind(
        self, feeds: Mapping[str, NDArray[Any] | OrtValue], outputs: Mapping[str, str | OrtValue]
    ) -> Any:
        """A run for `run_bound`. An output goes into a given tensor, or to a new one on the device named."""
        binding = self._session.io_binding()
        for name, value in feeds.items():
            if isinstance(value, np.ndarray):
                binding.bind_cpu_input(name, value)
            else:
                binding.bind_ortvalue_input(name, value)
        for name, place in outputs.items():
            if isinstance(place, str):
                binding.bind_output(name, place)
            else:
                binding.bind_ortvalue_output(name, place)
        return binding

    def run_in_place(self, binding: Any) -> None:
        """A run on the CPU whose inputs and outputs all are `on_cpu`."""
        self._session.run_with_iobinding(binding)

    def run_bound(self, binding: Any, graph_id: int = NOT_CAPTURED) -> list[OrtValue]:
        """The outputs, in the order in which they were bound.

        With ``enable_cuda_graph``, a run with an id of its own is recorded the first time, and later ones
        of the same binding are replayed; without, the id means nothing.
        """
        options = self._run_options.get(graph_id)
        if options is None:
            options = import_onnxruntime().RunOptions()
            options.add_run_config_entry("gpu_graph_id", str(graph_id))
            self._run_options[graph_id] = options
        self._session.run_with_iobinding(binding, options)
        return binding.get_outputs()  # type: ignore[no-any-return]


def on_cpu(arrays: Mapping[str, NDArray[Any]]) -> dict[str, OrtValue]:
    """The arrays themselves as onnxruntime takes them; each value keeps its array alive."""
    wrap = import_onnxruntime().OrtValue.ortvalue_from_numpy
    return {name: wrap(array) for name, array in arrays.items()}


def to_device(array: NDArray[Any], device: str) -> OrtValue:
    """A copy of ``array`` on the device, in memory that belongs to no session."""
    return import_onnxruntime().OrtValue.ortvalue_from_numpy(np.array(array, order="C"), device)


def _create(path: Path, providers: Sequence[str], threads: int, extra: Mapping[str, str]) -> Any:
    onnxruntime = import_onnxruntime()
    options = _options(onnxruntime, threads)
    if providers[0] != CPU:
        options.add_session_config_entry(RECORD_PLACEMENT, "1")
    try:
        session = _start(onnxruntime, path, options, providers, threads, extra)
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


def _start(
    onnxruntime: ModuleType,
    path: Path,
    options: Any,
    providers: Sequence[str],
    threads: int,
    extra: Mapping[str, str],
) -> Any:
    chosen = {name: provider_options(name, threads) for name in providers}
    chosen[providers[0]].update(extra)
    built_in = onnxruntime.get_available_providers()
    if providers[0] in built_in:
        listed = [(name, chosen[name]) for name in providers if name in built_in]
        return onnxruntime.InferenceSession(str(path), options, providers=listed, enable_fallback=0)
    # A plugin is given its devices; onnxruntime adds the CPU itself.
    devices = [device for device in onnxruntime.get_ep_devices() if device.ep_name == providers[0]]
    options.add_provider_for_devices(devices, chosen[providers[0]])
    return onnxruntime.InferenceSession(str(path), options, enable_fallback=0)


def _placement(session: Any) -> Placement | None:
    """What the CPU got of another provider's graph."""
    if session.get_providers()[0] == CPU or not hasattr(session, "get_provider_graph_assignment_info"):
        return None  # releases before 1.24 do not tell
    nodes = [
        (part.ep_name, node.op_type)
        for part in session.get_provider_graph_assignment_info()
        for node in part.get_nodes()
    ]
    on_cpu = [operator for provider, operator in nodes if provider == CPU]
    return Placement(len(nodes), len(on_cpu), tuple(sorted(set(on_cpu))))


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
