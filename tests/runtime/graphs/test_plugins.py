"""Providers that are packages of their own, with stand-ins for the packages and for onnxruntime."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from traverba.graphs.plugins import device_providers, register_plugins

CPU = "CPUExecutionProvider"
PACKAGE = """
def get_ep_name(): return {name!r}
def get_library_path(): return "/somewhere/lib{name}.so"
"""


class FakeOnnxRuntime:
    """Registers anything; only the providers in ``with_device`` find a device."""

    def __init__(self, with_device: tuple[str, ...]) -> None:
        self.with_device, self.libraries = with_device, dict[str, str]()

    def get_available_providers(self) -> list[str]:
        return [CPU]

    def register_execution_provider_library(self, name: str, path: str) -> None:
        if name in self.libraries:
            raise RuntimeError(f"library {name} is already registered")
        self.libraries[name] = path

    def get_ep_devices(self) -> list[Any]:
        found = [name for name in self.libraries if name in self.with_device]
        return [SimpleNamespace(ep_name=name) for name in (CPU, *found, *found)]


def install(folder: Path, package: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a package where Python finds it."""
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text(source)
    monkeypatch.syspath_prepend(str(folder))


def test_an_installed_plugin_with_a_device_becomes_available(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "onnxruntime_ep_fast", PACKAGE.format(name="FastExecutionProvider"), monkeypatch)
    onnxruntime: Any = FakeOnnxRuntime(("FastExecutionProvider",))
    register_plugins(onnxruntime)
    register_plugins(onnxruntime)
    assert onnxruntime.libraries == {"FastExecutionProvider": "/somewhere/libFastExecutionProvider.so"}
    assert device_providers(onnxruntime) == (CPU, "FastExecutionProvider")


def test_a_plugin_without_a_device_is_said_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(tmp_path, "onnxruntime_ep_idle", PACKAGE.format(name="IdleExecutionProvider"), monkeypatch)
    onnxruntime: Any = FakeOnnxRuntime(())
    register_plugins(onnxruntime)
    assert device_providers(onnxruntime) == (CPU,)
    assert "onnxruntime_ep_idle is installed, but finds no device" in caplog.text


def test_a_broken_plugin_is_one_provider_fewer_and_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(tmp_path, "onnxruntime_ep_torn", "raise OSError('libtorn.so: not found')", monkeypatch)
    onnxruntime: Any = FakeOnnxRuntime(())
    register_plugins(onnxruntime)
    assert "onnxruntime_ep_torn cannot be used: libtorn.so: not found" in caplog.text
