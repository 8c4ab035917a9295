"""`traverba-export ladder` on made-up data: rungs are trained, exported, scored, timed and drawn."""

import json
import logging
import shutil
from itertools import product
from pathlib import Path

import pytest

from traverba_export.cli import main
from traverba_export.ladder.command import RECIPES
from traverba_export.ladder.page import fill_page
from traverba_export.ladder.quality import by_length
from traverba_export.ladder.rungs import RUNGS, rung_names
from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import load_recipe

BASE = """
seed = 1
vocab_size = 292
[model]
preset = "rung"
hidden_size = 16
dropout = 0.0
[training]
precision = "fp32"
token_budget = 600
max_steps = 12
warmup_steps = 2
decay_steps = 6
learning_rate = 1e-2
eval_interval = 12
eval_sentences = 4
average_last = 1
[[corpus]]
path = "train.tsv"
languages = ["en", "de"]
directions = { en-de = 1.0 }
[[dev]]
path = "held-out.tsv"
languages = ["en", "de"]
directions = { en-de = 1.0 }
[[test]]
path = "held-out.tsv"
languages = ["en", "de"]
"""
WORDS = {"one": "eins", "two": "zwei", "red": "rot", "sun": "Sonne", "sea": "Meer"}
CHOSEN = ("lookup", "rnn", "attention")
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data that a dictionary can translate, the package's recipes over a small base, a finished ladder."""
    folder = tmp_path_factory.mktemp("ladder")
    lines = [f"{' '.join(p)}\t{' '.join(WORDS[w] for w in p)}" for p in product(WORDS, repeat=4)]
    (folder / "train.tsv").write_text("\n".join(lines[::4]) + "\n", encoding="utf-8")
    (folder / "held-out.tsv").write_text("\n".join(lines[1::70]) + "\n", encoding="utf-8")
    shutil.copytree(RECIPES, folder / "recipes")
    (folder / "recipes" / "base.toml").write_text(BASE, encoding="utf-8")
    assert climb(folder) == 0
    return folder


def climb(folder: Path) -> int:
    arguments = ["ladder", "--data", folder, "--out", folder / "runs", "--recipes", folder / "recipes"]
    arguments += [part for name in CHOSEN for part in ("--rung", name)]
    page = folder / "page.md"
    page.write_text("# Rungs\n<!-- ladder: table -->\nold\n<!-- /ladder -->\nwords\n", encoding="utf-8")
    return main([*map(str, arguments), "--threads", "1", "--sentence", "red sun", "--page", str(page)])


def test_every_rung_has_its_figures(folder: Path) -> None:
    found = json.loads((folder / "runs" / "ladder.json").read_text(encoding="utf-8"))
    assert [rung["rung"] for rung in found["rungs"]] == list(CHOSEN)
    for rung in found["rungs"]:
        assert rung["quality"]["sentences"] == 9
        assert set(rung["quality"]["bleu"]) == set(rung["cpu_ms_per_sentence"]) == {"greedy", "beam 5"}
        assert rung["parameters"] > 0
    assert found["sentence"] == "red sun" and set(found["said"]) == set(CHOSEN)


def test_a_dictionary_translates_a_language_that_is_one_word_by_word(folder: Path) -> None:
    found = json.loads((folder / "runs" / "ladder.json").read_text(encoding="utf-8"))
    assert found["rungs"][0]["quality"]["bleu"]["beam 5"] == 100.0
    assert found["said"]["lookup"] == "rot Sonne"


def test_table_and_pictures_are_there(folder: Path) -> None:
    table = (folder / "runs" / "ladder.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in table for name in CHOSEN) and "nrefs:1" in table
    for name in ("rungs.png", "lengths.png", "attention.png"):
        assert (folder / "runs" / name).read_bytes()[:4] == PNG


def test_a_page_gets_the_figures_and_keeps_its_words(folder: Path) -> None:
    page = (folder / "page.md").read_text(encoding="utf-8")
    assert page.startswith("# Rungs\n<!-- ladder: table -->\n| rung |")
    assert page.endswith("<!-- /ladder -->\nwords\n") and "old" not in page
    assert (folder / "page" / "rungs.png").read_bytes() == (folder / "runs" / "rungs.png").read_bytes()


def test_a_page_that_wants_what_is_not_there_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- ladder: tabel -->\n<!-- /ladder -->\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="wants the blocks tabel; there are table"):
        fill_page(page, {"table": "x"})


def test_all_rungs_share_one_vocabulary(folder: Path) -> None:
    assert len({(folder / "runs" / name / "tokenizer.json").read_bytes() for name in CHOSEN}) == 1


@pytest.mark.parametrize(
    ("rung", "kind"),
    [
        ("lookup", "A dictionary"),
        ("rnn", "one word for each word: 1 RNN"),
        ("attention", "2 + 2 LSTM layers"),
    ],
)
def test_a_rungs_model_card_says_what_it_is(folder: Path, rung: str, kind: str) -> None:
    assert kind in (folder / "runs" / rung / "bundle" / "README.md").read_text(encoding="utf-8")


def test_what_is_done_is_not_done_again(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert climb(folder) == 0
    assert not [record for record in caplog.records if "training" in record.message]


def test_an_unknown_rung_is_bad_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ladder", "--data", "D", "--out", "O", "--rung", "transformer"]) == 2
    assert "no rung transformer; there are lookup, rnn" in capsys.readouterr().err
    with pytest.raises(RecipeError):
        rung_names(["rnn", "x"])


@pytest.mark.parametrize("name", RUNGS)
def test_every_rung_has_a_recipe_and_the_same_training(name: str) -> None:
    recipe, lookup = (load_recipe(RECIPES / f"{n}.toml") for n in (name, "lookup"))
    assert recipe.name == name
    assert (recipe.training, recipe.corpora, recipe.vocab_size, recipe.seed) == (
        lookup.training,
        lookup.corpora,
        lookup.vocab_size,
        lookup.seed,
    )


def test_sentences_are_grouped_by_words() -> None:
    groups = by_length(["a b", " ".join("a" * 8), " ".join("a" * 9), " ".join("a" * 30)])
    assert groups == {"1–8": [0, 1], "9–11": [2], "19+": [3]}
