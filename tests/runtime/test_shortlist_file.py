"""The file of a shortlist: what is written is read back, and what is damaged is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from traverba.decoding import Lexicon, Shortlist
from traverba.errors import BundleFormatError
from traverba.shortlist_file import read_shortlist, write_shortlist

VOCAB_SIZE = 50


@pytest.fixture
def shortlist() -> Shortlist:
    rng = np.random.default_rng(1)
    likely = rng.integers(0, VOCAB_SIZE, (VOCAB_SIZE, 4))
    return Shortlist({4: Lexicon(np.arange(5, 9), likely, np.array([9, 7, 30]))}, VOCAB_SIZE, 16)


@pytest.fixture
def path(tmp_path: Path, shortlist: Shortlist) -> Path:
    write_shortlist(tmp_path / "shortlist.npz", shortlist)
    return tmp_path / "shortlist.npz"


def test_what_is_written_is_read_back(path: Path, shortlist: Shortlist) -> None:
    found = read_shortlist(path, VOCAB_SIZE)
    assert (found.vocab_size, found.per_position, list(found.lexicons)) == (VOCAB_SIZE, 16, [4])
    for part in ("always", "likely", "frequent"):
        np.testing.assert_array_equal(getattr(found.lexicons[4], part), getattr(shortlist.lexicons[4], part))


def test_equal_shortlists_are_equal_files(path: Path, tmp_path: Path, shortlist: Shortlist) -> None:
    write_shortlist(tmp_path / "again.npz", shortlist)
    assert path.read_bytes() == (tmp_path / "again.npz").read_bytes()


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "flipped"])
def test_a_damaged_file_is_refused(path: Path, damage: str) -> None:
    content = path.read_bytes()
    middle = len(content) // 3
    damaged = {
        "empty": b"",
        "cut": content[:middle],
        "text": b"not an archive",
        "flipped": content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :],
    }
    path.write_bytes(damaged[damage])
    with pytest.raises(BundleFormatError, match=r"shortlist\.npz"):
        read_shortlist(path, VOCAB_SIZE)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("4.always", np.array([5, VOCAB_SIZE], np.uint16)),
        ("4.always", np.array([5.0])),
        ("4.likely", np.zeros((3, 4), np.uint16)),
        ("4.likely", np.zeros(VOCAB_SIZE, np.uint16)),
        ("4.frequent", None),
        ("per_position", None),
        ("per_position", np.array(0, np.uint16)),
        ("x.always", np.zeros(3, np.uint16)),
    ],
)
def test_arrays_that_cannot_be_are_refused(path: Path, name: str, array: np.ndarray | None) -> None:
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays.pop(name, None)
    if array is not None:
        arrays[name] = array
    np.savez(path, **arrays)
    with pytest.raises(BundleFormatError, match="export the bundle again"):
        read_shortlist(path, VOCAB_SIZE)


def test_no_language_is_no_shortlist(path: Path) -> None:
    np.savez(path, per_position=np.array(3, np.uint16))
    with pytest.raises(BundleFormatError, match="names no tokens"):
        read_shortlist(path, VOCAB_SIZE)
