"""A recipe that names a teacher: training has it translate the recipe's own sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba.bundle import TrainingData
from traverba.errors import BundleNotFoundError
from traverba_export.model_card import training_data
from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import load_recipe
from traverba_export.training.preparation import prepare

TEACHER = Path(__file__).parents[1] / "data" / "tiny.traverba"
ROWS = [
    line.split("\t")
    for line in TEACHER.with_name("tiny.tsv").read_text(encoding="utf-8").splitlines()
    if line.startswith("qaa\tqab")
]
"""Languages, a sentence, and its translation by the rule that the teacher was trained on."""

RECIPE = """
name = "taught"
vocab_size = 300
[model]
preset = "tiny"
[training]
[[phase]]
name = "only"
steps = 1
learning_rate = 1e-3
weights = { "synthetic/" = 0.5 }
[[corpus]]
path = "a.tsv"
languages = ["qaa", "qab"]
directions = { qaa-qab = 1.0 }
licence = "CC0-1.0"
attribution = "Nobody"
[[corpus]]
path = "b.tsv"
languages = ["qab", "qaa"]
directions = { qaa-qab = 1.0 }
licence = "MIT"
attribution = "Somebody"
[[dev]]
path = "dev.tsv"
languages = ["qaa", "qab"]
directions = { qaa-qab = 1.0 }
[[synthetic]]
by = "TEACHER"
direction = "qaa-qab"
corpora = ["a.tsv", "b.tsv"]
passes = 0.75
beam = 2
"""

ANOTHER = 'beam = 2\n[[synthetic]]\ndirection = "qaa-qab"\ncorpora = ["a.tsv"]'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two corpora whose targets are of no use, so that whatever is right is the teacher's."""
    sources = [row[2] for row in ROWS]
    wrong = [source.translate(str.maketrans("aeiou", "uoaei")) for source in sources]
    a = [f"{source}\t{target}\n" for source, target in zip(sources[:40], wrong, strict=False)]
    b = [f"{target}\t{source}\n" for source, target in zip(sources[30:60], wrong[30:], strict=False)]
    for name, lines in (("a.tsv", a), ("b.tsv", b), ("dev.tsv", ["no\tone\n"])):
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
    (tmp_path / "run").mkdir()
    (tmp_path / "recipe.toml").write_text(RECIPE.replace("TEACHER", str(TEACHER)), encoding="utf-8")
    return tmp_path


def test_a_teacher_translates_every_sentence_of_its_corpora_once_and_rightly(folder: Path) -> None:
    recipe = load_recipe(folder / "recipe.toml")
    prepared = prepare(recipe, folder, folder / "run")
    lines = (folder / "run" / "synthetic" / "qaa-qab.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split("\t")[:2]) for line in lines]
    expected = {row[2]: row[3] for row in ROWS[:60]}
    assert sorted(source for source, _ in pairs) == sorted(expected)
    assert (
        sum(expected[source] == target for source, target in pairs) >= 54
    )  # it nearly always follows its rule
    [pool] = [pool for pool in prepared.pools if pool.name == "synthetic/qaa-qab.tsv qaa-qab"]
    distinct = {(source.rstrip(".?"), target.rstrip(".?")) for source, target in pairs}
    assert (len(pool.source), pool.passes, pool.direction) == (len(distinct), 0.75, "qaa-qab")


def test_what_a_teacher_wrote_is_kept_and_the_teacher_not_asked_again(folder: Path) -> None:
    text = (folder / "recipe.toml").read_text(encoding="utf-8").replace(str(TEACHER), "gone")
    (folder / "recipe.toml").write_text(text, encoding="utf-8")
    recipe = load_recipe(folder / "recipe.toml")
    (folder / "run" / "synthetic").mkdir()
    kept = folder / "run" / "synthetic" / "qaa-qab.tsv"
    kept.write_text("bami\tmiba\tsynthetic:older-1\n", encoding="utf-8")
    prepared = prepare(recipe, folder, folder / "run")
    assert [len(p.source) for p in prepared.pools if p.name.startswith("synthetic/")] == [1]


def test_a_teacher_that_is_not_there_is_named(folder: Path) -> None:
    text = (folder / "recipe.toml").read_text(encoding="utf-8").replace(str(TEACHER), "no-such-model")
    (folder / "recipe.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BundleNotFoundError, match="no-such-model"):
        prepare(load_recipe(folder / "recipe.toml"), folder, folder / "run")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '["a.tsv", "b.tsv"]',
            '["c.tsv"]',
            r"c\.tsv is no \[\[corpus\]\] .* with qaa",
        ),
        (
            '"qaa-qab"\ncorpora',
            '"qaa-qac"\ncorpora',
            r"no \[\[corpus\]\] is trained from qaa to qac",
        ),
        ('"qaa-qab"\ncorpora', '"qab-qaa"\ncorpora', r"no \[\[corpus\]\] is trained from qab to qaa"),
        ("beam = 2", "beams = 2", "beams"),
        ("passes = 0.75\n", "", "passes"),
        ("passes = 0.75", "back_passes = 1.0", r"no \[\[corpus\]\] is trained from qab to qaa"),
        ("beam = 2", ANOTHER, "passes or back_passes must be more than 0"),
        ("beam = 2", f'{ANOTHER}\nby = "x"\npasses = 1.0', "give one of them a name"),
        ("beam = 2", f'{ANOTHER}\npasses = 1.0\nrare_words = ["a.tsv"]', "rare_words"),
    ],
)
def test_a_distillation_that_cannot_be_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    text = (folder / "recipe.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "recipe.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        load_recipe(folder / "recipe.toml")


def test_the_card_names_whose_sentences_were_translated_and_by_whom(folder: Path) -> None:
    recipe = load_recipe(folder / "recipe.toml")
    assert training_data(recipe)[-1] == TrainingData(
        "synthetic/qaa-qab.tsv", "CC0-1.0, MIT", "Nobody; Somebody; one side translated by tiny"
    )
