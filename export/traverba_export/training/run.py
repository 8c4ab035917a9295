"""One recipe, one run: whatever its model is, the weights are in ``final.pt`` at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from traverba.bundle.manifest import TOKENIZER_FILE
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.training.preparation import Prepared, prepare
from traverba_export.training.trainer import Trainer
from traverba_export.training.transfer import Origin, take_vocabulary
from traverba_export.training.word_by_word import aligned_pools, learn_dictionary


def train(recipe: Recipe, data_dir: Path, out_dir: Path, device: str, origin: Origin | None = None) -> Path:
    """Train to the end of the recipe, from wherever an earlier run in ``out_dir`` stopped.

    A new run begins with the weights of ``origin``, and with its subwords if the recipe's would be alike.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    if origin is not None and not (out_dir / TOKENIZER_FILE).exists():
        take_vocabulary(origin, recipe, out_dir / TOKENIZER_FILE)
    prepared = prepare(recipe, data_dir, out_dir)
    if recipe.model.decoder == "recurrent":
        return Trainer(recipe, prepared, out_dir, device, origin).run()
    prepared = word_by_word(recipe, prepared, out_dir)
    if recipe.model.decoder == "dictionary":
        return learn_dictionary(recipe, prepared, out_dir)
    return Trainer(recipe, prepared, out_dir, device, origin).run()


def word_by_word(recipe: Recipe, prepared: Prepared, out_dir: Path) -> Prepared:
    """The same data with one target token for each source token."""
    if recipe.training.subword_dropout or recipe.training.word_dropout:
        raise RecipeError(
            f"{recipe.name}: subword_dropout and word_dropout change the number of tokens, and a decoder "
            f"that is {recipe.model.decoder} needs one target for each; leave them out"
        )
    return replace(prepared, pools=aligned_pools(prepared.pools, out_dir))
