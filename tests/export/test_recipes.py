"""The recipes that come with the exporter."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import traverba_export
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.recipe_file import find_recipe, load_recipe

RECIPES = sorted((Path(traverba_export.__file__).parent / "recipes").glob("everyday*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_what_may_be_bundled_names_licence_and_attribution_of_every_corpus(path: Path) -> None:
    recipe = load_recipe(path)
    assert recipe.name == path.stem
    assert all(corpus.licence and corpus.attribution for corpus in recipe.corpora)
    assert not any(word in corpus.licence for corpus in recipe.corpora for word in ("NC", "ND", "SA", "GPL"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_direction_is_watched_on_dev_and_kept_apart_from_its_test(path: Path) -> None:
    recipe = load_recipe(path)
    watched = {direction for dev in recipe.dev for direction in dev.directions}
    assert watched == {"-".join(direction) for direction in recipe.directions}

    def pairs(specs: tuple[CorpusSpec, ...]) -> set[tuple[str, str]]:
        return {spec.languages for spec in specs}

    assert pairs(recipe.corpora) <= pairs(recipe.test)


def test_the_built_in_model_has_eight_directions_and_decoders_to_fit_and_ends_on_everyday_text() -> None:
    recipe = find_recipe("everyday")
    others = ("de", "es", "fr", "ru")
    assert set(recipe.directions) == {("en", x) for x in others} | {(x, "en") for x in others}
    assert set(recipe.model.own_decoders) == {"en", *others}
    assert recipe.model.lexical
    [everyday] = recipe.phases
    assert everyday.decay_steps > 0.9 * everyday.steps
    software = [spec for spec in recipe.corpora if spec.paths[0].startswith(("softloc/", "more-permissive/"))]
    assert len(software) == 8 and all(
        passes <= 0.15 for spec in software for passes in spec.directions.values()
    )


def test_the_student_learns_from_its_teacher_in_every_direction_and_from_english_of_all_others() -> None:
    recipe, teacher = find_recipe("everyday-taught"), find_recipe("everyday-teacher")
    assert (teacher.corpora, teacher.vocab_size) == (recipe.corpora, recipe.vocab_size)
    assert teacher.model.hidden_size > recipe.model.hidden_size and not teacher.synthetic
    assert recipe.model == dataclasses.replace(find_recipe("everyday").model, dropout=recipe.model.dropout)
    own = [each for each in recipe.of_a_run if not each.back_passes]
    assert {each.direction for each in own} == {"-".join(direction) for direction in recipe.directions}
    for each in recipe.of_a_run:
        pair = "en-" + each.direction.replace("en", "").strip("-")
        assert all((f"/{pair}." in path or f".{pair}." in path) is (each in own) for path in each.corpora)
