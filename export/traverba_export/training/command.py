"""`traverba-export train` and what goes with it: `pack-data` before, `average` after, `describe` instead."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TypeAlias

from traverba_export.recipe_file import find_recipe

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

START_FROM = (
    "a bundle, or the folder or a weights file of another run, whose weights a new run begins with; it may "
    "have fewer units and encoder layers; its subwords are kept if the recipe asks for as many"
)


def add_training(commands: Commands) -> None:
    """Arguments of the four."""
    _add_train(commands)
    _add_pack_data(commands)

    average = commands.add_parser("average", help="the mean of the weights of models that began as the same")
    average.add_argument("models", nargs="+", metavar="MODEL", help="folders of runs, and bundles")
    average.add_argument("--out", type=Path, required=True, help="folder for the mean, as of a finished run")
    average.set_defaults(command=_average)

    describe = commands.add_parser("describe", help="print the parameters of a recipe's model, part by part")
    describe.add_argument("recipe")
    describe.set_defaults(command=_describe)


def _add_train(commands: Commands) -> None:
    """The arguments of ``train``."""
    train = commands.add_parser("train", help="train a recipe; run again to continue")
    train.add_argument("recipe", help="a TOML file, or the name of a recipe that comes with the package")
    train.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder the recipe's paths are relative to, or a file that `pack-data` wrote",
    )
    train.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoints, log and final weights"
    )
    train.add_argument("--start-from", metavar="MODEL", help=START_FROM)
    train.add_argument(
        "--teacher",
        metavar="RUN",
        help="folder of another run, or a bundle, which writes each [[synthetic]] that names no bundle",
    )
    train.add_argument(
        "--minutes",
        type=float,
        default=math.inf,
        help="stop with a checkpoint after so long (default: never)",
    )
    train.add_argument("--threads", type=int, default=0, help="CPU threads (default: torch's choice)")
    train.add_argument("--device", default="auto", help="auto, cpu or cuda")
    train.set_defaults(command=_train)


def _add_pack_data(commands: Commands) -> None:
    """The arguments of ``pack-data``."""
    packing = commands.add_parser("pack-data", help="write all that a run reads into one file, to be sent")
    packing.add_argument("recipe")
    packing.add_argument("--data", type=Path, required=True, help="folder the recipe's paths are relative to")
    packing.add_argument(
        "--out", type=Path, required=True, help="the file; encoded text stays in a folder beside"
    )
    packing.add_argument("--start-from", metavar="MODEL", help=START_FROM)
    packing.add_argument(
        "--epochs",
        type=float,
        default=math.inf,
        help="leave out, evenly, what so many epochs would not see (default: nothing)",
    )
    packing.set_defaults(command=_pack_data)


def _train(arguments: argparse.Namespace) -> int:
    import torch

    from traverba_export.training.run import Helpers, train

    recipe = find_recipe(arguments.recipe)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = arguments.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    helpers = Helpers(arguments.start_from, arguments.teacher, arguments.minutes)
    final = train(recipe, arguments.data, arguments.out, device, helpers)
    print(final or f"{arguments.out}: stopped after {arguments.minutes:g} minutes; run again to go on")
    return 0


def _pack_data(arguments: argparse.Namespace) -> int:
    from traverba_export.training.run import pack_data

    recipe = find_recipe(arguments.recipe)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    pack_data(recipe, arguments.data, arguments.out, arguments.start_from, arguments.epochs)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0


def _average(arguments: argparse.Namespace) -> int:
    from traverba_export.training.averaging import average_models

    print(average_models(arguments.models, arguments.out))
    return 0


def _describe(arguments: argparse.Namespace) -> int:
    from traverba_export.model import build_model, count_parameters

    parts = count_parameters(build_model(find_recipe(arguments.recipe).model))
    for part, count in parts.items():
        print(f"{part:20} {count:>12,}")
    print(f"{'total':20} {sum(parts.values()):>12,}")
    return 0
