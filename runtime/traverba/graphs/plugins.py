"""Execution providers that come as packages of their own, which onnxruntime must be told of.

Such a package (``onnxruntime-ep-webgpu``, say) holds a library and two functions that name it. A
plugin provider is not among ``get_available_providers()``: it exists where it finds a device.
"""

from __future__ import annotations

import logging
import pkgutil
from importlib import import_module
from types import ModuleType

logger = logging.getLogger(__name__)

PACKAGE_PREFIX = "onnxruntime_ep_"


def device_providers(onnxruntime: ModuleType) -> tuple[str, ...]:
    """The providers that have a device on this machine, plugins registered so far included."""
    return tuple(dict.fromkeys(device.ep_name for device in onnxruntime.get_ep_devices()))


def register_plugins(onnxruntime: ModuleType) -> None:
    """Make every installed plugin's provider known; one that cannot be used is logged with its reason."""
    built_in = onnxruntime.get_available_providers()
    for module in pkgutil.iter_modules():
        if module.name.startswith(PACKAGE_PREFIX):
            _register(onnxruntime, module.name, built_in)


def _register(onnxruntime: ModuleType, package: str, built_in: list[str]) -> None:
    try:
        plugin = import_module(package)
        name = plugin.get_ep_name()
        if name in built_in or name in device_providers(onnxruntime):
            return
        onnxruntime.register_execution_provider_library(name, plugin.get_library_path())
    except Exception as error:  # whatever a stranger's package may raise; it is only one provider fewer
        if "already registered" not in str(error):
            logger.warning("the plugin %s cannot be used: %s", package, error)
        return
    if name not in device_providers(onnxruntime):
        logger.warning("the plugin %s is installed, but finds no device here that it can use", package)
