"""The whole way on made-up data: train, export, score, pack, translate, each by its command."""

import json
import lzma
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

RECIPE = """
name = "mirror"
vocab_size = 271
[model]
preset = "tiny"
[training]
token_budget = 400
max_steps = 900
warmup_steps = 50
decay_steps = 300
learning_rate = 5e-3
eval_interval = 900
average_last = 1
precision = "fp32"
[[corpus]]
path = "train.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
licence = "CC0-1.0"
attribution = "made up"
[[dev]]
path = "dev.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
"""

WORDS = ["ba", "do", "ki", "lu", "ma"]


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A console script of this environment, without its installed wrapper."""
    start = f"import sys; from {program}.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", start, *map(str, arguments)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose second language is the first one backwards, and a trained and exported model."""
    folder = tmp_path_factory.mktemp("mirror")
    pairs = [" ".join(p) + "\t" + " ".join(reversed(p)) for p in product(WORDS, repeat=4)]
    held_out, train = pairs[::5], [p for i, p in enumerate(pairs) if i % 5]
    (folder / "train.tsv").write_text("\n".join(train) + "\n", encoding="utf-8")
    (folder / "dev.tsv").write_text("\n".join(held_out) + "\n", encoding="utf-8")
    (folder / "tatoeba").mkdir()
    with lzma.open(folder / "tatoeba" / "en-fr.test.tsv.xz", "wt", encoding="utf-8") as stream:
        stream.write("\n".join(held_out) + "\n")
    (folder / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    recipe, run_dir = folder / "recipe.toml", folder / "run"
    trained = run("traverba_export", "train", recipe, "--data", folder, "--out", run_dir, "--threads", "1")
    assert trained.returncode == 0, trained.stderr
    exported = run(
        "traverba_export", "export", recipe, "--run", run_dir, "--data", folder, "--out", folder / "bundle"
    )
    assert exported.returncode == 0, exported.stderr
    return folder


def test_the_exported_bundle_translates_unseen_sentences(folder: Path) -> None:
    done = run(
        "traverba",
        "translate",
        "--model",
        folder / "bundle",
        "--from",
        "en",
        "--to",
        "fr",
        "--json",
        "ba ki lu do",
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["text"], answer["precision"]) == ("do lu ki ba", "int8")
    assert 0 < answer["confidence"] <= 1


def test_every_precision_is_scored_by_the_runtime(folder: Path) -> None:
    for precision in ("int8", "fp32", "fp16"):
        where = folder / f"{precision}.json"
        done = run(
            "traverba_export", "evaluate", folder / "bundle", "--data", folder, "--beam", "5",
            "--precision", precision, "--json", where,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        bleu, _ = json.loads(where.read_text(encoding="utf-8"))
        assert (bleu["metric"], bleu["test_set"], bleu["settings"]) == (
            "BLEU",
            "tatoeba test",
            f"beam 5, {precision}",
        )
        assert bleu["signature"].startswith("nrefs:1|case:mixed")
        assert bleu["value"] > 60
        assert f"| en-fr | tatoeba test | beam 5, {precision} |" in done.stdout


def test_the_manifest_says_what_the_model_learnt_from_and_how_far_to_trust_it(folder: Path) -> None:
    manifest = json.loads((folder / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["training_data"][0]["licence"] == "CC0-1.0"
    assert [variant["precision"] for variant in manifest["variants"]] == ["int8", "fp32", "fp16"]
    calibration = manifest["calibration"]
    assert calibration["sentences"] == 63 and 0 <= calibration["calibration_error"] < 0.2


def test_a_packed_bundle_is_one_file_that_translates_the_same(folder: Path) -> None:
    done = run("traverba_export", "pack", folder / "bundle", folder / "mirror.traverba")
    assert done.returncode == 0, done.stderr
    done = run("traverba", "translate", "--model", folder / "mirror.traverba", "--to", "fr", "ba ki lu do")
    assert done.stdout == "do lu ki ba\n"


def test_a_run_that_has_not_finished_cannot_be_exported(folder: Path) -> None:
    done = run(
        "traverba_export", "export", folder / "recipe.toml", "--run", folder / "nowhere", "--data", folder,
        "--out", folder / "never",
    )  # fmt: skip
    assert done.returncode == 1
    assert "final.pt" in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "never").exists()
