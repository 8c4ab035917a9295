"""`traverba-export identify-train` and `identify-export`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from traverba_export.identification.recipe import IdentifierRecipe, load_identifier_recipe

if TYPE_CHECKING:
    from traverba.identification.ngrams import NgramVocabulary
    from traverba_export.identification.corpus import Split

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

OWN_RECIPE = Path(__file__).parent / "langid.toml"


def add_identifier_commands(commands: Commands) -> None:
    """The two commands, each with its function as ``command``."""
    train = commands.add_parser("identify-train", help="train a language identifier; run again to continue")
    _add_recipe(train)
    train.add_argument("--out", type=Path, required=True, help="folder for checkpoints and final weights")
    train.add_argument("--threads", type=int, default=0, help="CPU threads (default: torch's choice)")
    train.set_defaults(command=_train)

    export = commands.add_parser("identify-export", help="write a trained identifier as the runtime reads it")
    _add_recipe(export)
    export.add_argument("--run", type=Path, required=True, help="the --out folder of the training run")
    export.add_argument("--out", type=Path, required=True, help="folder of the identifier")
    export.set_defaults(command=_export)


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recipe", nargs="?", type=Path, default=OWN_RECIPE, help="TOML (default: the built-in)"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder the recipe's paths are relative to")


def _train(arguments: argparse.Namespace) -> int:
    import torch

    from traverba_export.identification.training import train

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    recipe, split, vocabulary = _prepare(arguments, arguments.out)
    print(f"{len(split.languages)} languages, {len(split.train)} sentences, {len(split.dev)} dev")
    train(recipe, split, vocabulary, arguments.out)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from traverba_export.identification.bundling import export_identifier

    recipe, split, vocabulary = _prepare(arguments, arguments.run)
    print(export_identifier(recipe, split, vocabulary, arguments.run, arguments.out))
    return 0


def _prepare(arguments: argparse.Namespace, run: Path) -> tuple[IdentifierRecipe, Split, NgramVocabulary]:
    """The recipe, its sentences, and the n-grams, which are chosen once and kept with the run."""
    import numpy as np

    from traverba.identification.ngrams import NgramVocabulary
    from traverba_export.identification.corpus import load_split
    from traverba_export.identification.vocabulary import choose_ngrams

    recipe = load_identifier_recipe(arguments.recipe)
    split = load_split(recipe, arguments.data)
    path = run / "ngrams.npy"
    if not path.exists():
        run.mkdir(parents=True, exist_ok=True)
        keys = choose_ngrams(split.train, split.languages, recipe.model.ngrams)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, keys)
        partial.replace(path)
    return recipe, split, NgramVocabulary(np.load(path))
