"""What is written can be read, from a folder or a file; what fails leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba.bundle import Manifest, open_bundle, pack_bundle, write_bundle, write_manifest
from traverba.errors import BundleFileMissingError, BundleNotFoundError


def test_a_written_bundle_describes_every_file(bundle_folder: Path) -> None:
    with open_bundle(bundle_folder, verify_hashes=True) as bundle:
        assert [entry.path for entry in bundle.manifest.files] == [
            "README.md",
            "decoder_step.onnx",
            "encoder.onnx",
            "tokenizer.json",
        ]
        # sha256sum of the file's 19 bytes, from coreutils
        assert bundle.manifest.files[2].size_bytes == 19
        assert bundle.manifest.files[2].sha256 == SHA256_OF_ENCODER


SHA256_OF_ENCODER = "747dd0943be1ae23ce68a3fd7a969bab958532d4258e375949bc75d7092ef26a"


def test_folder_and_file_hold_the_same(bundle_folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "tiny.traverba"
    pack_bundle(bundle_folder, archive)
    with open_bundle(archive, verify_hashes=True) as packed, open_bundle(bundle_folder) as plain:
        assert packed.manifest == plain.manifest
        for entry in plain.manifest.files:
            assert (packed.folder / entry.path).read_bytes() == (plain.folder / entry.path).read_bytes()
        unpacked = packed.folder
    assert not unpacked.exists()


def test_equal_bundles_are_equal_files(bundle_folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        pack_bundle(bundle_folder, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), write_bundle(tmp_path / "tiny") as partial:
        (partial / "encoder.onnx").write_bytes(b"half a graph")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_the_loader_would_refuse_is_not_written(tmp_path: Path, bundle_folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in bundle_folder.iterdir()}
    with pytest.raises(BundleFileMissingError), write_bundle(bundle_folder) as partial:
        (partial / "encoder.onnx").write_bytes(b"no manifest follows")
    assert {path.name: path.read_bytes() for path in bundle_folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == [bundle_folder]


def test_writing_again_replaces_the_bundle(bundle_folder: Path, manifest: Manifest, tmp_path: Path) -> None:
    with write_bundle(bundle_folder) as partial:
        for name in ("tokenizer.json", "encoder.onnx", "decoder_step.onnx"):
            (partial / name).write_bytes(b"another")
        write_manifest(partial, manifest)
    assert (bundle_folder / "encoder.onnx").read_bytes() == b"another"
    assert not (bundle_folder / "README.md").exists()
    assert list(tmp_path.iterdir()) == [bundle_folder]


def test_no_bundle_there_says_how_to_list_them(tmp_path: Path) -> None:
    with pytest.raises(BundleNotFoundError, match="traverba models"), open_bundle(tmp_path / "none"):
        pass
