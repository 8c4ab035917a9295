"""A real vocabulary, trained in a moment, and a bundle around it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from traverba.bundle import Direction, Manifest, write_bundle, write_manifest

RESERVED = ("<pad>", "<s>", "</s>", "<2en>", "<2fr>")
SENTENCES = (
    " the machines win",
    " les machines gagnent",
    " Грузовик внезапно остановился",
    " été, déjà ! 👍🏽 日本語",
)


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ``tokenizer.json`` whose first ids are `RESERVED`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=list(RESERVED),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([s for s in SENTENCES for _ in range(5)], trainer)
    spec = json.loads(tokenizer.to_str())
    spec["added_tokens"] = []
    path = tmp_path_factory.mktemp("vocabulary") / "tokenizer.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def manifest(vocabulary: Path) -> Manifest:
    """Of a model that translates between English and French."""
    return Manifest(
        name="tiny",
        version="1",
        created="2026-01-01T00:00:00+00:00",
        languages=("en", "fr"),
        directions=(Direction("en", "fr"), Direction("fr", "en")),
        target_tokens={"en": 3, "fr": 4},
        vocab_size=len(json.loads(vocabulary.read_text())["model"]["vocab"]),
    )


@pytest.fixture
def bundle_folder(tmp_path: Path, vocabulary: Path, manifest: Manifest) -> Path:
    """A bundle that is sound except that its graphs are only bytes."""
    folder = tmp_path / "tiny"
    with write_bundle(folder) as partial:
        (partial / "tokenizer.json").write_bytes(vocabulary.read_bytes())
        (partial / "encoder.onnx").write_bytes(b"the encoder's graph")
        (partial / "decoder_step.onnx").write_bytes(b"the step's graph")
        (partial / "README.md").write_text("# tiny\n")
        write_manifest(partial, manifest)
    return folder
