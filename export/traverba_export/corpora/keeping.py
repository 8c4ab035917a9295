"""Encoded corpora on disk, beside the checkpoints: a run that goes on need not encode everything again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traverba_export.corpora import examples, rarity, variants, word_order
from traverba_export.corpora.examples import Encoded, Sequences

CODE = (examples.__file__, rarity.__file__, variants.__file__, word_order.__file__)
"""What is made of the same text changes with these; so do the names of the files."""
SIDES = ("a", "b")
"""Source and target: the beginnings of the names of a file's arrays."""


class EncodedCorpora:
    """A file for each corpus and direction, named after everything that it depends on."""

    def __init__(self, folder: Path, subwords: Path) -> None:
        """``folder`` need not exist; ``subwords`` is the vocabulary's file."""
        self.folder = folder
        self._used: set[Path] = set()
        self._common = hashlib.blake2b(digest_size=20)
        for path in (subwords, *map(Path, CODE)):
            self._common.update(path.read_bytes())

    def get(
        self, pairs: Sequence[tuple[str, str]], options: Iterable[object], encode: Callable[[], Encoded]
    ) -> Encoded:
        """What ``encode`` makes of ``pairs`` with ``options``, from the disk if it was made before."""
        path = self.folder / f"{self._name(pairs, options)}.npz"
        self._used.add(path)
        if path.exists():
            return read_encoded(path)
        encoded = encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        write_encoded(path, encoded)
        return encoded

    def forget_the_rest(self) -> None:
        """Delete what nobody has asked for since this object was made."""
        for path in set(self.folder.glob("*.npz")) - self._used:
            path.unlink()

    def _name(self, pairs: Sequence[tuple[str, str]], options: Iterable[object]) -> str:
        digest = self._common.copy()
        digest.update(repr(tuple(options)).encode())
        for source, target in pairs:
            digest.update(f"{source}\t{target}\n".encode())
        return digest.hexdigest()


def read_encoded(path: Path) -> Encoded:
    """What `write_encoded` wrote."""
    with np.load(path) as arrays:
        source, target = (sequences_in(arrays, side) for side in SIDES)
    return source, target


def write_encoded(path: Path, encoded: Encoded) -> None:
    """Beside and renamed; its folder must exist."""
    write_sequences(path, dict(zip(SIDES, encoded, strict=True)))


def sequences_in(arrays: Mapping[str, NDArray[Any]], name: str) -> Sequences:
    """One of those that `write_sequences` wrote."""
    return Sequences(arrays[f"{name}_ids"], arrays[f"{name}_offsets"])


def write_sequences(
    path: Path, sequences: Mapping[str, Sequences], others: Mapping[str, NDArray[Any]] | None = None
) -> None:
    """Sequences by name, and other arrays, in one file: beside and renamed; its folder must exist."""
    arrays: dict[str, Any] = {
        f"{name}_{field}": getattr(each, field)
        for name, each in sequences.items()
        for field in ("ids", "offsets")
    }
    partial = path.with_suffix(".partial")
    with partial.open("wb") as stream:
        np.savez(stream, **arrays | dict(others or {}))
    partial.replace(path)
