"""A recipe: everything a training run depends on besides the data folder, in one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from traverba_export.corpora.cleaning import CleaningRules
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.model.config import ModelConfig, preset


class RecipeError(ValueError):
    """A recipe cannot be used; the message names file and key."""


@dataclass(frozen=True)
class TrainingOptions:
    """How the weights are found."""

    token_budget: int = 4096
    """Padded tokens of the longer side in a batch."""
    max_steps: int = 20_000
    warmup_steps: int = 500
    """Steps of linear warm-up to the peak learning rate."""
    decay_steps: int = 5_000
    """Last steps, over which the learning rate falls linearly to a hundredth of the peak."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    label_smoothing: float = 0.1
    clip_norm: float = 1.0
    """Gradients are scaled down to this global norm (Pascanu et al. 2013)."""
    precision: str = "bf16"
    """fp32, bf16 (CPU or CUDA), or fp16 (CUDA)."""
    casual_share: float = 0.1
    """Share of pairs added once more in lower case and without the final full stop."""
    stand_in_share: float = 0.0
    """Share of pairs in which a name or number becomes a stand-in such as "{0}", if both sides have it."""
    lexicon_passes: float = 0.0
    """Passes in an epoch over single-word pairs learnt from the corpora by alignment; 0: none."""
    eval_interval: int = 1_000
    """Steps between evaluations on dev."""
    eval_sentences: int = 300
    """Dev sentences for each direction."""
    save_interval: int = 250
    """Steps between checkpoints: the most that a kill can lose."""
    average_last: int = 5
    """Weights of this many latest evaluations are averaged for the final model."""
    patience: int = 0
    """Evaluations without a better mean dev BLEU after which training stops; 0: never."""


@dataclass(frozen=True)
class Recipe:
    """A model, its data and its training."""

    name: str
    model: ModelConfig
    corpora: tuple[CorpusSpec, ...]
    dev: tuple[CorpusSpec, ...]
    test: tuple[CorpusSpec, ...] = ()
    """Read only to keep their sentences out of the training data."""
    vocab_size: int = 8_000
    subword_lines: int = 100_000
    """Sentences of each language from which subwords are learned."""
    cleaning: CleaningRules = field(default_factory=CleaningRules)
    training: TrainingOptions = field(default_factory=TrainingOptions)
    seed: int = 1

    @property
    def directions(self) -> tuple[tuple[str, str], ...]:
        """Every trained (source, target), in recipe order."""
        return tuple(dict.fromkeys(split_direction(d) for c in self.corpora for d in c.directions))

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language of the recipe, in alphabetical order."""
        return tuple(sorted({language for corpus in self.corpora for language in corpus.languages}))


def split_direction(direction: str) -> tuple[str, str]:
    """ "en-fr" -> ("en", "fr")."""
    source, dash, target = direction.partition("-")
    if not (source and dash and target):
        raise RecipeError(f"direction {direction!r} is not of the form en-fr")
    return source, target


def load_recipe(path: Path) -> Recipe:
    """Read a TOML recipe; an unknown key or a missing one is an error that names it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: {error}") from error
    try:
        return _recipe(raw)
    except KeyError as error:
        raise RecipeError(f"{path}: the key {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise RecipeError(f"{path}: {error}") from error


def _recipe(raw: dict[str, Any]) -> Recipe:
    model = dict(raw.pop("model"))
    vocab_size = int(raw.pop("vocab_size", 8_000))
    config = preset(model.pop("preset"), vocab_size=vocab_size, **model)
    recipe = Recipe(
        name=raw.pop("name"),
        model=config,
        vocab_size=vocab_size,
        corpora=tuple(_corpus(c) for c in raw.pop("corpus")),
        dev=tuple(_corpus(c) for c in raw.pop("dev")),
        test=tuple(_corpus(c) for c in raw.pop("test", [])),
        cleaning=CleaningRules(**raw.pop("cleaning", {})),
        training=TrainingOptions(**raw.pop("training", {})),
        **{
            f.name: raw.pop(f.name)
            for f in fields(Recipe)
            if f.name in ("seed", "subword_lines") and f.name in raw
        },
    )
    if raw:
        raise RecipeError(f"unknown keys: {', '.join(raw)}")
    return recipe


def _corpus(raw: dict[str, Any]) -> CorpusSpec:
    languages = tuple(raw.pop("languages"))
    paths = raw.pop("path")
    spec = CorpusSpec(
        paths=(paths,) if isinstance(paths, str) else tuple(paths),
        languages=(languages[0], languages[1]),
        columns=tuple(raw.pop("columns", (0, 1))),
        **raw,
    )
    for direction in spec.directions:
        if set(split_direction(direction)) != set(languages):
            raise RecipeError(
                f"corpus {paths}: direction {direction} is not between {' and '.join(languages)}"
            )
    return spec
