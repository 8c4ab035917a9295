"""A real vocabulary, trained in a moment, a bundle around it, and a translator with a scripted model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from traverba.bundle import Direction, Manifest, write_bundle, write_manifest
from traverba.decoding import DecodeOptions
from traverba.decoding.model import Ids, Memory, State, StepOutput
from traverba.text import BpeTokenizer
from traverba.translator import Translator

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


@dataclass(frozen=True, eq=False)
class CopyMemory:
    """The source ids themselves."""

    src_ids: Ids  # (B, S)

    @property
    def batch_size(self) -> int:
        return len(self.src_ids)

    @property
    def src_length(self) -> int:
        return self.src_ids.shape[1]


class CopyModel:
    """Writes the source again, token by token; its state is the position of each row.

    The token to copy has probability 1/2, and the one with the next higher id 1/4.
    """

    EVERYTHING_ELSE = -30.0
    shortlist = None

    def __init__(self, vocab_size: int) -> None:
        self.vocab_size = vocab_size
        self.encoder_runs = 0

    def encode(self, src_ids: Ids, src_lengths: NDArray[np.int32]) -> tuple[CopyMemory, Ids]:
        self.encoder_runs += 1
        return CopyMemory(src_ids), np.zeros(len(src_ids), np.int64)

    def step(
        self,
        prev_ids: Ids,
        parents: Ids,
        state: State,
        memory: Memory,
        top_k: int,
        *,
        with_log_probs: bool = False,
    ) -> StepOutput:
        assert isinstance(memory, CopyMemory) and isinstance(state, np.ndarray)
        rows = np.arange(len(prev_ids))
        # Position 0 of the source is the language token.
        position = np.minimum(state[parents] + 1, memory.src_length - 1)
        sources = np.repeat(memory.src_ids, len(rows) // memory.batch_size, axis=0)
        copied = sources[rows, position]
        log_probs = np.full((len(rows), self.vocab_size), self.EVERYTHING_ELSE, np.float32)
        log_probs[rows, (copied + 1) % self.vocab_size] = np.log(0.25)
        log_probs[rows, copied] = np.log(0.5)
        attention = np.zeros((len(rows), memory.src_length), np.float32)
        attention[rows, position] = 1.0
        top_ids = np.argsort(-log_probs, axis=1, kind="stable")[:, :top_k]
        return StepOutput(
            top_log_probs=np.take_along_axis(log_probs, top_ids, axis=1),
            top_ids=top_ids,
            state=position,
            attention=attention,
            log_probs=log_probs if with_log_probs else None,
        )

    def select(self, memory: Memory, sentences: Ids) -> CopyMemory:
        assert isinstance(memory, CopyMemory)
        return CopyMemory(memory.src_ids[sentences])


@pytest.fixture
def tokenizer(vocabulary: Path) -> BpeTokenizer:
    return BpeTokenizer(vocabulary, range(len(RESERVED)))


@pytest.fixture
def model(tokenizer: BpeTokenizer) -> CopyModel:
    return CopyModel(tokenizer.vocab_size)


@pytest.fixture
def translator(model: CopyModel, tokenizer: BpeTokenizer, manifest: Manifest) -> Translator:
    """Translates every text into itself."""
    return Translator(
        lambda _: model,
        tokenizer,
        manifest,
        options=DecodeOptions(beam_size=2, guards="off"),
        provider="scripted",
        precision="fp32",
        threads=1,
    )
