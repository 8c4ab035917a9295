"""A new model that begins with the weights of another."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE

from traverba_export.corpora.reading import CorpusSpec
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.training.transfer import load_parent, start_from, take_vocabulary

DATA = Path(__file__).parents[1] / "data"
CONFIG = ModelConfig(vocab_size=40, hidden_size=8)
COMMON = ("<pad>", "<s>", "</s>", *(f"piece {i}" for i in range(35)))


def vocabulary(folder: Path, *pieces: str, merges: Sequence[tuple[str, str]] = ()) -> Path:
    path = folder / "tokenizer.json"
    Tokenizer(BPE({p: i for i, p in enumerate(pieces)}, list(merges))).save(str(path))
    return path


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    """A finished run: final weights and the vocabulary beside them."""
    torch.manual_seed(1)
    folder = tmp_path / "parent"
    folder.mkdir()
    vocabulary(folder, *COMMON, "cat", "dog")
    torch.save({"model": EncoderDecoder(CONFIG).state_dict()}, folder / "final.pt")
    return folder


def child(config: ModelConfig) -> EncoderDecoder:
    torch.manual_seed(2)
    return EncoderDecoder(config)


def test_layers_and_rows_of_shared_subwords_are_copied_and_the_rest_stays_new(
    parent: Path, tmp_path: Path
) -> None:
    config = dataclasses.replace(CONFIG, vocab_size=41)
    tokenizer = vocabulary(tmp_path, *COMMON, "dog", "cow", "cat")
    model, untouched = child(config), child(config)
    done = start_from(parent, model, tokenizer)
    old = load_parent(parent).weights
    assert done.shared_subwords == 40 and done.initialised == ()
    assert torch.equal(model.decoder.bottom.input.weight, old["decoder.bottom.input.weight"])
    table, old_table = model.target_embedding.weight, old["target_embedding.weight"]
    assert torch.equal(table[[0, 37, 38, 40]], old_table[[0, 37, 39, 38]])
    assert torch.equal(table[39], untouched.target_embedding.weight[39])


def test_a_subword_that_the_parent_lacks_begins_as_the_mean_of_what_it_is_made_of(tmp_path: Path) -> None:
    torch.manual_seed(1)
    folder = tmp_path / "parent"
    folder.mkdir()
    vocabulary(folder, *COMMON[:34], "c", "o", "w", "s", "co", "cow", merges=[("c", "o"), ("co", "w")])
    torch.save({"model": EncoderDecoder(CONFIG).state_dict()}, folder / "final.pt")
    model = child(dataclasses.replace(CONFIG, vocab_size=37))
    tokenizer = vocabulary(tmp_path, *COMMON[:34], "cows", "<2de>", "ox")
    untouched = child(model.config)
    start_from(folder, model, tokenizer)
    old = load_parent(folder).weights
    for name in ("target_embedding.weight", "output.bias"):
        rows, old_rows = model.state_dict()[name], old[name]
        torch.testing.assert_close(rows[34], (old_rows[39] + old_rows[37]) / 2)  # cow, s
        torch.testing.assert_close(rows[36], old_rows[35])  # o: the parent has no x
        assert torch.equal(rows[35], untouched.state_dict()[name][35])


def test_a_layer_the_parent_lacks_is_named_as_new(parent: Path, tmp_path: Path) -> None:
    tokenizer = vocabulary(tmp_path, *COMMON, "cat", "dog")
    model = child(dataclasses.replace(CONFIG, decoder_layers=3))
    done = start_from(parent, model, tokenizer)
    assert done.initialised and all("decoder.upper.1" in name for name in done.initialised)


def test_a_file_of_weights_serves_as_well_as_its_folder(parent: Path, tmp_path: Path) -> None:
    tokenizer = vocabulary(tmp_path, *COMMON, "cat", "dog")
    models = [child(CONFIG), child(CONFIG)]
    start_from(parent, models[0], tokenizer)
    start_from(parent / "final.pt", models[1], tokenizer)
    assert all(torch.equal(a, b) for a, b in zip(*(m.parameters() for m in models), strict=True))


def test_a_bundle_gives_its_weights() -> None:
    loaded = load_parent(DATA / "tiny.traverba")
    assert loaded.weights["target_embedding.weight"].shape == (390, 32)
    assert loaded.vocabulary["<s>"] == 1


def test_an_installed_bundle_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRAVERBA_HOME", str(tmp_path))
    shutil.copy(DATA / "tiny.traverba", tmp_path / "mine.traverba")
    assert load_parent("mine").vocabulary["<s>"] == 1


def recipe(vocab_size: int, *languages: str) -> Recipe:
    pairs = tuple(CorpusSpec(("x.tsv",), pair) for pair in itertools.pairwise(languages))
    return Recipe("small", CONFIG, pairs, (), vocab_size=vocab_size)


@pytest.mark.parametrize(
    ("size", "languages", "kept"),
    [
        (390, ["qaa", "qab", "qac"], True),
        (390, ["qaa", "qab"], True),
        (391, ["qaa", "qab", "qac"], False),
        (390, ["qaa", "qad"], False),
    ],
)
def test_subwords_are_kept_if_the_recipe_asks_for_as_many_in_languages_that_they_know(
    tmp_path: Path, size: int, languages: list[str], kept: bool
) -> None:
    path = tmp_path / "tokenizer.json"
    assert take_vocabulary(DATA / "tiny.traverba", recipe(size, *languages), path) == kept
    assert path.exists() == kept
    if kept:
        pieces = Tokenizer.from_file(str(path)).get_vocab()
        assert pieces == load_parent(DATA / "tiny.traverba").vocabulary


def test_a_parent_that_is_wider_is_refused(parent: Path, tmp_path: Path) -> None:
    tokenizer = vocabulary(tmp_path, *COMMON, "cat", "dog")
    with pytest.raises(RecipeError, match="hidden_size must be as large"):
        start_from(parent, child(dataclasses.replace(CONFIG, hidden_size=4)), tokenizer)


@pytest.mark.parametrize("missing", ["tokenizer.json", "final.pt"])
def test_what_is_missing_is_named(parent: Path, tmp_path: Path, missing: str) -> None:
    origin = parent / "final.pt"
    (parent / missing).unlink()
    with pytest.raises(RecipeError, match=missing):
        start_from(origin, child(CONFIG), vocabulary(tmp_path, *COMMON, "cat", "dog"))
