"""Damage that start-up does not hash for: graph and vocabulary are still refused, or still work."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traverba import BundleError, BundleFormatError, load_translator

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
GRAPHS = ("encoder.onnx", "decoder_step.onnx")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    with zipfile.ZipFile(TINY) as archive:
        archive.extractall(folder)
    return folder


def with_manifest_of(folder: Path, name: str) -> None:
    """Let the manifest agree with the damaged file, as if it had been damaged before it was described."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["files"]:
        if entry["path"] == name:
            entry["size_bytes"] = (folder / name).stat().st_size
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_graph_cannot_be_loaded(unpacked: Path, tmp_path: Path, name: str, kept: float) -> None:
    folder = Path(shutil.copytree(unpacked, tmp_path / "copy"))
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(kept * len(content))])
    with_manifest_of(folder, name)
    with pytest.raises(BundleFormatError, match=f"{name} cannot be loaded"):
        load_translator(folder, device="cpu", threads=1)


def test_swapped_graphs_break_the_contract(unpacked: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unpacked, tmp_path / "copy"))
    encoder, decoder_step = ((folder / name).read_bytes() for name in GRAPHS)
    (folder / "encoder.onnx").write_bytes(decoder_step)
    (folder / "decoder_step.onnx").write_bytes(encoder)
    for name in GRAPHS:
        with_manifest_of(folder, name)
    with pytest.raises(
        BundleError, match=r"encoder input src_ids is missing.*decoder_step input prev_ids is missing"
    ):
        load_translator(folder, device="cpu", threads=1)


@settings(max_examples=60)
@given(data=st.data(), name=st.sampled_from([*GRAPHS, "tokenizer.json"]))
def test_flipped_bits_are_a_bundle_error_or_only_another_weight(
    unpacked: Path, data: st.DataObject, name: str
) -> None:
    path = unpacked / name
    sound = path.read_bytes()
    content = bytearray(sound)
    for bit in data.draw(st.lists(st.integers(0, 8 * len(sound) - 1), min_size=1, max_size=4)):
        content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    try:
        load_translator(unpacked, device="cpu", threads=1).translate("lout bami baut.", target="qab")
    except BundleError:
        pass
    finally:
        path.write_bytes(sound)
    if content != sound:
        path.write_bytes(content)
        try:
            with pytest.raises(BundleError, match=f"{name} has another SHA-256"):
                load_translator(unpacked, device="cpu", threads=1, verify=True)
        finally:
            path.write_bytes(sound)
