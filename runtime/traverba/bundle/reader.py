"""Opening and checking a bundle, wherever it lies."""

from __future__ import annotations

import hashlib
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from traverba.bundle.manifest import MANIFEST_FILE, FileEntry, Manifest, parse_manifest
from traverba.errors import (
    BundleError,
    BundleFileMissingError,
    BundleFormatError,
    BundleHashError,
    BundleNotFoundError,
)

ARCHIVE_SUFFIX = ".traverba"
MAX_MANIFEST_BYTES = 4 * 2**20
MAX_EXPANSION = 20
"""Weights hardly compress; an archive that claims to expand further than this is a bomb."""
SMALL_BUNDLE_BYTES = 16 * 2**20
"""Up to here any compression is believed."""

_CHUNK_BYTES = 2**20
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    RuntimeError,  # an encrypted member
    ValueError,  # offsets and names that cannot be
    OverflowError,
    struct.error,
    OSError,
)


@dataclass(frozen=True)
class Bundle:
    """A checked bundle."""

    manifest: Manifest
    folder: Path
    unpacked: bool = False
    """The folder goes at the end of the block."""


@contextmanager
def open_bundle(path: Path, *, verify_hashes: bool = False) -> Iterator[Bundle]:
    """Check a bundle and lend its folder; an archive is unpacked to a temporary one.

    Start-up checks that every file is there with its size, which finds what happens most (an
    interrupted download or copy) for free. Hashing would read every byte of the weights once
    more, a good part of the time that loading takes, so it is left to ``traverba doctor``,
    ``traverba models verify`` and ``verify_hashes``.
    """
    if path.is_dir():
        manifest = _read_manifest(path)
        verify_files(path, manifest, hashes=verify_hashes)
        yield Bundle(manifest, path)
    elif path.is_file():
        # Sessions keep no file open after loading, except on Windows, where removal may fail.
        with tempfile.TemporaryDirectory(prefix="traverba-", ignore_cleanup_errors=True) as unpacked:
            folder = Path(unpacked)
            manifest = _unpack(path, folder)
            verify_files(folder, manifest, hashes=verify_hashes)
            yield Bundle(manifest, folder, unpacked=True)
    else:
        raise BundleNotFoundError(f"there is no bundle at {path}; list those installed with: traverba models")


def verify_files(folder: Path, manifest: Manifest, *, hashes: bool) -> None:
    """Check every file against the manifest and name all that are wrong at once."""
    missing = [entry.path for entry in manifest.files if not _is_file(folder / entry.path)]
    if missing:
        raise BundleFileMissingError(
            f"{folder} lacks {', '.join(missing)}, which its manifest names; fetch or export the bundle again"
        )
    wrong = [reason for entry in manifest.files if (reason := _difference(folder, entry, hashes))]
    if wrong:
        raise BundleHashError(
            f"{folder} does not hold what its manifest describes: {'; '.join(wrong)}; fetch or export it anew"
        )


def _difference(folder: Path, entry: FileEntry, hashes: bool) -> str | None:
    path = folder / entry.path
    try:
        size_bytes = path.stat().st_size
        if size_bytes != entry.size_bytes:
            return f"{entry.path} has {size_bytes} bytes instead of {entry.size_bytes}"
        if hashes and sha256(path) != entry.sha256:
            return f"{entry.path} has another SHA-256"
    except OSError as error:
        return f"{entry.path} cannot be read ({error.strerror})"
    return None


def sha256(path: Path) -> str:
    """Of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that this file system cannot have
        return False


def _read_manifest(folder: Path) -> Manifest:
    try:
        with (folder / MANIFEST_FILE).open("rb") as file:
            return parse_manifest(_bounded(file.read(MAX_MANIFEST_BYTES + 1)))
    except OSError as error:
        raise BundleFileMissingError(
            f"{folder} is not a bundle: {MANIFEST_FILE} cannot be read ({error.strerror})"
        ) from error


def _bounded(manifest: bytes) -> bytes:
    if len(manifest) > MAX_MANIFEST_BYTES:
        raise BundleFormatError(f"{MANIFEST_FILE} is larger than {MAX_MANIFEST_BYTES} bytes")
    return manifest


def _unpack(archive: Path, folder: Path) -> Manifest:
    """Write the files that the manifest names, and no others, below ``folder``."""
    try:
        with zipfile.ZipFile(archive) as members:
            present = set(members.namelist())
            if MANIFEST_FILE not in present:
                raise BundleFileMissingError(f"{archive} is not a bundle: it holds no {MANIFEST_FILE}")
            with _open_member(members, MANIFEST_FILE) as file:
                manifest = parse_manifest(_bounded(file.read(MAX_MANIFEST_BYTES + 1)))
            _refuse_bomb(archive, manifest)
            for entry in manifest.files:
                if entry.path in present:  # verify_files names all that are missing
                    _extract(members, entry, folder / entry.path)
            return manifest
    except BundleError:
        raise
    except _ARCHIVE_ERRORS as error:
        raise BundleFormatError(
            f"{archive} is damaged ({error}); fetch or export the bundle again"
        ) from error


def _open_member(members: zipfile.ZipFile, name: str) -> IO[bytes]:
    if members.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleFormatError(f"{name} is compressed in a way that no bundle uses; pack the bundle again")
    return members.open(name)


def _refuse_bomb(archive: Path, manifest: Manifest) -> None:
    claimed = sum(entry.size_bytes for entry in manifest.files)
    if claimed > max(SMALL_BUNDLE_BYTES, MAX_EXPANSION * archive.stat().st_size):
        raise BundleFormatError(f"{archive} claims to expand to {claimed} bytes, which no bundle does")


def _extract(members: zipfile.ZipFile, entry: FileEntry, destination: Path) -> None:
    """At most one byte more than the manifest allows: enough for the size check to refuse it."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    left = entry.size_bytes + 1
    with _open_member(members, entry.path) as source, destination.open("wb") as target:
        while left > 0 and (chunk := source.read(min(left, _CHUNK_BYTES))):
            target.write(chunk)
            left -= len(chunk)
