"""An identifier whose files are missing, damaged or newer says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from traverba.errors import (
    BundleFileMissingError,
    BundleFormatError,
    BundleVersionError,
    GraphContractError,
)
from traverba.identification import Identifier
from traverba.identification.builtin import BUILT_IN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the built-in identifier."""
    for path in BUILT_IN.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", ["identifier.json", "identifier.onnx", "ngrams.npy"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleFileMissingError, match=name):
        Identifier(folder)


@pytest.mark.parametrize("name", ["identifier.json", "identifier.onnx", "ngrams.npy"])
@pytest.mark.parametrize("content", [b"", b"\x00" * 200, b"{"], ids=["empty", "zeros", "brace"])
def test_a_damaged_file_is_named(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(BundleFormatError, match=name):
        Identifier(folder)


def changed(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    path = folder / "identifier.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def test_a_newer_format_asks_for_an_upgrade(folder: Path) -> None:
    changed(folder, lambda value: value.update(format_version=99, languages="another way"))
    with pytest.raises(BundleVersionError, match="upgrade"):
        Identifier(folder)


def test_a_missing_language_does_not_shift_the_others(folder: Path) -> None:
    changed(folder, lambda value: value["languages"].pop())
    with pytest.raises(GraphContractError, match="V"):
        Identifier(folder)


def test_ngrams_out_of_order_are_refused(folder: Path) -> None:
    keys = np.load(folder / "ngrams.npy")
    np.save(folder / "ngrams.npy", keys[::-1])
    with pytest.raises(BundleFormatError, match="in order"):
        Identifier(folder)


def test_another_number_of_ngrams_is_refused(folder: Path) -> None:
    changed(folder, lambda value: value.update(ngrams=7))
    with pytest.raises(BundleFormatError, match="7 n-grams"):
        Identifier(folder)
