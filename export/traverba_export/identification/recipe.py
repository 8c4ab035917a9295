"""What an identifier is made of and from, in one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from traverba_export.recipe import RecipeError


@dataclass(frozen=True)
class LabelledCorpus:
    """Sentences whose language is known: from a column, or because a column holds one language."""

    path: str
    label_column: int | None = None
    """Column with the ISO 639-3 code of the sentence in the column after it."""
    columns: dict[str, int] = field(default_factory=dict)
    """ISO 639-3 code -> column, where each column holds one language."""
    most: int = 0
    """Sentences taken of each language, evenly spread over the file; 0: all."""
    licence: str = ""
    attribution: str = ""


@dataclass(frozen=True)
class IdentifierModel:
    """Sizes of the network."""

    ngrams: int = 42_000
    """Character n-grams it knows."""
    embedding_size: int = 32
    hidden_size: int = 96
    """Of each of the two directions."""
    dropout: float = 0.2
    ngram_dropout: float = 0.1
    """Share of n-grams that a training step does not see."""


@dataclass(frozen=True)
class IdentifierTraining:
    """How the weights are found."""

    batch_size: int = 256
    epochs: int = 8
    learning_rate: float = 3e-3
    """At the beginning; it falls linearly to a hundredth."""
    clip_norm: float = 1.0
    shorten_share: float = 0.5
    """Share of sentences of which a step sees only a random piece."""
    shortest: int = 2
    longest: int = 40
    """Characters of such a piece, drawn log-uniformly."""
    plain_share: float = 0.1
    """Share of sentences that lose their punctuation."""
    save_interval: int = 200
    """Steps between checkpoints."""


@dataclass(frozen=True)
class IdentifierRecipe:
    """A whole identifier."""

    name: str
    corpora: tuple[LabelledCorpus, ...]
    test: str = ""
    """Read only to keep its sentences out of the training data."""
    leave_out: tuple[str, ...] = ()
    """ISO 639-3 codes that are not learnt."""
    merge: dict[str, str] = field(default_factory=dict)
    """Code -> the code it is counted under."""
    tags: dict[str, str] = field(default_factory=dict)
    """Code -> the tag to show, where the registry's is not what people expect."""
    dev_share: int = 20
    """One sentence in so many is dev, drawn by a hash of its text."""
    least_sentences: int = 250
    """A language with fewer is not learnt."""
    model: IdentifierModel = field(default_factory=IdentifierModel)
    training: IdentifierTraining = field(default_factory=IdentifierTraining)
    seed: int = 1


def load_identifier_recipe(path: Path) -> IdentifierRecipe:
    """Read a recipe; an unknown key or a missing one is an error that names it."""
    try:
        return _recipe(tomllib.loads(path.read_text(encoding="utf-8")))
    except KeyError as error:
        raise RecipeError(f"{path}: the key {error} is missing") from error
    except (OSError, TypeError, ValueError) as error:
        raise RecipeError(f"{path}: {error}") from error


def _recipe(raw: dict[str, Any]) -> IdentifierRecipe:
    return IdentifierRecipe(
        corpora=tuple(LabelledCorpus(**corpus) for corpus in raw.pop("corpus")),
        leave_out=tuple(raw.pop("leave_out", ())),
        model=IdentifierModel(**raw.pop("model", {})),
        training=IdentifierTraining(**raw.pop("training", {})),
        **raw,
    )
