"""A finished measurement on disk: figures as JSON, the same as Markdown, both with their origin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from traverba.bundle import find_bundle, open_bundle

PACKAGES = ("traverba", "onnxruntime", "onnxruntime-gpu", "numpy", "tokenizers", "sacrebleu", "py3langid")


@dataclass(frozen=True)
class Origin:
    """What one must know to measure again."""

    bundle: str
    version: str
    """Of the bundle."""
    created: str
    """When the bundle was made: the same version may be made again."""
    command: str
    date: str
    """UTC, ISO 8601."""
    packages: dict[str, str]


def origin(bundle: str, command: str) -> Origin:
    """The origin of what is measured now with the bundle of this name or path."""
    with open_bundle(find_bundle(bundle)) as opened:
        manifest = opened.manifest
    today = datetime.now(UTC).date().isoformat()
    return Origin(manifest.name, manifest.version, manifest.created, command, today, installed_versions())


def installed_versions() -> dict[str, str]:
    """Those of the packages that can change a figure."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write_report(
    stem: Path, made: Origin, table: str, figures: dict[str, Any], others: Sequence[Origin] = ()
) -> None:
    """``STEM.json`` and ``STEM.md``, each written beside and renamed; ``others``: further bundles."""
    further = {"others": [asdict(other) for other in others]} if others else {}
    write_json(stem.with_name(f"{stem.name}.json"), {**asdict(made), **further, **figures})
    bundles = (made, *others)
    title = ", ".join(f"{each.bundle} {each.version}" for each in bundles)
    versions = ", ".join(f"{package} {number}" for package, number in made.packages.items())
    created = ", ".join(each.created for each in bundles)
    when = f"{'Bundles' if others else 'Bundle'} of {created}, measured {made.date}; {versions}"
    write_text(stem.with_name(f"{stem.name}.md"), f"# {title}\n\n`{made.command}`\n\n{when}\n\n{table}")


def write_json(path: Path, value: Any) -> None:
    """Indented, with letters as they are."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
