"""`traverba-export`: train a recipe, export a bundle, check it, score it.

Exit status: 0 done, 1 failure, 2 bad use or input.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from traverba.errors import TraverbaError
from traverba_export.corpora.reading import CorpusError
from traverba_export.recipe import Recipe, RecipeError, load_recipe

RECIPES = Path(__file__).parent / "recipes"


def main(argv: Sequence[str] | None = None) -> int:
    """Parse, run, and turn errors into one line and an exit status."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except (RecipeError, CorpusError) as error:
        print(f"traverba-export: {error}", file=sys.stderr)
        return 2
    except (TraverbaError, OSError) as error:
        print(f"traverba-export: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "traverba-export: interrupted; the same command continues from the last checkpoint",
            file=sys.stderr,
        )
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="traverba-export", description="Train and export traverba models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train a recipe; run again to continue")
    train.add_argument("recipe", help="a TOML file, or the name of a recipe that comes with the package")
    train.add_argument("--data", type=Path, required=True, help="folder the recipe's paths are relative to")
    train.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoints, log and final weights"
    )
    train.add_argument("--threads", type=int, default=0, help="CPU threads (default: torch's choice)")
    train.add_argument("--device", default="auto", help="auto, cpu or cuda")
    train.set_defaults(command=_train)

    describe = commands.add_parser("describe", help="print the parameters of a recipe's model, part by part")
    describe.add_argument("recipe")
    describe.set_defaults(command=_describe)
    return parser


def _find_recipe(name: str) -> Recipe:
    bundled = RECIPES / f"{name}.toml"
    return load_recipe(bundled if bundled.exists() else Path(name))


def _train(arguments: argparse.Namespace) -> int:
    import torch

    from traverba_export.training.preparation import prepare
    from traverba_export.training.trainer import Trainer

    recipe = _find_recipe(arguments.recipe)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = arguments.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    arguments.out.mkdir(parents=True, exist_ok=True)
    prepared = prepare(recipe, arguments.data, arguments.out)
    print(Trainer(recipe, prepared, arguments.out, device).run())
    return 0


def _describe(arguments: argparse.Namespace) -> int:
    from traverba_export.model import EncoderDecoder, count_parameters

    parts = count_parameters(EncoderDecoder(_find_recipe(arguments.recipe).model))
    for part, count in parts.items():
        print(f"{part:20} {count:>12,}")
    print(f"{'total':20} {sum(parts.values()):>12,}")
    return 0
