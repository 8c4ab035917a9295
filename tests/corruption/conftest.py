"""A sound bundle in both of its forms, to be damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba.bundle import Direction, Manifest, pack_bundle, write_bundle, write_manifest

MANIFEST = Manifest(
    name="sound",
    version="1",
    created="2026-01-01T00:00:00+00:00",
    languages=("en", "fr"),
    directions=(Direction("en", "fr"),),
    target_tokens={"fr": 3},
    vocab_size=300,
)


@pytest.fixture(scope="session")
def sound_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "sound"
    with write_bundle(folder) as partial:
        for name in ("encoder.onnx", "decoder_step.onnx", "tokenizer.json"):
            (partial / name).write_bytes(f"content of {name}".encode() * 20)
        write_manifest(partial, MANIFEST)
    return folder


@pytest.fixture(scope="session")
def sound_archive(sound_folder: Path) -> Path:
    archive = sound_folder.with_suffix(".traverba")
    pack_bundle(sound_folder, archive)
    return archive
