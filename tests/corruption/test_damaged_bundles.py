"""Whatever happens to a bundle on its way, the answer is a `BundleError` that names the damage."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.bundle import open_bundle
from traverba.errors import (
    BundleError,
    BundleFileMissingError,
    BundleFormatError,
    BundleHashError,
    BundleVersionError,
)


@pytest.fixture
def folder(sound_folder: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(sound_folder, tmp_path / "copy"))


def check(path: Path, *, verify_hashes: bool = True) -> None:
    with open_bundle(path, verify_hashes=verify_hashes):
        pass


def edit_manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES: list[tuple[Callable[[Path], object], type[BundleError], str]] = [
    (lambda f: (f / "manifest.json").unlink(), BundleFileMissingError, "manifest.json"),
    (lambda f: (f / "encoder.onnx").unlink(), BundleFileMissingError, "encoder.onnx"),
    (lambda f: truncate(f / "manifest.json"), BundleFormatError, "not JSON"),
    (lambda f: truncate(f / "encoder.onnx"), BundleHashError, "encoder.onnx has 458 bytes instead of 460"),
    (lambda f: flip_a_bit(f / "tokenizer.json"), BundleHashError, "tokenizer.json has another SHA-256"),
    (lambda f: edit_manifest(f, format_version=99), BundleVersionError, "format version 99"),
    (lambda f: edit_manifest(f, languages="en"), BundleFormatError, "languages: expected a list"),
]


@pytest.mark.parametrize(("damage", "error", "message"), DAMAGES)
def test_each_damage_has_its_own_error(
    folder: Path, damage: Callable[[Path], object], error: type[BundleError], message: str
) -> None:
    damage(folder)
    with pytest.raises(error, match=message):
        check(folder)


def test_all_missing_files_are_named_at_once(folder: Path) -> None:
    (folder / "encoder.onnx").unlink()
    (folder / "tokenizer.json").unlink()
    with pytest.raises(BundleFileMissingError, match=r"lacks encoder\.onnx, tokenizer\.json"):
        check(folder)


def test_all_wrong_files_are_named_at_once(folder: Path) -> None:
    truncate(folder / "encoder.onnx")
    flip_a_bit(folder / "tokenizer.json")
    with pytest.raises(BundleHashError, match=r"encoder\.onnx has 458.*; tokenizer\.json has another"):
        check(folder)


def test_start_up_finds_a_wrong_size_without_hashing(folder: Path) -> None:
    flip_a_bit(folder / "tokenizer.json")
    check(folder, verify_hashes=False)
    truncate(folder / "encoder.onnx")
    with pytest.raises(BundleHashError):
        check(folder, verify_hashes=False)


def test_a_huge_manifest_is_not_read(folder: Path) -> None:
    with (folder / "manifest.json").open("r+b") as file:
        file.truncate(10**9)  # a sparse file: nothing is written
    with pytest.raises(BundleFormatError, match="larger than"):
        check(folder)


@given(data=st.data())
def test_a_damaged_manifest_is_a_bundle_error_or_harmless(sound_folder: Path, data: st.DataObject) -> None:
    """A flipped bit in the model's name is no damage; anything else must be caught."""
    with_damage(sound_folder / "manifest.json", data)


@given(data=st.data(), name=st.sampled_from(["encoder.onnx", "decoder_step.onnx", "tokenizer.json"]))
def test_a_damaged_file_never_passes(sound_folder: Path, data: st.DataObject, name: str) -> None:
    assert with_damage(sound_folder / name, data) is BundleHashError


@given(data=st.data())
def test_a_damaged_archive_is_a_bundle_error_or_harmless(sound_archive: Path, data: st.DataObject) -> None:
    """A few bytes of a zip (dates, say) mean nothing; what is accepted has passed every hash."""
    with_damage(sound_archive, data)


def with_damage(path: Path, data: st.DataObject) -> type[BundleError] | None:
    """Damage a file, open the bundle, repair the file; what was raised, if anything."""
    sound = path.read_bytes()
    path.write_bytes(data.draw(damaged(sound)))
    try:
        check(path if path.suffix == ".traverba" else path.parent)
    except BundleError as error:
        return type(error)
    finally:
        path.write_bytes(sound)
    return None


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """Cut short, or with some bits flipped."""
    if draw(st.booleans()):
        return sound[: draw(st.integers(0, len(sound) - 1))]
    content = bytearray(sound)
    bits = draw(st.lists(st.integers(0, 8 * len(sound) - 1), min_size=1, max_size=4, unique=True))
    for bit in bits:
        content[bit // 8] ^= 1 << bit % 8
    return bytes(content)


def rewrite(archive: Path, destination: Path, members: dict[str, bytes]) -> Path:
    """A copy of an archive in which some members are replaced or added."""
    with (
        zipfile.ZipFile(archive) as source,
        zipfile.ZipFile(destination, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in {*source.namelist(), *members}:
            target.writestr(name, members.get(name) or source.read(name))
    return destination


def test_an_archive_writes_only_what_its_manifest_names(sound_archive: Path, tmp_path: Path) -> None:
    evil = rewrite(
        sound_archive, tmp_path / "evil.traverba", {"../escaped": b"x", "/tmp/absolute": b"x", "more": b"x"}
    )
    with open_bundle(evil) as bundle:
        assert {path.name for path in bundle.folder.iterdir()} == {
            "encoder.onnx",
            "decoder_step.onnx",
            "tokenizer.json",
        }
        assert not (bundle.folder.parent / "escaped").exists()


def test_a_path_that_leaves_the_bundle_is_refused(
    sound_archive: Path, sound_folder: Path, tmp_path: Path
) -> None:
    manifest = json.loads((sound_folder / "manifest.json").read_text())
    manifest["files"].append({"path": "../escaped", "size_bytes": 1, "sha256": "0" * 64})
    members = {"manifest.json": json.dumps(manifest).encode(), "../escaped": b"x"}
    with pytest.raises(BundleFormatError, match=r"unsafe file path '\.\./escaped'"):
        check(rewrite(sound_archive, tmp_path / "evil.traverba", members))


def test_a_bomb_is_refused_before_it_is_unpacked(
    sound_archive: Path, sound_folder: Path, tmp_path: Path
) -> None:
    manifest = json.loads((sound_folder / "manifest.json").read_text())
    manifest["files"][0]["size_bytes"] = 10**12
    members = {"manifest.json": json.dumps(manifest).encode()}
    with pytest.raises(BundleFormatError, match="claims to expand to"):
        check(rewrite(sound_archive, tmp_path / "bomb.traverba", members))


def test_a_member_that_grows_past_its_size_is_cut_off(sound_archive: Path, tmp_path: Path) -> None:
    members = {"encoder.onnx": bytes(50_000_000)}
    bomb = rewrite(sound_archive, tmp_path / "bomb.traverba", members)
    with pytest.raises(BundleHashError, match="has 461 bytes instead of 460"):
        check(bomb)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_no_bundle_uses_is_refused(
    sound_folder: Path, tmp_path: Path, method: int
) -> None:
    archive = tmp_path / "odd.traverba"
    with zipfile.ZipFile(archive, "w", method) as members:
        for path in sound_folder.iterdir():
            members.write(path, path.name)
    with pytest.raises(BundleFormatError, match="compressed in a way"):
        check(archive)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"\x00" * 100])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.traverba"
    path.write_bytes(content)
    with pytest.raises(BundleFormatError, match="is damaged"):
        check(path)
