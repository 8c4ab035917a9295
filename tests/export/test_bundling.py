"""From a trainer's final weights to a bundle that the loader accepts, or to nothing at all."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from traverba.bundle import Direction, Score, TrainingData, Variant, open_bundle
from traverba_export import comparison
from traverba_export.bundling import export_bundle, load_scores, record_scores
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.model import PRESETS, EncoderDecoder
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.variants import Precision, Storage
from traverba_export.verification import ParityError

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
STORAGES: tuple[Storage, ...] = ("int8", "fp16")
SENTENCES = [("qab", "lout bami baut."), ("qac", "loek")]


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    with open_bundle(TINY) as bundle:
        return (bundle.folder / "tokenizer.json").rename(tmp_path / "tokenizer.json")


@pytest.fixture
def recipe() -> Recipe:
    corpus = CorpusSpec(
        ("made-up.tsv",),
        ("qaa", "qab"),
        directions={"qaa-qab": 1.0},
        licence="CC0-1.0",
        attribution="Nobody | all",
    )
    return Recipe("small", replace(PRESETS["tiny"], vocab_size=390), (corpus,), ())


@pytest.fixture
def weights(tmp_path: Path, recipe: Recipe) -> Path:
    return save_random_weights(tmp_path, recipe)


def save_random_weights(folder: Path, recipe: Recipe) -> Path:
    torch.manual_seed(3)
    dev = {"direction": "qaa-qab", "bleu": 31.257, "chrf": 52.5, "bleu_signature": "b", "chrf_signature": "c"}
    path = folder / "final.pt"
    torch.save(
        {"model": EncoderDecoder(recipe.model).state_dict(), "config": recipe.model.to_dict(), "dev": [dev]},
        path,
    )
    return path


def test_a_folder_and_a_single_file_hold_the_same_bundle(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    for name in ("made", "made.traverba"):
        report = export_bundle(weights, vocabulary, recipe, tmp_path / name, sentences=SENTENCES)
        assert report.parity.sentences == 2
        with open_bundle(tmp_path / name, verify_hashes=True) as bundle:
            files = {entry.path for entry in bundle.manifest.files}
            assert files == {
                "README.md",
                "decoder_step.onnx",
                "encoder.onnx",
                "shared.fp32.weights",
                "tokenizer.json",
            }


def test_the_manifest_says_what_the_model_is_and_what_it_learnt_from(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    measured = Score("qaa", "qab", "held-out", "BLEU", 30.5, "signature", "beam 5")
    export_bundle(weights, vocabulary, recipe, tmp_path / "made", bundle_version="2", scores=[measured])
    with open_bundle(tmp_path / "made") as bundle:
        manifest, card = bundle.manifest, (bundle.folder / "README.md").read_text(encoding="utf-8")
    assert (manifest.name, manifest.version, manifest.vocab_size) == ("small", "2", 390)
    assert manifest.directions == (Direction("qaa", "qab"),)
    assert manifest.target_tokens == {"qab": 4}
    assert manifest.variants == (Variant("fp32", "fp16", "encoder.onnx", "decoder_step.onnx"),)
    assert manifest.training_data == (TrainingData("made-up.tsv", "CC0-1.0", "Nobody | all"),)
    assert [(s.test_set, s.metric, s.value) for s in manifest.scores] == [
        ("dev", "BLEU", 31.26),
        ("dev", "chrF", 52.5),
        ("held-out", "BLEU", 30.5),
    ]
    for said in ("# small 2", "qaa → qab", "CC0-1.0", r"Nobody \| all", "30.5", "2 + 2 LSTM layers of 32"):
        assert said in card


def test_half_precision_storage_halves_the_graphs(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    for storage in ("fp16", "fp32"):
        export_bundle(weights, vocabulary, recipe, tmp_path / storage, storage=storage)
    sizes = [(tmp_path / storage / "decoder_step.onnx").stat().st_size for storage in ("fp16", "fp32")]
    assert sizes[0] < 0.6 * sizes[1]


def test_a_bundle_lists_the_files_of_every_precision_and_the_first_is_the_default(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    out = tmp_path / "made"
    both: tuple[Precision, ...] = ("int8", "fp32")
    report = export_bundle(
        weights, vocabulary, recipe, out, sentences=SENTENCES, calibration=SENTENCES, precisions=both
    )
    with open_bundle(out, verify_hashes=True) as bundle:
        assert bundle.manifest.variants == (
            Variant("int8", "int8", "encoder.int8.onnx", "decoder_step.int8.onnx"),
            Variant("fp32", "fp16", "encoder.onnx", "decoder_step.onnx"),
        )
    assert report.parity.sentences == 2
    assert report.agreement is not None and report.agreement.mean_difference < 0.1


def test_fp16_graphs_read_the_weights_of_the_fp32_ones(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    sizes = {}
    for name, precisions in {"alone": ("fp32",), "both": ("fp32", "fp16"), "half": ("fp16",)}.items():
        out = tmp_path / name
        report = export_bundle(weights, vocabulary, recipe, out, sentences=SENTENCES, precisions=precisions)
        with open_bundle(out, verify_hashes=True) as bundle:
            sizes[name] = {entry.path: entry.size_bytes for entry in bundle.manifest.files}
            assert [v.precision for v in bundle.manifest.variants] == list(precisions)
    assert report.half is not None and report.half.mean_difference < 0.01
    added = sizes["both"].keys() - sizes["alone"].keys()
    assert added == {"encoder.fp16.onnx", "decoder_step.fp16.onnx"}
    weights_alone, weights_both = (
        sum(size for path, size in sizes[name].items() if path.startswith(("shared", "encoder", "decoder")))
        for name in ("alone", "both")
    )
    assert weights_both < 1.5 * weights_alone  # this model has many weights too small to be shared
    assert "shared.fp16.weights" in sizes["half"] and "encoder.onnx" not in sizes["half"]


def test_fp16_without_attention_is_refused(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    saved = torch.load(weights)
    saved["config"]["attention"] = "none"
    config = replace(recipe.model, attention="none")
    torch.save({**saved, "model": EncoderDecoder(config).state_dict()}, weights)
    with pytest.raises(RecipeError, match="export without fp16"):
        export_bundle(weights, vocabulary, recipe, tmp_path / "made", precisions=("fp16",))


def test_float_graphs_are_verified_even_where_only_integer_ones_are_kept(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    out = tmp_path / "made"
    report = export_bundle(
        weights, vocabulary, recipe, out, sentences=SENTENCES, calibration=SENTENCES, precisions=("int8",)
    )
    assert report.parity.sentences == 2
    assert sorted(p.name for p in out.glob("*.onnx")) == ["decoder_step.int8.onnx", "encoder.int8.onnx"]


def test_integers_without_calibration_sentences_are_refused(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    with pytest.raises(ValueError, match="int8 needs calibration sentences"):
        export_bundle(weights, vocabulary, recipe, tmp_path / "made", precisions=("int8",))
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["made", "made.traverba"])
def test_without_parity_nothing_is_left_and_an_older_bundle_stays(
    tmp_path: Path,
    weights: Path,
    vocabulary: Path,
    recipe: Recipe,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out" / name

    def differ(*_: object) -> None:
        raise ParityError("log_probs 0.5")

    export_bundle(weights, vocabulary, recipe, out)
    before = {path: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()}
    monkeypatch.setattr(comparison, "verify", differ)
    for place in (out, out.with_name(f"new-{name}")):
        with pytest.raises(ParityError, match=r"log_probs 0\.5"):
            export_bundle(weights, vocabulary, recipe, place)
    assert {path: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()} == before


def test_a_vocabulary_of_another_size_is_refused(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    spec = json.loads(vocabulary.read_text(encoding="utf-8"))
    spec["model"]["merges"].pop()
    spec["model"]["vocab"] = {token: i for token, i in spec["model"]["vocab"].items() if i < 389}
    vocabulary.write_text(json.dumps(spec), encoding="utf-8")
    with pytest.raises(ValueError, match=r"has 390 subwords, .* has 389"):
        export_bundle(weights, vocabulary, recipe, tmp_path / "made")


def test_scores_are_read_from_a_list_of_objects(tmp_path: Path) -> None:
    score = Score("en", "fr", "test", "BLEU", 30.0, "signature", "beam 5")
    path = tmp_path / "scores.json"
    path.write_text(json.dumps([asdict(score)]), encoding="utf-8")
    assert load_scores(path) == (score,)


def test_a_table_of_both_graphs_lies_once_on_disk(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    export_bundle(
        weights, vocabulary, recipe, tmp_path / "made", precisions=("fp32", "int8"), calibration=SENTENCES
    )
    table_size = 390 * 32  # V * E
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "made").iterdir()}
    assert sizes["shared.fp32.weights"] == 2 * table_size  # float16
    with open_bundle(tmp_path / "made", verify_hashes=True) as bundle:
        assert "shared.fp32.weights" in {entry.path for entry in bundle.manifest.files}


def test_recorded_scores_replace_those_of_the_same_test_and_keep_the_rest(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe
) -> None:
    folder = tmp_path / "made"
    export_bundle(weights, vocabulary, recipe, folder, sentences=SENTENCES)
    greedy = Score("qaa", "qab", "held-out", "BLEU", 30.0, "signature", "greedy, int8")
    record_scores(folder, [greedy, replace(greedy, settings="beam 5, int8", value=31.0)])
    record_scores(folder, [replace(greedy, value=32.5)])
    with open_bundle(folder, verify_hashes=True) as bundle:
        assert [s.value for s in bundle.manifest.scores] == [31.26, 52.5, 32.5, 31.0]
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "| qaa → qab | held-out | greedy, int8 | 32.5 |" in card


def test_with_integers_in_storage_all_graphs_read_the_same_ones(
    tmp_path: Path, vocabulary: Path, recipe: Recipe
) -> None:
    wider = replace(recipe, model=replace(recipe.model, hidden_size=96))  # below 16 kB nothing is shared
    weights, precisions = save_random_weights(tmp_path, wider), ("int8", "fp32", "fp16")
    reports, sizes = {}, {}
    for storage in STORAGES:
        out = tmp_path / storage
        settings = {"sentences": SENTENCES, "calibration": SENTENCES, "precisions": precisions}
        reports[storage] = export_bundle(weights, vocabulary, wider, out, storage=storage, **settings)  # type: ignore[arg-type]
        with open_bundle(out, verify_hashes=True) as bundle:
            sizes[storage] = sum(entry.size_bytes for entry in bundle.manifest.files)
            stored = [variant.storage for variant in bundle.manifest.variants]
        assert stored == (["int8"] * 3 if storage == "int8" else ["int8", "fp16", "fp16"])
        assert reports[storage].parity.sentences == len(SENTENCES)
    assert sizes["int8"] < 0.6 * sizes["fp16"]


@pytest.mark.parametrize("precisions", [("fp32",), ("fp32", "fp16")])
def test_integers_are_stored_only_where_integer_graphs_are(
    tmp_path: Path, weights: Path, vocabulary: Path, recipe: Recipe, precisions: tuple[Precision, ...]
) -> None:
    with pytest.raises(RecipeError, match="export int8 too"):
        export_bundle(weights, vocabulary, recipe, tmp_path / "made", precisions=precisions, storage="int8")
