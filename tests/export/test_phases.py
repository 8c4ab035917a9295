"""Phases of a run: each with its own schedule and mixture, resumable at their borders."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import pytest
import torch

from traverba_export.corpora.reading import CorpusError
from traverba_export.model import ManyDecoders, ModelConfig
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.recipe_file import load_recipe
from traverba_export.training.preparation import prepare
from traverba_export.training.schedule import stage_at, stages
from traverba_export.training.trainer import Trainer, learn_only

RECIPE = """
name = "phases"
vocab_size = 271
[model]
preset = "tiny"
[training]
token_budget = 60
eval_interval = 100
eval_sentences = 2
save_interval = 4
precision = "fp32"
subword_dropout = 0.1
word_dropout = 0.1
average_last = 1
[[phase]]
name = "general"
steps = 8
learning_rate = 1.0e-2
warmup_steps = 2
weights = { "b.tsv" = 0.0 }
[[phase]]
name = "everyday"
steps = 6
learning_rate = 4.0e-3
decay_steps = 4
weights = { "a.tsv" = 0.0 }
[[corpus]]
path = "a.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
[[corpus]]
path = "b.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
[[dev]]
path = "b.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words = ["ba", "do", "ki", "lu", "ma"]
    pairs = [f"{a} {b} {c}\t{c} {b} {a}\n" for a in words for b in words for c in words]
    (tmp_path / "a.tsv").write_text("".join(pairs[:60]), encoding="utf-8")
    (tmp_path / "b.tsv").write_text("".join(pairs[60:]), encoding="utf-8")
    text = RECIPE.replace('[[dev]]\npath = "b.tsv"', '[[dev]]\npath = "dev.tsv"')
    (tmp_path / "dev.tsv").write_text("zu zu\tzu zu\n", encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    return tmp_path


def run(recipe: Recipe, folder: Path, out: str) -> dict[str, torch.Tensor]:
    (folder / out).mkdir(exist_ok=True)
    trainer = Trainer(recipe, prepare(recipe, folder, folder / out), folder / out, "cpu")
    weights: dict[str, torch.Tensor] = torch.load(trainer.run(), weights_only=True)["model"]
    return weights


def test_each_phase_has_its_own_rate(folder: Path) -> None:
    found = stages(load_recipe(folder / "recipe.toml"))
    rates = [stage_at(found, step).learning_rate(step) for step in range(14)]
    # by hand: two steps of warm-up, a plateau, then four steps down from the second peak
    assert rates[:8] == pytest.approx([5e-3, *[1e-2] * 7])
    assert rates[8:] == pytest.approx([4e-3, 4e-3, 4e-3, 3e-3, 2e-3, 1e-3])
    assert [(s.name, s.start, s.end) for s in found] == [("general", 0, 8), ("everyday", 8, 14)]
    assert stage_at(found, 99).name == "everyday"


def test_a_run_is_as_long_as_its_phases(folder: Path) -> None:
    assert load_recipe(folder / "recipe.toml").training.max_steps == 14


def test_two_schedules_in_one_recipe_are_refused(folder: Path) -> None:
    path = folder / "recipe.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("[training]", "[training]\nmax_steps = 20"), encoding="utf-8"
    )
    with pytest.raises(RecipeError, match="max_steps"):
        load_recipe(path)


def test_a_phase_without_steps_is_refused_by_name(folder: Path) -> None:
    path = folder / "recipe.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("steps = 6\n", "steps = 0\n"), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"everyday.*at least 1"):
        load_recipe(path)


def test_a_misspelt_corpus_is_named_before_the_first_step(folder: Path) -> None:
    recipe = load_recipe(folder / "recipe.toml")
    later = dataclasses.replace(recipe.phases[1], weights={"everyday/": 1.0})
    recipe = dataclasses.replace(recipe, phases=(recipe.phases[0], later))
    (folder / "out").mkdir()
    with pytest.raises(CorpusError, match="everyday/"):
        Trainer(recipe, prepare(recipe, folder, folder / "out"), folder / "out", "cpu")


