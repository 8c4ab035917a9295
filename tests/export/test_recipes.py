"""The recipes that come with the exporter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import traverba_export
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.model import EncoderDecoder
from traverba_export.recipe_file import find_recipe, load_recipe
from traverba_export.training.transfer import Parent, transfer

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


def test_the_recipe_of_eight_directions_has_them_and_ends_on_everyday_text() -> None:
    recipe = find_recipe("everyday-8")
    others = ("de", "es", "fr", "ru")
    assert set(recipe.directions) == {("en", x) for x in others} | {(x, "en") for x in others}
    assert [phase.name for phase in recipe.phases] == ["general", "everyday", "distilled", "longer"]
    last = recipe.phases[-1]
    assert last.decay_steps == last.steps and all(weight < 1 for weight in last.weights.values())
    assert {taught.direction for taught in recipe.distilled} == {"en-fr", "fr-en", "ru-en"}


def test_the_larger_one_can_begin_with_the_smaller_ones_weights_and_reads_the_same_text() -> None:
    small, large = find_recipe("everyday-8"), find_recipe("everyday-8-wide")
    assert (large.corpora, large.dev, large.distilled) == (small.corpora, small.dev, small.distilled)
    assert large.vocab_size == small.vocab_size and large.seed == small.seed
    assert large.model.hidden_size > small.model.hidden_size
    parent, model = (EncoderDecoder(replace(r.model, vocab_size=100)) for r in (small, large))
    rows = {str(row): row for row in range(100)}
    done = transfer(Parent(parent.state_dict(), rows), model, rows)
    assert done.initialised and all(name.startswith("encoder.upper.1.") for name in done.initialised)
