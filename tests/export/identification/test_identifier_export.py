"""A trained identifier leaves PyTorch and says the same in the runtime."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from tests.export.identification.conftest import SYLLABLES, sentence

from traverba.identification import Identifier
from traverba.identification.ngrams import NgramVocabulary
from traverba_export.identification.calibration import calibration_error, fit_temperature
from traverba_export.identification.corpus import Split, load_split
from traverba_export.identification.graph import quantise_rows
from traverba_export.identification.recipe import IdentifierRecipe
from traverba_export.identification.training import dev_logits, train

TAGS = {"eng": "en", "fra": "fr", "rus": "ru"}


def test_the_exported_identifier_knows_the_three_languages(exported: Path) -> None:
    identifier, random = Identifier(exported), Random(2)
    for code, tag in TAGS.items():
        texts = [sentence(code, random) for _ in range(10)]
        assert [identifier.detect(text).language for text in texts] == [tag] * 10


def test_the_description_carries_tags_names_and_licences(exported: Path) -> None:
    description = json.loads((exported / "identifier.json").read_text(encoding="utf-8"))
    assert description["languages"][1] == {"tag": "fr", "iso639_3": "fra", "name": "French"}
    assert description["training_data"][0]["licence"] == "CC0"
    assert {entry["path"] for entry in description["files"]} == {"identifier.onnx", "ngrams.npy"}


def test_sentences_of_the_test_file_and_rare_languages_are_not_learnt(split: Split) -> None:
    assert split.languages == ("eng", "fra", "rus")
    assert not any("Kept" in text for _, text in (*split.train, *split.dev))


def test_train_and_dev_share_no_sentence_and_the_split_is_the_same_every_time(
    split: Split, recipe: IdentifierRecipe, data: Path
) -> None:
    assert not set(split.train) & set(split.dev)
    assert split == load_split(recipe, data)


def test_merged_languages_count_as_one(recipe: IdentifierRecipe, data: Path) -> None:
    merged = load_split(dataclasses.replace(recipe, merge={"fra": "eng"}), data)
    assert merged.languages == ("eng", "rus")


class _Interrupted(Exception):
    pass


def test_an_interrupted_training_run_ends_with_the_same_weights(
    recipe: IdentifierRecipe,
    split: Split,
    vocabulary: NgramVocabulary,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from traverba_export.identification import training

    save = training._save

    def save_and_stop(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        raise _Interrupted

    monkeypatch.setattr(training, "_save", save_and_stop)
    with pytest.raises(_Interrupted):
        train(recipe, split, vocabulary, tmp_path)
    monkeypatch.setattr(training, "_save", save)
    train(recipe, split, vocabulary, tmp_path)
    expected = torch.load(run / "final.pt", weights_only=True)
    found = torch.load(tmp_path / "final.pt", weights_only=True)
    for name, value in expected.items():
        assert torch.equal(value, found[name]), name


def test_texts_without_a_known_ngram_are_left_out_of_a_batch(
    recipe: IdentifierRecipe, split: Split, vocabulary: NgramVocabulary, run: Path
) -> None:
    from traverba_export.identification.model import Identifier as Network

    model = Network(recipe.model, len(vocabulary.keys), 3)
    pairs = [("eng", "123"), ("rus", "при"), ("fra", "ᚠᚢᚦ")]
    logits, labels = dev_logits(model, pairs, split.languages, vocabulary)
    assert logits.shape == (1, 3)
    assert labels.tolist() == [2]


def test_rows_of_the_table_lose_at_most_half_a_step_in_int8() -> None:
    weight = torch.randn(50, 8, generator=torch.Generator().manual_seed(1))
    table, scales = quantise_rows(weight)
    error = (table.float() * scales.float() - weight).abs()
    assert table.dtype == torch.int8
    # Half a step, and a little where rounding the scale to float16 pushes the largest value over 127.
    assert torch.all(error <= 0.5 * scales.float() + weight.abs() * 2**-10)


def test_the_temperature_of_overconfident_logits_is_found() -> None:
    generator = torch.Generator().manual_seed(1)
    honest = torch.randn(4000, 5, generator=generator) * 2
    labels = torch.multinomial(honest.softmax(1), 1, generator=generator)[:, 0]
    assert fit_temperature(honest * 2, labels) == pytest.approx(2, rel=0.1)
    assert calibration_error(honest, labels) < 0.03 < calibration_error(honest * 3, labels)


def test_syllables_that_tell_languages_apart_are_chosen_first(split: Split) -> None:
    from traverba.identification.ngrams import ngram_keys
    from traverba_export.identification.vocabulary import choose_ngrams

    chosen = choose_ngrams(split.train, split.languages, 30)
    keys, _, _ = ngram_keys(["ы"])
    assert keys[1, 0] in chosen
    assert len(chosen) == 30
    assert np.all(chosen[1:] > chosen[:-1])
    assert len(SYLLABLES) == len(split.languages)
