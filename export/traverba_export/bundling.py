"""From trained weights to a bundle: graphs, verified, with everything a loader and a user want to know."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import onnx
import torch

from traverba.bundle import (
    Direction,
    Manifest,
    Score,
    SpecialTokens,
    TrainingData,
    Variant,
    pack_bundle,
    write_bundle,
    write_manifest,
)
from traverba.bundle.manifest import DECODER_STEP_FILE, ENCODER_FILE, MODEL_CARD_FILE, TOKENIZER_FILE
from traverba.bundle.reader import ARCHIVE_SUFFIX
from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.model_card import model_card
from traverba_export.recipe import Recipe, split_direction
from traverba_export.subwords import BOS, EOS, PAD, Subwords
from traverba_export.verification import GraphPair, ParityReport, verify

Storage = Literal["fp16", "fp32"]

VERIFIED_SENTENCES = 200
"""Greedy translations compared with PyTorch's before a bundle is written."""


@dataclass(frozen=True)
class Trained:
    """What training left: the model, and its scores on dev."""

    model: EncoderDecoder
    scores: tuple[Score, ...]


def load_trained(weights_file: Path) -> Trained:
    """Read the trainer's ``final.pt``."""
    state = torch.load(weights_file, map_location="cpu", weights_only=True)
    model = EncoderDecoder(ModelConfig(**state["config"]))
    model.load_state_dict(state["model"])
    return Trained(model.eval(), tuple(s for dev in state["dev"] for s in _dev_scores(dev)))


def _dev_scores(dev: dict[str, Any]) -> list[Score]:
    """One direction of the trainer's last evaluation."""
    source, target = split_direction(dev["direction"])
    return [
        Score(source, target, "dev", metric, round(dev[key], 2), dev[f"{key}_signature"], "greedy")
        for metric, key in (("BLEU", "bleu"), ("chrF", "chrf"))
    ]


def load_scores(path: Path) -> tuple[Score, ...]:
    """Scores on test sets: a JSON list of objects with the fields of `traverba.bundle.Score`."""
    return tuple(Score(**entry) for entry in json.loads(path.read_text(encoding="utf-8")))


@torch.no_grad()
def round_weights(model: EncoderDecoder, storage: Storage) -> None:
    """Give the model the weights that ``storage`` can hold, so that parity is judged on what is shipped."""
    if storage == "fp16":
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())


def export_bundle(
    weights_file: Path,
    tokenizer_path: Path,
    recipe: Recipe,
    out: Path,
    *,
    sentences: Sequence[tuple[str, str]] = (),
    storage: Storage = "fp16",
    bundle_version: str = "1",
    scores: Sequence[Score] = (),
) -> ParityReport:
    """Write the bundle ``out``: one file if it ends in .traverba, a folder otherwise.

    ``sentences`` are (target language, source text); greedy translations of up to 200 of them must
    be PyTorch's. On `ParityError`, or any other, nothing is left behind.
    """
    trained, subwords = load_trained(weights_file), Subwords(tokenizer_path)
    if subwords.vocab_size != trained.model.config.vocab_size:
        raise ValueError(
            f"{weights_file} has {trained.model.config.vocab_size} subwords, {tokenizer_path} has "
            f"{subwords.vocab_size}; give the vocabulary of the same run, and train with its size"
        )
    round_weights(trained.model, storage)
    manifest = _manifest(recipe, trained, subwords, storage, bundle_version, scores)
    if out.suffix != ARCHIVE_SUFFIX:
        return _write_folder(out, trained.model, subwords, manifest, sentences)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="traverba-export-") as scratch:
        folder = Path(scratch) / out.stem
        report = _write_folder(folder, trained.model, subwords, manifest, sentences)
        pack_bundle(folder, out)
    return report


def _write_folder(
    folder: Path,
    model: EncoderDecoder,
    subwords: Subwords,
    manifest: Manifest,
    sentences: Sequence[tuple[str, str]],
) -> ParityReport:
    with write_bundle(folder) as partial:
        encoder, decoder_step = partial / ENCODER_FILE, partial / DECODER_STEP_FILE
        onnx.save(build_encoder(model, FloatArithmetic()), encoder)
        onnx.save(build_decoder_step(model, FloatArithmetic()), decoder_step)
        report = verify(model, GraphPair(encoder, decoder_step), _sources(subwords, sentences))
        (partial / TOKENIZER_FILE).write_bytes(subwords.path.read_bytes())
        (partial / MODEL_CARD_FILE).write_text(model_card(manifest), encoding="utf-8")
        write_manifest(partial, manifest)
    return report


def _sources(subwords: Subwords, sentences: Sequence[tuple[str, str]]) -> list[list[int]]:
    """Source sequences as the model reads them: language token, pieces, end token."""
    chosen = sentences[:VERIFIED_SENTENCES]
    pieces = subwords.encode_batch([text for _, text in chosen])
    tokens = [subwords.language_token(language) for language, _ in chosen]
    return [[token, *ids, EOS] for token, ids in zip(tokens, pieces, strict=True)]


def _manifest(
    recipe: Recipe,
    trained: Trained,
    subwords: Subwords,
    storage: Storage,
    bundle_version: str,
    scores: Sequence[Score],
) -> Manifest:
    directions = tuple(Direction(source, target) for source, target in recipe.directions)
    return Manifest(
        name=recipe.name,
        version=bundle_version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        languages=recipe.languages,
        directions=directions,
        target_tokens={d.target: subwords.language_token(d.target) for d in directions},
        vocab_size=subwords.vocab_size,
        special_tokens=SpecialTokens(PAD, BOS, EOS),
        variants=(Variant(precision="fp32", storage=storage),),
        model=trained.model.config.to_dict(),
        training_data=tuple(TrainingData(c.paths[0], c.licence, c.attribution) for c in recipe.corpora),
        scores=(*trained.scores, *scores),
        exporter={name: version(name) for name in ("torch", "onnx", "onnxruntime")},
    )
