"""The mean of models that began as the same: runs, and the bundle that they began with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from traverba.bundle.manifest import TOKENIZER_FILE
from traverba_export.recipe import RecipeError
from traverba_export.training.checkpoints import FINAL, mean_weights, save_atomically
from traverba_export.training.transfer import Origin, load_parent, tokenizer_of


def average_models(origins: Sequence[Origin], out_dir: Path) -> Path:
    """Write the mean of runs and bundles of one shape and vocabulary as a finished run; returns its file.

    Runs that began with the same weights and saw other batches err in other directions, and their mean
    errs less than each (Wortsman et al. 2022, Model soups, section 3); what they began with knows what
    they have forgotten (Wortsman et al. 2022, Robust fine-tuning, section 3).
    """
    parents = [load_parent(origin) for origin in origins]
    first = parents[0]
    if any(parent.vocabulary != first.vocabulary for parent in parents):
        raise RecipeError("only models with the same subwords have a mean")
    shapes = [{name: weight.shape for name, weight in parent.weights.items()} for parent in parents]
    if any(each != shapes[0] for each in shapes):
        raise RecipeError("only models of one shape have a mean")
    mean = mean_weights(parent.weights for parent in parents)
    out_dir.mkdir(parents=True, exist_ok=True)
    with tokenizer_of(origins[0]) as tokenizer:
        (out_dir / TOKENIZER_FILE).write_bytes(tokenizer.read_bytes())
    save_atomically({"model": mean, "config": dict(first.config), "dev": []}, out_dir / FINAL)
    return out_dir / FINAL
