"""The models that are measured: the bundled one, or a named shape with random weights.

Speed depends on shapes, not on what the weights say, so a shape with random weights is measured
beside the bundled model: a small bundled model must not flatter anybody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.systems.traverba_graphs import target_language
from benchmarks.texts import sentences
from traverba.bundle import Manifest, find_bundle, open_bundle
from traverba.errors import BundleNotFoundError
from traverba_export.alignment.shortlist import random_shortlist
from traverba_export.bundling import export_bundle, load_trained
from traverba_export.comparison import ExportReport
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.graph_files import round_weights
from traverba_export.model import PRESETS, EncoderDecoder, ModelConfig, TranslationModel
from traverba_export.recipe import Recipe
from traverba_export.subwords import EOS, Subwords, train_subwords

LANGUAGES = ("en", "fr")
WEIGHTS, TOKENIZER = "final.pt", "tokenizer.json"
CALIBRATION_SENTENCES = 20
"""Enough for ranges that clip nothing; how well random weights translate does not matter."""


@dataclass(frozen=True)
class Subject:
    """A bundle, and the same model in PyTorch."""

    name: str
    bundle: Path
    manifest: Manifest
    model: EncoderDecoder
    same_weights: bool
    """Whether `model` holds the bundle's weights, or random ones of the same shape."""


def find_subject(name: str, weights: Path | None, scratch: Path) -> Subject:
    """A bundled model's name, the path of a bundle, or a preset's name.

    ``weights`` is the trainer's file for that bundle, where there is one.
    """
    label, bundle = subject_bundle(name, scratch)
    made = scratch / WEIGHTS
    return _subject(label, bundle, weights or (made if made.exists() else None))


def subject_bundle(name: str, scratch: Path) -> tuple[str, Path]:
    """What to call a subject, and where its bundle is; a preset's is made in ``scratch``."""
    try:
        bundle = find_bundle(name)
    except BundleNotFoundError as error:
        if name in PRESETS:
            return name, _random_bundle(name, scratch)
        raise SystemExit(f"{error}; presets: {', '.join(PRESETS)}") from error
    return bundle.stem, bundle


def _random_bundle(preset: str, folder: Path) -> Path:
    """A bundle with random weights, written by the real exporter."""
    random_model(preset, folder)
    export_random_model(preset, folder / preset, sentences(CALIBRATION_SENTENCES))
    return folder / preset


def random_model(preset: str, folder: Path) -> None:
    """A vocabulary and random weights of a shape, as training would leave them in ``folder``."""
    torch.manual_seed(1)
    size = PRESETS[preset].vocab_size
    vocabulary = train_subwords(_random_words(size), LANGUAGES, size, folder / TOKENIZER)
    config = replace(PRESETS[preset], vocab_size=vocabulary.vocab_size)
    model = EncoderDecoder(config)
    torch.save({"config": config.to_dict(), "model": model.state_dict(), "dev": []}, folder / WEIGHTS)


def export_random_model(
    preset: str, bundle: Path, calibration: Sequence[str], verified: Sequence[str] = ()
) -> ExportReport:
    """The bundle of `random_model`, which left its files beside; ``verified`` are compared word for word."""
    vocabulary = Subwords(bundle.with_name(TOKENIZER))
    config = replace(PRESETS[preset], vocab_size=vocabulary.vocab_size)
    languages = vocabulary.target_tokens.values()
    return export_bundle(
        bundle.with_name(WEIGHTS),
        vocabulary.path,
        _recipe(preset, config),
        bundle,
        sentences=[("fr", text) for text in verified],
        calibration=[("fr", text) for text in calibration],
        shortlist=random_shortlist(languages, config.vocab_size, EOS + 1 + len(LANGUAGES)),
        precisions=("int8", "fp32"),
    )


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    """Where models made on the fly live for one run."""
    return tempfile.TemporaryDirectory(prefix="traverba-benchmark-")


def _subject(name: str, bundle: Path, weights: Path | None) -> Subject:
    with open_bundle(bundle) as opened:
        manifest = opened.manifest
    model: TranslationModel
    if weights is not None:
        model = load_trained(weights).model.into(target_language(manifest))
        if any(variant.storage == "fp16" for variant in manifest.variants):
            round_weights(model, "fp16")
    else:
        torch.manual_seed(1)
        model = EncoderDecoder(replace(ModelConfig(**manifest.model), own_decoders=()))
    assert isinstance(model, EncoderDecoder)  # the other rungs are not compared
    return Subject(name, bundle, manifest, model.eval(), same_weights=weights is not None)


def _random_words(vocab_size: int) -> list[str]:
    """Enough made-up words for a vocabulary of that size to be learned from."""
    rng = np.random.default_rng(1)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(rng.choice(letters, size)) for size in rng.integers(3, 9, 2 * vocab_size)]
    return words * 2


def _recipe(name: str, config: ModelConfig) -> Recipe:
    corpus = CorpusSpec(
        paths=("none: random weights",),
        languages=LANGUAGES,
        directions={"en-fr": 1.0, "fr-en": 1.0},
        licence="none",
        attribution="none",
    )
    return Recipe(name=name, model=config, corpora=(corpus,), dev=(), vocab_size=config.vocab_size)
