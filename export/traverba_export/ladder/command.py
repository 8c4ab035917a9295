"""`traverba-export ladder`: train, export and measure all rungs, one after the other."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

RECIPES = Path(__file__).parents[1] / "recipes" / "ladder"


def add_ladder(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command's arguments."""
    ladder = commands.add_parser(
        "ladder", help="train the rungs from a dictionary to GNMT and compare them; run again to continue"
    )
    ladder.add_argument("--data", type=Path, required=True, help="folder the recipes' paths are relative to")
    ladder.add_argument("--out", type=Path, required=True, help="folder of runs, table and plots")
    ladder.add_argument("--rung", action="append", help="only this one, such as lstm; default: all")
    ladder.add_argument("--recipes", type=Path, default=RECIPES, help="folder of a recipe for each rung")
    ladder.add_argument("--threads", type=int, default=0, help="CPU threads for training")
    ladder.add_argument("--device", default="cpu", help="for training: cpu or cuda")
    ladder.add_argument("--sentence", default="Two young men are playing soccer in the park.")
    ladder.add_argument("--page", type=Path, help="a Markdown page that gets figures and pictures")
    ladder.set_defaults(command=_ladder)


def _ladder(arguments: argparse.Namespace) -> int:
    import torch

    from traverba_export.ladder.page import fill_page
    from traverba_export.ladder.report import write_ladder
    from traverba_export.ladder.rungs import climb, rung_names

    names = rung_names(arguments.rung)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    rungs = list(climb(names, arguments.recipes, arguments.data, arguments.out, arguments.device))
    command = _command_line(arguments)
    blocks = write_ladder(rungs, arguments.data, arguments.out, arguments.sentence, command)
    if arguments.page:
        fill_page(arguments.page, blocks, sorted(arguments.out.glob("*.png")))
    print(blocks["table"])
    return 0


def _command_line(arguments: argparse.Namespace) -> str:
    """The command with the names of things in place of one machine's folders."""
    words = ["traverba-export", "ladder", "--data", "DATA", "--out", "RUNS"]
    for name in arguments.rung or ():
        words += ["--rung", name]
    if arguments.recipes != RECIPES:
        words += ["--recipes", arguments.recipes.name]
    if arguments.threads:
        words += ["--threads", str(arguments.threads)]
    return shlex.join(words)