def test_a_phase_reads_what_goes_into_the_languages_that_it_names(folder: Path) -> None:
    text = (folder / "recipe.toml").read_text(encoding="utf-8")
    both = text.replace("directions = { en-fr = 1.0 }", "directions = { en-fr = 1.0, fr-en = 0.5 }")
    both = both.replace('weights = { "a.tsv" = 0.0 }', 'into = ["en"]')
    (folder / "both.toml").write_text(both, encoding="utf-8")
    recipe = load_recipe(folder / "both.toml")
    (folder / "out").mkdir()
    trainer = Trainer(recipe, prepare(recipe, folder, folder / "out"), folder / "out", "cpu")
    first, second = (trainer._plan(stage, 0) for stage in trainer.stages)
    assert {pool.direction for pool in first.pools} == {"en-fr", "fr-en"}  # type: ignore[union-attr]
    assert {pool.direction for pool in second.pools} == {"fr-en"}  # type: ignore[union-attr]


def test_what_goes_into_no_language_of_any_phase_is_not_even_encoded(folder: Path) -> None:
    both = RECIPE.replace("{ en-fr = 1.0 }\n[[corpus]]", "{ en-fr = 1.0, fr-en = 1.0 }\n[[corpus]]")
    for into, read in (("", {"en-fr", "fr-en"}), ('into = ["fr"]\n', {"en-fr"})):
        text = both.replace("steps = 8\n", f"steps = 8\n{into}").replace("steps = 6\n", f"steps = 6\n{into}")
        (folder / "both.toml").write_text(text.replace('[[dev]]\npath = "b', '[[dev]]\npath = "dev'), "utf-8")
        (out := folder / f"out{len(read)}").mkdir()
        prepared = prepare(load_recipe(folder / "both.toml"), folder, out)
        assert {pool.direction for pool in prepared.pools} == read


def test_a_language_that_nothing_is_translated_into_is_named_before_the_first_step(folder: Path) -> None:
    recipe = load_recipe(folder / "recipe.toml")
    later = dataclasses.replace(recipe.phases[1], into=("fr", "de"))
    recipe = dataclasses.replace(recipe, phases=(recipe.phases[0], later))
    (folder / "out").mkdir()
    with pytest.raises(CorpusError, match="into de here"):
        Trainer(recipe, prepare(recipe, folder, folder / "out"), folder / "out", "cpu")


def test_a_run_resumed_at_the_border_of_a_phase_goes_on_the_same(folder: Path) -> None:
    """The first sitting ends with the first phase; its checkpoint is all the second one has."""
    recipe = load_recipe(folder / "recipe.toml")
    whole = run(recipe, folder, "whole")
    first = dataclasses.replace(recipe.training, max_steps=8)
    run(dataclasses.replace(recipe, training=first), folder, "parts")
    parts = run(recipe, folder, "parts")
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_a_new_phase_reads_its_own_corpora(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    recipe = load_recipe(folder / "recipe.toml")
    (folder / "out").mkdir()
    trainer = Trainer(recipe, prepare(recipe, folder, folder / "out"), folder / "out", "cpu")
    read: list[tuple[int, float]] = []
    original = trainer._plan

    def watched(stage, epoch):  # type: ignore[no-untyped-def]
        plan = original(stage, epoch)
        read.extend((stage.start, pool.passes) for pool in plan.pools)
        return plan

    trainer._plan = watched  # type: ignore[method-assign]
    trainer.run()
    assert set(read) == {(0, 1.0), (0, 0.0), (8, 0.0), (8, 1.0)}
    assert [passes for start, passes in read if start == 8][:2] == [0.0, 1.0]


def test_a_phase_can_let_some_parameters_learn_and_hold_the_others_still() -> None:
    model = ManyDecoders(ModelConfig(vocab_size=30, hidden_size=8, own_decoders=("en", "fr")))
    learn_only(model, ("decoders.fr.",))
    learning = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert learning and all(name.startswith("decoders.fr.") for name in learning)
    assert not any(".attention.key." in name for name in learning)  # the decoders have it in common
    learn_only(model, ())
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_a_phase_that_names_no_parameter_is_refused() -> None:
    model = ManyDecoders(ModelConfig(vocab_size=30, hidden_size=8, own_decoders=("en", "fr")))
    with pytest.raises(RecipeError, match=r"decoders\.es"):
        learn_only(model, ("decoders.es.",))
