"""One recipe, one run: whatever its model is, the weights are in ``final.pt`` at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from traverba_export.recipe import Recipe, RecipeError
from traverba_export.training.preparation import Prepared, prepare
from traverba_export.training.trainer import Trainer
from traverba_export.training.word_by_word import aligned_pools, learn_dictionary


def train(recipe: Recipe, data_dir: Path, out_dir: Path, device: str, origin: Path | None = None) -> Path:
    """Train to the end of the recipe, from wherever an earlier run in ``out_dir`` stopped."""
    out_dir.mkdir(parents=True, exist_ok=True)
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
