"""What lies in an identifier's folder: one graph, its n-grams, and ``identifier.json`` about both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traverba.bundle.manifest import FileEntry, TrainingData
from traverba.bundle.schema import SchemaError, from_json
from traverba.contract import GraphSpec, TensorSpec
from traverba.errors import BundleFileMissingError, BundleFormatError, BundleVersionError

FORMAT_VERSION = 1
DESCRIPTION_FILE = "identifier.json"
GRAPH_FILE = "identifier.onnx"
NGRAMS_FILE = "ngrams.npy"

IDENTIFIER = GraphSpec(
    name="identifier",
    inputs=(TensorSpec("ngrams", "int32", ("S", "N")),),
    outputs=(TensorSpec("logits", "float32", ("V",)),),
)
"""One text a run. S: its words, N: known n-grams of the word with most, filled up with 0, V: languages."""


@dataclass(frozen=True)
class Language:
    """One class of the model."""

    tag: str
    """BCP 47: two letters where ISO 639-1 has them, three elsewhere."""
    iso639_3: str
    name: str
    """In English."""


@dataclass(frozen=True)
class Description:
    """``identifier.json``."""

    format_version: int
    name: str
    version: str
    created: str
    languages: tuple[Language, ...]
    """In the order of the graph's logits."""
    ngrams: int
    files: tuple[FileEntry, ...]
    training_data: tuple[TrainingData, ...] = ()
    scores: dict[str, float] | None = None
    """On sentences held out from training."""


def read_description(folder: Path) -> Description:
    """Read and check ``identifier.json``."""
    path = folder / DESCRIPTION_FILE
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BundleFileMissingError(
            f"{path} is missing; install traverba again, or write the identifier again"
        ) from error
    except (OSError, ValueError) as error:
        raise BundleFormatError(f"{path} cannot be read ({error}); install traverba again") from error
    _check_version(raw, path)
    try:
        return from_json(Description, raw, "identifier")
    except SchemaError as error:
        raise BundleFormatError(f"{path}: {error}; write the identifier again") from error


def _check_version(raw: Any, path: Path) -> None:
    """Before anything else is looked at: a newer format may look quite different."""
    version = raw.get("format_version") if isinstance(raw, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BundleVersionError(
            f"{path} has format {version}, this release reads up to {FORMAT_VERSION}; upgrade traverba"
        )
