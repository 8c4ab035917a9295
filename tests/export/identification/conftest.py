"""Three languages that differ in their letters, and an identifier trained on them in a moment."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from traverba.identification.ngrams import NgramVocabulary
from traverba_export.identification.bundling import export_identifier
from traverba_export.identification.corpus import Split, load_split
from traverba_export.identification.recipe import (
    IdentifierModel,
    IdentifierRecipe,
    IdentifierTraining,
    LabelledCorpus,
)
from traverba_export.identification.training import train
from traverba_export.identification.vocabulary import choose_ngrams

SYLLABLES = {
    "eng": ("th", "ing", "ough", "wa", "ee", "sh"),
    "fra": ("eau", "é", "ç", "lle", "qu", "oi"),
    "rus": ("ст", "ого", "ы", "при", "ж", "ла"),
}


def sentence(code: str, random: Random) -> str:
    """Words of this language's syllables."""
    words = ("".join(random.choices(SYLLABLES[code], k=random.randint(1, 3))) for _ in range(4))
    return " ".join(words).capitalize() + "."


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with labelled sentences, one of them a sentence of the test file."""
    random = Random(1)
    folder = tmp_path_factory.mktemp("identifier-data")
    lines = [f"{code}\t{sentence(code, random)}\n" for _ in range(200) for code in SYLLABLES]
    lines += ["eng\tKept for the test.\n", "xxx\tToo few.\n"]
    (folder / "train.tsv").write_text("".join(lines), encoding="utf-8")
    (folder / "test.tsv").write_text("eng\tkept for the TEST\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def recipe() -> IdentifierRecipe:
    """Small, and soon done."""
    return IdentifierRecipe(
        name="three",
        corpora=(LabelledCorpus("train.tsv", label_column=0, licence="CC0", attribution="nobody"),),
        test="test.tsv",
        least_sentences=20,
        model=IdentifierModel(ngrams=300, embedding_size=8, hidden_size=8),
        training=IdentifierTraining(batch_size=32, epochs=3, learning_rate=0.02, save_interval=5),
    )


@pytest.fixture(scope="session")
def split(recipe: IdentifierRecipe, data: Path) -> Split:
    return load_split(recipe, data)


@pytest.fixture(scope="session")
def vocabulary(recipe: IdentifierRecipe, split: Split) -> NgramVocabulary:
    return NgramVocabulary(choose_ngrams(split.train, split.languages, recipe.model.ngrams))


@pytest.fixture(scope="session")
def run(
    recipe: IdentifierRecipe,
    split: Split,
    vocabulary: NgramVocabulary,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of a finished training run."""
    folder = tmp_path_factory.mktemp("identifier-run")
    np.save(folder / "ngrams.npy", vocabulary.keys)
    train(recipe, split, vocabulary, folder)
    return folder


@pytest.fixture(scope="session")
def exported(
    recipe: IdentifierRecipe,
    split: Split,
    vocabulary: NgramVocabulary,
    run: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The identifier's folder."""
    folder = tmp_path_factory.mktemp("identifier")
    export_identifier(recipe, split, vocabulary, run, folder)
    return folder
