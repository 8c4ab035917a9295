"""Writing bundles: beside their place, then renamed, so that a failure leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from traverba.bundle.manifest import MANIFEST_FILE, FileEntry, Manifest
from traverba.bundle.reader import open_bundle, sha256

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip can hold; a fixed one makes equal bundles equal files."""


@contextmanager
def write_bundle(destination: Path) -> Iterator[Path]:
    """Lend ``NAME.partial`` to be filled; rename it to ``destination`` once it passes the loader's checks.

    The block writes the graphs, the tokenizer and the model card, and last calls
    `write_manifest`. If it raises, or the result is not a sound bundle, the folder is
    removed and a bundle that was at ``destination`` before stays as it was.
    """
    partial = destination.with_name(f"{destination.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        with open_bundle(partial, verify_hashes=True):
            pass
        _replace_folder(partial, destination)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Describe every file now in ``folder`` and write ``manifest.json``; returns what was written."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST_FILE)
    entries = tuple(
        FileEntry(path.relative_to(folder).as_posix(), path.stat().st_size, sha256(path)) for path in paths
    )
    complete = replace(manifest, files=entries)
    text = json.dumps(complete.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST_FILE).write_text(f"{text}\n", encoding="utf-8")
    return complete


def pack_bundle(folder: Path, archive: Path) -> None:
    """Put a bundle's files into one zip, the manifest first; equal bundles give equal bytes."""
    partial = archive.with_name(f"{archive.name}.partial")
    try:
        with open_bundle(folder, verify_hashes=True) as bundle, zipfile.ZipFile(partial, "w") as members:
            for name in (MANIFEST_FILE, *(entry.path for entry in bundle.manifest.files)):
                info = zipfile.ZipInfo(name, date_time=_EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                members.writestr(info, (folder / name).read_bytes())
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)


def _replace_folder(partial: Path, destination: Path) -> None:
    """Two renames, since no system replaces a folder that has content in one."""
    previous = destination.with_name(f"{destination.name}.previous.partial")
    if destination.exists():
        shutil.rmtree(previous, ignore_errors=True)
        destination.rename(previous)
    partial.rename(destination)
    shutil.rmtree(previous, ignore_errors=True)
