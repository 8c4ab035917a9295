"""A recipe that has a model write sources for sentences of its other corpora."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba.bundle import TrainingData
from traverba_export.model_card import training_data
from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import load_recipe
from traverba_export.training.preparation import prepare

TEACHER = Path(__file__).parents[1] / "data" / "tiny.traverba"
ROWS = [
    line.split("\t")[2:4]
    for line in TEACHER.with_name("tiny.tsv").read_text(encoding="utf-8").splitlines()
    if line.startswith("qaa\tqab")
]
"""A sentence in qaa, and in qab by the rule that the teacher was trained on."""

RECIPE = """
name = "little"
vocab_size = 300
[model]
preset = "tiny"
[training]
max_steps = 1
[[corpus]]
path = "little.tsv"
languages = ["qaa", "qab"]
directions = { qab-qaa = 1.0 }
licence = "CC0-1.0"
attribution = "Nobody"
[[corpus]]
path = "much.tsv"
languages = ["qac", "qaa"]
directions = { qac-qaa = 1.0 }
licence = "MIT"
attribution = "Somebody"
[[dev]]
path = "dev.tsv"
languages = ["qaa", "qab"]
directions = { qab-qaa = 1.0 }
[[synthetic]]
by = "TEACHER"
direction = "qaa-qab"
corpora = ["much.tsv"]
rare_words = ["little.tsv"]
sentences = 25
back_passes = 0.5
beam = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten pairs of the direction to be learnt; forty sentences of its target with another language."""
    little = [f"{a}\t{b}\n" for a, b in ROWS[:10]]
    much = [f"x{b}\t{a}\n" for a, b in ROWS[5:45]]
    for name, lines in (("little.tsv", little), ("much.tsv", much), ("dev.tsv", ["no\tone\n"])):
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
    (tmp_path / "run").mkdir()
    (tmp_path / "recipe.toml").write_text(RECIPE.replace("TEACHER", str(TEACHER)), encoding="utf-8")
    return tmp_path


def written(folder: Path) -> list[list[str]]:
    lines = (folder / "run" / "synthetic" / "qaa-qab.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def test_a_model_writes_sources_for_sentences_that_have_none_and_mostly_rightly(folder: Path) -> None:
    prepared = prepare(load_recipe(folder / "recipe.toml"), folder, folder / "run")
    rule, rows = dict(map(reversed, ROWS)), written(folder)
    targets = [target for target, _, _ in rows]
    assert len(targets) == len(set(targets)) == 25
    assert set(targets) <= {a for a, _ in ROWS[10:45]}  # what the direction has already needs no other source
    assert sum(rule.get(source) == target for target, source, _ in rows) >= 20
    assert {writer for *_, writer in rows} == {"synthetic:tiny-1"}
    [pool] = [pool for pool in prepared.pools if pool.name.startswith("synthetic/")]
    assert (pool.direction, pool.passes, pool.tagged) == ("qab-qaa", 0.5, True)


def test_what_was_written_is_kept_and_the_model_not_asked_again(folder: Path) -> None:
    recipe = load_recipe(folder / "recipe.toml")
    prepare(recipe, folder, folder / "run")
    before = written(folder)
    text = (folder / "recipe.toml").read_text(encoding="utf-8").replace(str(TEACHER), "gone")
    (folder / "recipe.toml").write_text(text, encoding="utf-8")
    prepare(load_recipe(folder / "recipe.toml"), folder, folder / "run")
    assert written(folder) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["much.tsv"]', '["gone.tsv"]', r"gone\.tsv is no \[\[corpus\]\] of this recipe with qaa"),
        ('["little.tsv"]', '["much.tsv"]', r"much\.tsv is no \[\[corpus\]\] .* with qaa and qab"),
        ('"qaa-qab"\ncorpora', '"qab-qaa"\ncorpora', r"much\.tsv is no \[\[corpus\]\] .* with qab"),
        ("back_passes", "passes", r"no \[\[corpus\]\] is trained from qaa to qab"),
        ("sentences = 25", "sentence = 25", "sentence"),
    ],
)
def test_a_back_translation_that_cannot_be_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    text = (folder / "recipe.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "recipe.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        load_recipe(folder / "recipe.toml")


def test_the_card_names_whose_sentences_they_are_and_who_wrote_the_other_side(folder: Path) -> None:
    assert training_data(load_recipe(folder / "recipe.toml"))[-1] == TrainingData(
        "synthetic/qaa-qab.tsv", "MIT", "Somebody; one side translated by tiny"
    )
