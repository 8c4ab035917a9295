"""One recipe, one run: whatever its model is, the weights are in ``final.pt`` at the end."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from traverba.bundle.manifest import TOKENIZER_FILE
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.training.packing import pack, unpack
from traverba_export.training.preparation import Prepared, prepare
from traverba_export.training.teaching import taught_pools
from traverba_export.training.trainer import Trainer
from traverba_export.training.transfer import Origin, take_vocabulary
from traverba_export.training.word_by_word import aligned_pools, learn_dictionary


@dataclass(frozen=True)
class Helpers:
    """What a run may be given besides its recipe and its data."""

    origin: Origin | None = None
    """A new run begins with its weights, and with its subwords if the recipe's would be alike."""
    teacher: Origin | None = None
    """A run or a bundle of the same subwords; it writes each `[[synthetic]]` that names no bundle."""
    minutes: float = math.inf
    """After so long the run stops with a checkpoint."""


def train(
    recipe: Recipe, data: Path, out_dir: Path, device: str, helpers: Helpers | None = None
) -> Path | None:
    """Train to the end of the recipe, from wherever an earlier run in ``out_dir`` stopped.

    ``data`` is the folder of the corpora, or a file that `pack_data` wrote. Returns the final weights'
    file; None: the time was up, and the same call goes on.
    """
    helpers = helpers or Helpers()
    out_dir.mkdir(parents=True, exist_ok=True)
    prepared = read_data(recipe, data, out_dir, helpers.origin)
    if recipe.of_a_run:
        prepared = with_teacher(recipe, prepared, helpers.teacher, device, out_dir)
    if recipe.model.decoder != "recurrent":
        prepared = word_by_word(recipe, prepared, out_dir)
    if recipe.model.decoder == "dictionary":
        return learn_dictionary(recipe, prepared, out_dir)
    return Trainer(recipe, prepared, out_dir, device, helpers.origin).run(helpers.minutes)


def read_data(recipe: Recipe, data: Path, out_dir: Path, origin: Origin | None) -> Prepared:
    """From corpora or from a packed file; subwords are those of ``origin`` if they fit."""
    if data.is_file():
        return unpack(data, recipe, out_dir)
    if origin is not None and not (out_dir / TOKENIZER_FILE).exists():
        take_vocabulary(origin, recipe, out_dir / TOKENIZER_FILE)
    return prepare(recipe, data, out_dir)


def pack_data(recipe: Recipe, data: Path, out: Path, origin: Origin | None, epochs: float) -> None:
    """Write all that a run of ``recipe`` reads into the file ``out``; what is encoded lies beside it."""
    if recipe.refining:
        raise RecipeError(
            f"{recipe.name}: what [refining] learns from is not packed; train it where its data is"
        )
    folder = out.with_name(f"{out.name}.encoded")
    folder.mkdir(parents=True, exist_ok=True)
    pack(read_data(recipe, data, folder, origin), recipe, out, epochs)


def with_teacher(
    recipe: Recipe, prepared: Prepared, teacher: Origin | None, device: str, out_dir: Path
) -> Prepared:
    """The data and, beside it, what the teacher writes."""
    if teacher is None:
        raise RecipeError(f"{recipe.name} has [[synthetic]] by no bundle: give a run, --teacher RUN")
    taught = taught_pools(recipe, prepared.pools, prepared.subwords, teacher, device, out_dir)
    return replace(prepared, pools=[*prepared.pools, *taught])


def word_by_word(recipe: Recipe, prepared: Prepared, out_dir: Path) -> Prepared:
    """The same data with one target token for each source token."""
    if recipe.training.subword_dropout or recipe.training.word_dropout:
        raise RecipeError(
            f"{recipe.name}: subword_dropout and word_dropout change the number of tokens, and a decoder "
            f"that is {recipe.model.decoder} needs one target for each; leave them out"
        )
    return replace(prepared, pools=aligned_pools(prepared.pools, out_dir))
