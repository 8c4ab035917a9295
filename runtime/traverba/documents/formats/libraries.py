"""The libraries of the extra ``files``, imported when a file needs one."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from traverba.errors import LibraryMissingError


def import_library(name: str) -> ModuleType:
    """A library; LibraryMissingError with the install line if it is not there."""
    try:
        return import_module(name)
    except ImportError as error:
        raise LibraryMissingError(
            f'reading this file needs {name}; install it with: pip install "traverba[files]"'
        ) from error
