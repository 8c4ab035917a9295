"""The door to onnxruntime, with stand-ins for it: what is asked of it, and what is concluded."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from traverba.contract import ENCODER
from traverba.errors import OnnxRuntimeMissingError, ProviderUnavailableError
from traverba.graphs import available_providers, import_onnxruntime, installed_distributions
from traverba.graphs.session import GraphSession, Placement

CPU, OPENVINO, PLUGIN = "CPUExecutionProvider", "OpenVINOExecutionProvider", "FastExecutionProvider"


def part(provider: str, *operators: str) -> Any:
    return SimpleNamespace(
        ep_name=provider, get_nodes=lambda: [SimpleNamespace(op_type=operator) for operator in operators]
    )


class FakeOnnxRuntime(ModuleType):
    """Notes what sessions are made of; ``starts`` is what they end up running on."""

    def __init__(self, folder: Path, starts: Sequence[str] = (CPU,), parts: Sequence[Any] = ()) -> None:
        super().__init__("onnxruntime")
        self.__file__ = str(folder / "onnxruntime" / "__init__.py")
        self.entries: dict[str, str] = {}
        self.made: dict[str, Any] = {}
        self.devices: list[tuple[list[Any], dict[str, str]]] = []
        self.telemetry = True
        self._starts, self._parts = list(starts), list(parts)

    def disable_telemetry_events(self) -> None:
        self.telemetry = False

    def get_available_providers(self) -> list[str]:
        return ["AzureExecutionProvider", OPENVINO, CPU]

    def get_ep_devices(self) -> list[Any]:
        return [SimpleNamespace(ep_name=name) for name in (CPU, PLUGIN, PLUGIN)]

    def SessionOptions(self) -> Any:
        return SimpleNamespace(
            add_session_config_entry=self.entries.__setitem__,
            add_provider_for_devices=lambda devices, options: self.devices.append((devices, options)),
        )

    def InferenceSession(self, path: str, options: Any, **made: Any) -> Any:
        self.made = made
        return SimpleNamespace(
            get_providers=lambda: self._starts,
            disable_fallback=lambda: None,
            get_provider_graph_assignment_info=lambda: self._parts,
        )


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeOnnxRuntime:
    return put(FakeOnnxRuntime(tmp_path), monkeypatch)


def put(module: FakeOnnxRuntime, monkeypatch: pytest.MonkeyPatch) -> FakeOnnxRuntime:
    monkeypatch.setitem(sys.modules, "onnxruntime", module)
    return module


def test_telemetry_is_off_before_and_after_onnxruntime_is_imported(
    fake: FakeOnnxRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    import_onnxruntime()
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
    assert not fake.telemetry


def test_without_any_distribution_the_error_names_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(OnnxRuntimeMissingError, match=r'pip install "traverba\[cpu\]"'):
        import_onnxruntime()


def test_what_calls_the_network_is_no_provider_and_plugins_with_devices_are(fake: FakeOnnxRuntime) -> None:
    assert available_providers() == (OPENVINO, CPU, PLUGIN)


def test_only_distributions_that_share_the_package_count(fake: FakeOnnxRuntime, tmp_path: Path) -> None:
    for name in ("onnxruntime_gpu-1.32.0", "onnxruntime-1.31.0", "onnxruntime_extensions-0.15.0"):
        (tmp_path / f"{name}.dist-info").mkdir()
    assert installed_distributions() == ("onnxruntime", "onnxruntime-gpu")


def test_openvino_is_given_its_threads_and_asked_where_nodes_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parts = (part(OPENVINO, "Add", "Mul", "Add"), part(CPU, "TopK"), part(CPU, "LSTM", "LSTM"))
    fake = put(FakeOnnxRuntime(tmp_path, (OPENVINO, CPU), parts), monkeypatch)
    session = GraphSession(tmp_path / "encoder.onnx", ENCODER, (OPENVINO, CPU), threads=3)
    assert fake.made["providers"] == [(OPENVINO, {"num_of_threads": "3"}), (CPU, {})]
    assert session.placement == Placement(nodes=6, cpu_nodes=3, cpu_operators=("LSTM", "TopK"))
    assert f"encoder: 3 of 6 nodes run on the CPU, not on {OPENVINO}: LSTM, TopK" in caplog.text


def test_the_cpu_alone_has_nothing_to_fall_back_from(
    fake: FakeOnnxRuntime, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        session = GraphSession(tmp_path / "encoder.onnx", ENCODER, (CPU,), threads=1)
    assert session.placement is None
    assert "session.record_ep_graph_assignment_info" not in fake.entries
    assert fake.entries["session.intra_op.allow_spinning"] == "0"
    assert caplog.text == ""


def test_a_plugin_is_given_its_own_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = put(FakeOnnxRuntime(tmp_path, (PLUGIN, CPU), (part(PLUGIN, "Add"),)), monkeypatch)
    session = GraphSession(tmp_path / "encoder.onnx", ENCODER, (PLUGIN, CPU), threads=1)
    ((devices, options),) = fake.devices
    assert [device.ep_name for device in devices] == [PLUGIN, PLUGIN]
    assert options == {}
    assert "providers" not in fake.made
    assert session.placement == Placement(1, 0, ())


def test_a_provider_that_is_dropped_without_a_word_is_an_error(fake: FakeOnnxRuntime, tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match="is installed but did not start"):
        GraphSession(tmp_path / "encoder.onnx", ENCODER, (OPENVINO, CPU), threads=1)
