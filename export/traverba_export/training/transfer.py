"""Start from a model that exists, of the same shape or a smaller one (`growing`).

Same shapes are copied, and of embeddings the rows of same subwords. Between vocabularies this is the
transfer of Kocmi & Bojar 2018 with the vocabulary of the new data: recurrent layers and attention are
the parent's, as are the rows of subwords both know. A subword that the parent lacks begins as the mean
of the parent's subwords that it is made of. A recipe with as many subwords in languages of the parent
keeps the parent's (`take_vocabulary`).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE
from torch import Tensor, nn

from traverba.bundle import find_bundle, open_bundle
from traverba.bundle.manifest import TOKENIZER_FILE
from traverba.errors import (
    BundleError,
    BundleFileMissingError,
    BundleFormatError,
    BundleNotFoundError,
)
from traverba_export.model import TranslationModel
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.subwords import LANGUAGE_TOKEN, language_token
from traverba_export.training.checkpoints import weights_file
from traverba_export.training.growing import ONE_ROW_A_SUBWORD, silence_new_layers, widened

log = logging.getLogger(__name__)

Origin: TypeAlias = "str | os.PathLike[str]"
"""A bundle, by name or path, or a run's folder, or a weights file with `tokenizer.json` beside it."""


@dataclass(frozen=True)
class Parent:
    """Weights by name, and the subword that owns each row of an embedding."""

    weights: dict[str, Tensor]
    vocabulary: dict[str, int]
    subwords: BPE | None = None
    """What splits a word into subwords of the vocabulary; None: a subword it lacks stays new."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """Of the whole model, see `ModelConfig`; empty for weights without one."""

    def into(self, target: str) -> Parent:
        """What it knows of one target language, if its languages have decoders of their own."""
        own = f"decoders.{target}."
        mine = {
            name.replace(own, "decoder."): weight
            for name, weight in self.weights.items()
            if name.startswith(own) or not name.startswith("decoders.")
        }
        return replace(self, weights=mine)


@dataclass(frozen=True)
class Transferred:
    """What a model got from its parent."""

    copied: tuple[str, ...]
    """Parameters taken whole or, of embeddings, for the shared subwords."""
    initialised: tuple[str, ...]
    """Parameters that start as in any new model."""
    shared_subwords: int


def start_from(origin: Origin, model: TranslationModel, tokenizer: Path) -> Transferred:
    """Copy from ``origin`` what fits; `RecipeError` if it is too wide or no model at all."""
    parent, vocabulary = load_parent(origin), _vocabulary(tokenizer)
    for target, member in model.members.items():
        done = transfer(parent.into(target), member, vocabulary)
    if ONE_ROW_A_SUBWORD[0] not in done.copied:
        raise RecipeError(f"{origin}: its vectors are wider than this recipe's; hidden_size must be as large")
    log.info(
        "from %s: %d parameters and %d of the subwords; new: %s",
        origin,
        len(done.copied),
        done.shared_subwords,
        ", ".join(done.initialised) or "none",
    )
    return done


def take_vocabulary(origin: Origin, recipe: Recipe, path: Path) -> bool:
    """Copy ``origin``'s subwords to ``path`` if ``recipe`` asks for as many and they know its languages.

    Learnt anew, from the same text in other shares, a vocabulary would differ in a twentieth of its
    subwords, and what the parent knows of those would be lost for nothing.
    """
    with tokenizer_of(origin) as tokenizer:
        pieces = _vocabulary(tokenizer)
        languages = {piece for piece in pieces if LANGUAGE_TOKEN.fullmatch(piece)}
        if len(pieces) != recipe.vocab_size or not languages >= {*map(language_token, recipe.languages)}:
            return False
        partial = path.with_suffix(".partial")
        partial.write_bytes(tokenizer.read_bytes())
    partial.replace(path)
    log.info("the subwords of %s are kept", origin)
    return True


@contextmanager
def tokenizer_of(origin: Origin) -> Iterator[Path]:
    """The file of its subwords."""
    if (file := weights_file(origin)) is not None:
        yield file.with_name(TOKENIZER_FILE)
    else:
        with open_bundle(find_bundle(origin)) as bundle:
            yield bundle.folder / TOKENIZER_FILE


def load_parent(origin: Origin) -> Parent:
    """Read weights and vocabulary of what `start_from` accepts."""
    if (file := weights_file(origin)) is None:
        return _bundled(origin)
    state = torch.load(file, map_location="cpu", weights_only=True)
    return _parent(state.get("model", state), file.with_name(TOKENIZER_FILE), state.get("config", {}))


def _bundled(origin: Origin) -> Parent:
    from traverba_export.reimport import load_model

    try:
        with open_bundle(find_bundle(origin)) as bundle:
            model = load_model(bundle)
            return _parent(model.state_dict(), bundle.folder / TOKENIZER_FILE, model.config.to_dict())
    except (BundleNotFoundError, BundleFileMissingError, BundleFormatError) as error:
        raise RecipeError(f"{origin} is neither a run nor a bundle: {error}") from error
    except (BundleError, ValueError) as error:  # a bundle, but a damaged or a newer one
        raise RecipeError(f"{origin}: {error}") from error


def _parent(weights: dict[str, Tensor], tokenizer: Path, config: Mapping[str, Any]) -> Parent:
    return Parent(weights, _vocabulary(tokenizer), Tokenizer.from_file(str(tokenizer)).model, config)


@torch.no_grad()
def transfer(parent: Parent, model: nn.Module, vocabulary: dict[str, int]) -> Transferred:
    """Fill ``model``, whose rows ``vocabulary`` names; other shapes and subwords keep their first values."""
    shared = sorted(vocabulary.keys() & parent.vocabulary.keys())
    rows = torch.tensor([vocabulary[piece] for piece in shared])
    parent_rows = torch.tensor([parent.vocabulary[piece] for piece in shared])
    lacking = vocabulary.keys() - parent.vocabulary
    made_of = [(vocabulary[piece], parts) for piece in lacking if (parts := _parts(parent, piece))]
    copied, initialised, weights = [], [], widened(parent.weights, model)
    for name, parameter in model.named_parameters():
        weight = weights.get(name)
        if weight is not None and name in ONE_ROW_A_SUBWORD and weight.shape[1:] == parameter.shape[1:]:
            parameter[rows] = weight[parent_rows].to(parameter)
            for row, parts in made_of:
                parameter[row] = weight[parts].mean(dim=0).to(parameter)
        elif weight is not None and name not in ONE_ROW_A_SUBWORD and weight.shape == parameter.shape:
            parameter.copy_(weight)
        else:
            initialised.append(name)
            continue
        copied.append(name)
    silence_new_layers(model, initialised)
    return Transferred(tuple(copied), tuple(initialised), len(shared))


def _parts(parent: Parent, piece: str) -> list[int]:
    """The parent's subwords that make up ``piece``; none of a token that stands for a language."""
    if parent.subwords is None or LANGUAGE_TOKEN.fullmatch(piece):
        return []
    return [token.id for token in parent.subwords.tokenize(piece)]


def _vocabulary(tokenizer: Path) -> dict[str, int]:
    try:
        vocabulary: dict[str, int] = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    except (OSError, ValueError, KeyError) as error:
        raise RecipeError(
            f"{tokenizer} is no vocabulary ({error!r}); it must lie beside the weights"
        ) from error
    return vocabulary
