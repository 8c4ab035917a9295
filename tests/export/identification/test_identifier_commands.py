"""A recipe of an identifier by its commands, and the mistakes that one can hold."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from traverba.identification import Identifier
from traverba_export.cli import main
from traverba_export.identification.augmentation import shorten, vary
from traverba_export.identification.commands import OWN_RECIPE
from traverba_export.identification.recipe import IdentifierTraining, load_identifier_recipe
from traverba_export.recipe import RecipeError

RECIPE = """
name = "three"
least_sentences = 20
tags = { rus = "ru-RU" }

[model]
ngrams = 200
embedding_size = 4
hidden_size = 4

[training]
batch_size = 64
epochs = 1

[[corpus]]
path = "train.tsv"
label_column = 0
"""


def test_train_and_export_make_an_identifier(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "three.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    run, out = tmp_path / "run", tmp_path / "out"
    assert main(["identify-train", str(recipe), "--data", str(data), "--out", str(run)]) == 0
    assert (
        main(["identify-export", str(recipe), "--data", str(data), "--run", str(run), "--out", str(out)]) == 0
    )
    identifier = Identifier(out)
    assert identifier.languages == ("en", "fr", "ru-RU")
    assert identifier.description.name == "three"


def test_a_missing_corpus_is_bad_input(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "three.toml"
    recipe.write_text(RECIPE.replace("train.tsv", "elsewhere.tsv"), encoding="utf-8")
    assert main(["identify-train", str(recipe), "--data", str(data), "--out", str(tmp_path / "run")]) == 2
    assert "elsewhere.tsv" in capsys.readouterr().err


def test_the_built_in_recipe_can_be_read() -> None:
    recipe = load_identifier_recipe(OWN_RECIPE)
    assert recipe.test
    assert all(corpus.licence and corpus.attribution for corpus in recipe.corpora)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("x = 1", "corpus"),
        (RECIPE + "lines = 3", "lines"),
        (RECIPE.replace("ngrams", "n"), "n"),
        ("=", "line"),
    ],
)
def test_a_mistake_in_a_recipe_is_named(content: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError, match=named):
        load_identifier_recipe(path)


def test_pieces_begin_with_a_word_and_are_short() -> None:
    text, random = "one two three four", Random(1)
    pieces = {shorten(text, 6, random) for _ in range(200)}
    assert pieces >= {"one tw", "one", "two th", "two", "three", "four"}
    assert all(len(piece) <= 6 and piece in text for piece in pieces)


def test_varied_texts_are_pieces_of_the_text_or_lose_its_punctuation() -> None:
    options = IdentifierTraining(shorten_share=0, plain_share=1)
    assert vary("¿Qué tal, «amigo»?", options, Random(1)) == " Qué tal   amigo  "
    never = IdentifierTraining(shorten_share=0, plain_share=0)
    assert vary("¿Qué tal?", never, Random(1)) == "¿Qué tal?"
