"""From trained weights to a bundle: graphs, verified, with everything a loader and a user want to know."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from traverba.bundle import (
    Direction,
    Manifest,
    Score,
    SpecialTokens,
    Variant,
    open_bundle,
    pack_bundle,
    write_bundle,
    write_manifest,
)
from traverba.bundle.manifest import (
    MANIFEST_FILE,
    MODEL_CARD_FILE,
    SHORTLIST_FILE,
    TOKENIZER_FILE,
)
from traverba.bundle.reader import ARCHIVE_SUFFIX
from traverba.decoding import Shortlist
from traverba.shortlist_file import write_shortlist
from traverba_export.comparison import ExportReport, compare, of_all
from traverba_export.graph_files import Sources, write_graphs
from traverba_export.model import ModelConfig, TranslationModel, build_model
from traverba_export.model_card import model_card, training_data
from traverba_export.recipe import Recipe, RecipeError, split_direction
from traverba_export.subwords import BOS, EOS, PAD, Subwords
from traverba_export.variants import Precision, Storage, variant_of

Sentence = tuple[str, str]
"""Target language and source text."""

VERIFIED_SENTENCES = 200
"""Greedy translations compared with PyTorch's before a bundle is written."""


@dataclass(frozen=True)
class Trained:
    """What training left: the model, and its scores on dev."""

    model: TranslationModel
    scores: tuple[Score, ...]


def load_trained(weights_file: Path) -> Trained:
    """Read the trainer's ``final.pt``."""
    state = torch.load(weights_file, map_location="cpu", weights_only=True)
    model = build_model(ModelConfig(**state["config"]))
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


def export_bundle(
    weights_file: Path,
    tokenizer_path: Path,
    recipe: Recipe,
    out: Path,
    *,
    sentences: Sequence[Sentence] = (),
    calibration: Sequence[Sentence] = (),
    shortlist: Shortlist | None = None,
    precisions: Sequence[Precision] = ("fp32",),
    storage: Storage = "fp16",
    bundle_version: str = "1",
    scores: Sequence[Score] = (),
) -> ExportReport:
    """Write the bundle ``out``: one file if it ends in .traverba, a folder otherwise.

    Greedy translations of up to 200 ``sentences`` must be PyTorch's, from float32 graphs whose
    weights are those that are stored. The first of ``precisions`` is what a runtime takes unless
    told otherwise; int8 is made with ranges measured on ``calibration``, sentences not used to
    judge it. fp16 is for a GPU; beside fp32 graphs that are stored in float16 it reads the same weights
    from the same file, and with ``storage`` "int8" all graphs read the integers of the int8 ones. A
    ``shortlist`` adds the graphs that use it. On `ParityError`, or any other, nothing is left behind.
    """
    trained, subwords = load_trained(weights_file), Subwords(tokenizer_path)
    if subwords.vocab_size != trained.model.config.vocab_size:
        raise RecipeError(
            f"{weights_file} has {trained.model.config.vocab_size} subwords, {tokenizer_path} has "
            f"{subwords.vocab_size}; give the vocabulary of the same run, and train with its size"
        )
    config = trained.model.config
    if config.decoder != "recurrent" or config.attention == "none":
        shortlist = None  # for the other rungs speed is no aim
        if "fp16" in precisions:
            raise RecipeError("only a recurrent decoder with attention has fp16 graphs; export without fp16")
    if storage == "int8" and not ("int8" in precisions and config.decoder == "recurrent"):
        raise RecipeError("to store integers, export int8 too, of a recurrent decoder; or store fp16")
    variants = tuple(
        variant_of(p, storage, narrow=shortlist is not None, targets=config.own_decoders) for p in precisions
    )
    manifest = _manifest(recipe, trained, subwords, variants, bundle_version, scores)
    content = _Content(
        trained.model,
        subwords,
        manifest,
        storage,
        _sources(subwords, sentences[:VERIFIED_SENTENCES], config.own_decoders),
        _sources(subwords, calibration, config.own_decoders),
        shortlist,
    )
    if out.suffix != ARCHIVE_SUFFIX:
        return content.write(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="traverba-export-") as scratch:
        folder = Path(scratch) / out.stem
        report = content.write(folder)
        pack_bundle(folder, out)
    return report


def update_manifest(folder: Path, change: Callable[[Manifest], Manifest]) -> None:
    """Rewrite the manifest and the model card of a bundle's folder."""
    update_bundle(folder, lambda partial, manifest: change(manifest))


def update_bundle(folder: Path, change: Callable[[Path, Manifest], Manifest]) -> None:
    """The same where other files change too: ``change`` gets a copy of the folder to write them to."""
    with open_bundle(folder, verify_hashes=True) as bundle, write_bundle(folder) as partial:
        shutil.copytree(bundle.folder, partial, dirs_exist_ok=True)
        (partial / MANIFEST_FILE).unlink()
        manifest = change(partial, bundle.manifest)
        (partial / MODEL_CARD_FILE).write_text(model_card(manifest), encoding="utf-8")
        write_manifest(partial, manifest)


def record_scores(folder: Path, scores: Sequence[Score]) -> None:
    """Put ``scores`` into a bundle's manifest and model card; they replace older ones of the same tests."""

    def test(score: Score) -> tuple[str | None, ...]:
        return score.source, score.target, score.test_set, score.metric, score.settings

    def recorded(manifest: Manifest) -> Manifest:
        latest = {test(score): score for score in (*manifest.scores, *scores)}
        return dataclasses.replace(manifest, scores=tuple(latest.values()))

    update_manifest(folder, recorded)


@dataclass(frozen=True)
class _Content:
    """What goes into one bundle."""

    model: TranslationModel
    subwords: Subwords
    manifest: Manifest
    storage: Storage
    sentences: Mapping[str, Sources]
    calibration: Mapping[str, Sources]
    shortlist: Shortlist | None

    def write(self, folder: Path) -> ExportReport:
        """Write all files below ``folder``, or none."""
        with write_bundle(folder) as partial, tempfile.TemporaryDirectory(prefix="traverba-fp32-") as scratch:
            graphs = write_graphs(
                self.model, partial, Path(scratch), self.manifest.variants, self.storage, self.calibration
            )
            reports = [
                compare(self.model.members[target], written, self.sentences.get(target, ()))
                for target, written in graphs.items()
            ]
            if self.shortlist is not None:
                write_shortlist(partial / SHORTLIST_FILE, self.shortlist)
            (partial / TOKENIZER_FILE).write_bytes(self.subwords.path.read_bytes())
            (partial / MODEL_CARD_FILE).write_text(model_card(self.manifest), encoding="utf-8")
            write_manifest(partial, self.manifest)
        return of_all(reports)


def _sources(
    subwords: Subwords, sentences: Sequence[Sentence], own_decoders: Sequence[str]
) -> dict[str, Sources]:
    """For each member of the model, sources as it reads them: language token, pieces, end token."""
    pieces = subwords.encode_batch([text for _, text in sentences])
    found: dict[str, list[list[int]]] = {}
    for (language, _), ids in zip(sentences, pieces, strict=True):
        member = language if own_decoders else ""
        found.setdefault(member, []).append([subwords.language_token(language), *ids, EOS])
    return dict(found)


def _manifest(
    recipe: Recipe,
    trained: Trained,
    subwords: Subwords,
    variants: tuple[Variant, ...],
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
        variants=variants,
        model=trained.model.config.to_dict(),
        training_data=training_data(recipe),
        scores=(*trained.scores, *scores),
        exporter={name: version(name) for name in ("torch", "onnx", "onnxruntime")},
    )
