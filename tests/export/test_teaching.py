"""A teacher on the device at hand: which sentences it writes, and what is made of them."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from traverba.bundle.installed import BUILT_IN
from traverba_export.cli import main
from traverba_export.corpora.examples import Pool, Sequences
from traverba_export.model import EncoderDecoder
from traverba_export.recipe import RecipeError, Synthetic
from traverba_export.recipe_file import load_recipe
from traverba_export.subwords import EOS
from traverba_export.training import teaching as module
from traverba_export.training.preparation import prepare
from traverba_export.training.searching import beam_ids
from traverba_export.training.teaching import distinct_sentences, load_teacher, taught_pools
from traverba_export.training.transfer import load_parent

RECIPE = """
name = "student"
vocab_size = 272
[model]
preset = "tiny"
[variants]
casual = 0.5
[training]
max_steps = 2
eval_interval = 2
eval_sentences = 2
precision = "fp32"
[[corpus]]
path = "a.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0, fr-en = 1.0 }
[[dev]]
path = "dev.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
"""
TAUGHT = """
[[synthetic]]
direction = "en-fr"
corpora = ["a.tsv"]
sentences = 20
passes = 0.5
back_passes = 0.25
beam = 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words = ["ba", "do", "ki", "lu"]
    pairs = [f"{a} {b} {c}.\t{c} {b} {a}.\n" for a in words for b in words for c in words]
    (tmp_path / "a.tsv").write_text("".join([*pairs[:-4], f"{pairs[0][:6]}.\tzu zu.\n"]), encoding="utf-8")
    (tmp_path / "dev.tsv").write_text("".join(pairs[-4:]), encoding="utf-8")
    (tmp_path / "teacher.toml").write_text(RECIPE, encoding="utf-8")
    (tmp_path / "student.toml").write_text(RECIPE + TAUGHT, encoding="utf-8")
    return tmp_path


def run(folder: Path, recipe: str, out: str, *more: str) -> int:
    where = ["--data", str(folder), "--out", str(folder / out), "--device", "cpu", "--threads", "1"]
    return main(["train", str(folder / f"{recipe}.toml"), *where, *more])


def test_a_run_teaches_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sentences are twenty of people's, its answers those of the search, and asked for once."""
    monkeypatch.setattr(module, "beam_ids", fake := FirstTwo())
    assert run(folder, "teacher", "teacher") == 0
    assert run(folder, "student", "student", "--teacher", str(folder / "teacher")) == 0
    assert len(fake.sources) == 20
    recipe = load_recipe(folder / "student.toml")
    prepared = prepare(recipe, folder, folder / "student")
    pools = taught_pools(
        recipe, prepared.pools, prepared.subwords, folder / "nobody", "cpu", folder / "student"
    )
    there, back = pools
    assert (there.direction, there.passes, there.tagged) == ("en-fr", 0.5, False)
    assert (back.direction, back.passes, back.tagged) == ("fr-en", 0.25, True)
    token = prepared.subwords.language_token("fr")
    assert sorted([token, *there.source[i].tolist(), EOS] for i in range(20)) == sorted(fake.sources)
    assert all(there.target[i].tolist() == there.source[i].tolist()[:2] for i in range(20))
    assert back.source is there.target and back.target is there.source


class FirstTwo:
    """A search whose answer is the first two tokens of the source."""

    def __init__(self) -> None:
        self.sources: list[list[int]] = []

    def __call__(self, model: EncoderDecoder, sources: list[list[int]], beam: int) -> list[list[int]]:
        assert beam == 2
        self.sources += sources
        return [source[1:3] for source in sources]


def test_what_has_no_end_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(folder, "teacher", "teacher") == 0
    recipe = load_recipe(folder / "student.toml")
    prepared = prepare(recipe, folder, folder / "teacher")
    given: list[list[int]] = []

    def every_other(model: EncoderDecoder, sources: list[list[int]], beam: int) -> list[list[int]]:
        given.extend(sources)
        return [source[1:3] if number % 2 else [] for number, source in enumerate(sources)]

    monkeypatch.setattr(module, "beam_ids", every_other)
    there, _ = taught_pools(
        recipe, prepared.pools, prepared.subwords, folder / "teacher", "cpu", folder / "out"
    )
    assert len(given) == 20 and len(there.source) == len(there.target) == 10


def test_the_teacher_is_the_run_s_final_model(folder: Path) -> None:
    assert run(folder, "teacher", "teacher") == 0
    teacher = load_teacher(folder / "teacher", "cpu")
    weights = torch.load(folder / "teacher" / "final.pt", weights_only=True)["model"]
    assert all(torch.equal(value, weights[name]) for name, value in teacher.state_dict().items())
    assert not teacher.training and isinstance(beam_ids(teacher, [[3, 5, EOS]], 2), list)


def test_each_sentence_comes_once_and_only_as_people_wrote_it() -> None:
    """Both directions have it, and the variants at the end do not count."""
    english, french = Sequences.pack([[1, 2], [3], [1, 2], [9]]), Sequences.pack([[5], [6], [7], [8]])
    pools = [
        Pool("a.tsv en-fr", english, french, 0, 1.0, as_written=3),
        Pool("a.tsv fr-en", french, english, 0, 1.0, as_written=3),
        Pool("b.tsv en-de", Sequences.pack([[4]]), french, 0, 1.0, as_written=1),
    ]
    assert distinct_sentences(pools, ["a.tsv"], "en") == [[1, 2], [3]]
    assert distinct_sentences(pools, ["a.tsv", "b.tsv"], "en") == [[1, 2], [3], [4]]
    assert distinct_sentences(pools, ["a.tsv"], "fr") == [[5], [6], [7]]


def test_a_recipe_with_a_teacher_needs_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "student", "student") == 2
    assert "--teacher RUN" in capsys.readouterr().err


def test_a_teacher_that_is_no_run_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "student", "student", "--teacher", str(folder)) == 2
    assert "is neither a run nor a bundle" in capsys.readouterr().err


def test_a_damaged_bundle_is_told_from_what_is_no_bundle(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(BUILT_IN / "everyday", damaged)
    (damaged / "tokenizer.json").write_bytes(b"{}")
    with pytest.raises(RecipeError, match=r"^\S+damaged: \S+damaged does not hold"):
        load_parent(damaged)


def test_corpora_that_the_recipe_does_not_have_are_refused(folder: Path) -> None:
    path = folder / "student.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["a.tsv"]', '["c.tsv"]'), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"c\.tsv is no \[\[corpus\]\]"):
        load_recipe(path)
    assert dataclasses.asdict(Synthetic("en-fr", ("a.tsv",)))["beam"] == 4
