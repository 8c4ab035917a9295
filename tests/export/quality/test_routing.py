"""How untrained pairs run is decided on sentences that two corpora share, by the better of both ways."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from traverba import Translator
from traverba.bundle import PairScores, UntrainedPair, open_bundle
from traverba_export.cli import main
from traverba_export.model_card import untrained_table
from traverba_export.quality import routing
from traverba_export.quality.routing import JoinedSet, decide, joined_sets
from traverba_export.recipe import Recipe
from traverba_export.recipe_file import load_recipe

TINY = Path(__file__).parents[2] / "data" / "tiny.traverba"
RECIPE = """
name = "small"
vocab_size = 390
[model]
preset = "tiny"
"""
CORPUS = """
[[{kind}]]
path = "{name}/en-{other}.{part}.tsv"
languages = ["en", "{other}"]
directions = {{ {directions} }}
licence = "CC0-1.0"
attribution = "Made up"
"""


def words(number: int, language: str) -> str:
    return f"{language} {'abcdefghij'[number % 10]}{number}"


def write(folder: Path, path: str, numbers: range, language: str) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    lines = (f"{words(n, 'en')}!\t{words(n, language)}\n" for n in numbers)
    (folder / path).write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """German and French share 300 dev sentences; Russian shares 150 training sentences and 20 of its dev."""
    spoken = {"de": range(0, 300), "fr": range(0, 300), "ru": range(280, 300)}
    seen = {"de": range(1000, 1200), "fr": range(1050, 1250), "ru": range(1050, 1200)}
    text = RECIPE
    for other in spoken:
        write(tmp_path, f"talk/en-{other}.dev.tsv", spoken[other], other)
        write(tmp_path, f"talk/en-{other}.train.tsv", seen[other], other)
        write(tmp_path, f"manuals/en-{other}.train.tsv", range(2000, 2400), other)
        write(tmp_path, f"talk/en-{other}.test.tsv", range(1190, 1195), other)
        both = f"en-{other} = 1.0, {other}-en = 1.0"
        for kind, name, part in (
            ("corpus", "talk", "train"),
            ("corpus", "manuals", "train"),
            ("dev", "talk", "dev"),
            ("test", "talk", "test"),
        ):
            text += CORPUS.format(kind=kind, name=name, other=other, part=part, directions=both)
    (tmp_path / "small.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def recipe(data: Path) -> Recipe:
    return load_recipe(data / "small.toml")


def test_dev_files_are_joined_on_english(recipe: Recipe, data: Path) -> None:
    found = {(each.source, each.target): each for each in joined_sets(recipe, data, 250)}
    assert sorted(found) == [(a, b) for a in ("de", "fr", "ru") for b in ("de", "fr", "ru") if a != b]
    joined = found["de", "fr"]
    assert joined.data == "250 dev sentences joined on their en side, seed 1"
    assert len(set(joined.sources)) == 250
    assert all(a.split()[1] == b.split()[1] for a, b in zip(joined.sources, joined.references, strict=True))


def test_training_files_are_joined_where_dev_files_share_too_little(recipe: Recipe, data: Path) -> None:
    """Without what is in test, and without the corpora that have no dev file."""
    joined = next(each for each in joined_sets(recipe, data, 500) if each.target == "ru")
    numbers = {int(text.split()[1][1:]) for text in joined.sources}
    assert numbers == set(range(1050, 1200)) - set(range(1190, 1195))
    assert joined.data == "145 training sentences joined on their en side, seed 1"


def test_the_seed_draws_the_sentences(recipe: Recipe, data: Path) -> None:
    drawn = [joined_sets(recipe, data, 20, seed)[0].sources for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


class TwoWays:
    """Answers by the way it is asked to take."""

    def __init__(self, straight: list[str], pivoted: list[str]) -> None:
        self.answers = {"none": straight, "en": pivoted}

    def translate(self, texts: list[str], *, source: str, target: str, via: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(text=text) for text in self.answers[via]]


GOOD = ["le chat dort ici", "nous partons demain"]
POOR = ["le chat est ici", "nous allons demain"]
FOREIGN = ["le chat dort ici", "we leave tomorrow"]
JOINED = JoinedSet("de", "fr", ["a", "b"], GOOD, "made up")


@pytest.mark.parametrize(
    ("straight", "pivoted", "via"), [(GOOD, POOR, None), (POOR, GOOD, "en"), (GOOD, GOOD, None)]
)
def test_the_better_way_is_taken(straight: list[str], pivoted: list[str], via: str | None) -> None:
    pair = decide(cast("Translator", TwoWays(straight, pivoted)), JOINED, None)
    assert (pair.source, pair.target, pair.via) == ("de", "fr", via)
    assert pair.scores is not None and pair.scores.sentences == 2 and pair.scores.straight_language == 1.0
    assert max(pair.scores.straight, pair.scores.pivoted) == 100.0


def test_a_way_into_another_language_is_not_the_better_one() -> None:
    reference = JoinedSet("de", "fr", ["a", "b"], FOREIGN, "made up")
    identify = lambda text: "en" if "we" in text else "fr"  # noqa: E731
    pair = decide(cast("Translator", TwoWays(FOREIGN, POOR)), reference, identify)
    assert pair.via == "en" and pair.scores is not None
    assert (pair.scores.straight_language, pair.scores.pivoted_language) == (0.5, 1.0)


def test_the_model_card_says_how_pairs_run() -> None:
    scores = PairScores("chrF", 20.04, 50.0, 0.8, 1.0, 300, "300 dev sentences")
    table = untrained_table(
        [UntrainedPair("de", "fr", "en", scores), UntrainedPair("fr", "de", None, scores)]
    )
    assert "| de → fr | via en | 20.0 | 50.0 | 80.0 % | 100.0 % | 300 dev sentences |" in table
    assert "| fr → de | straight |" in table
    assert untrained_table([]) == ""


def test_the_command_writes_what_it_decided_into_the_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the tiny model, whose languages meet in qaa."""
    monkeypatch.setattr(routing, "PIVOT", "qaa")
    shutil.unpack_archive(TINY, tmp_path / "tiny", "zip")
    said: dict[str, list[str]] = {"qab": [], "qac": []}
    for line in (TINY.parent / "tiny.tsv").read_text(encoding="utf-8").splitlines():
        source, target, text, wanted = line.split("\t")
        if source == "qaa":
            said[target].append(f"{text}\t{wanted}\n")
    recipe = RECIPE
    for target, lines in said.items():
        (tmp_path / f"{target}.tsv").write_text("".join(lines), encoding="utf-8")
        directions = '{ "qaa-qab" = 1.0, "qab-qaa" = 1.0 }' if target == "qab" else '{ "qaa-qac" = 1.0 }'
        for kind in ("corpus", "dev"):
            recipe += f'[[{kind}]]\npath = "{target}.tsv"\nlanguages = ["qaa", "{target}"]\n'
            recipe += f'directions = {directions}\nlicence = "CC0-1.0"\nattribution = "Made up"\n'
    (tmp_path / "tiny.toml").write_text(recipe, encoding="utf-8")
    monkeypatch.setattr(routing, "FEWEST_DEV", 50)
    names = [str(tmp_path / name) for name in ("tiny.toml", "tiny")]
    assert main(["route", *names, "--data", str(tmp_path), "--sentences", "60"]) == 0
    assert "| qab → qac | via qaa |" in capsys.readouterr().out
    with open_bundle(tmp_path / "tiny", verify_hashes=True) as bundle:
        (pair,) = bundle.manifest.untrained
        card = (bundle.folder / "README.md").read_text(encoding="utf-8")
    assert pair.via == "qaa" and pair.scores is not None
    assert pair.scores.pivoted > 90 > pair.scores.straight
    assert "## Pairs that were not trained" in card


def test_a_recipe_that_does_not_exist_is_status_1_or_2(tmp_path: Path, capsys: Any) -> None:
    assert main(["route", str(tmp_path / "no.toml"), str(tmp_path), "--data", str(tmp_path)]) in (1, 2)
    assert "no.toml" in capsys.readouterr().err
