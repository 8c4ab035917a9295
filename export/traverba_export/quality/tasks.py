"""What an evaluation is asked to measure: test sets, precisions, beams, and who translates."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from traverba_export.recipe_file import find_recipe

if TYPE_CHECKING:
    from traverba_export.quality.evaluation import Scored, Task
    from traverba_export.quality.test_sets import TestSet


def all_tasks(arguments: argparse.Namespace, folder: Path, threads: int | None = None) -> Iterator[Task]:
    """Every precision in turn, own directions before untrained ones; or a dictionary, if it is asked for."""
    from traverba import load_translator
    from traverba_export.quality.evaluation import (
        bundle_tasks,
        every_search,
        untrained_directions,
        untrained_tasks,
    )

    if arguments.lookup:
        yield from _lookup_tasks(arguments, folder)
        return
    asked = every_search(arguments.beam or (1, 5), arguments.read_back or (0.0,))
    for precision in arguments.precision or [None]:
        with load_translator(arguments.bundle, precision=precision, threads=threads) as translator:
            own = ["-".join(direction) for direction in translator.info.directions]
            yield from bundle_tasks(translator, _chosen_sets(arguments, own), asked)
            if arguments.zero_shot:
                others = _chosen_sets(arguments, untrained_directions(translator.info.directions))
                yield from untrained_tasks(translator, others, asked)


def _lookup_tasks(arguments: argparse.Namespace, folder: Path) -> Iterator[Task]:
    """The lowest rung on the same test sets, with the bundle's own subwords."""
    from traverba.bundle import open_bundle
    from traverba_export.quality.word_for_word import Lookup
    from traverba_export.subwords import Subwords

    recipe = find_recipe(arguments.lookup)
    own = ["-".join(direction) for direction in recipe.directions]
    with open_bundle(folder) as opened:
        lookup = Lookup(recipe, arguments.data, Subwords(opened.folder / "tokenizer.json"))
        yield from lookup.tasks(_chosen_sets(arguments, own))


def _chosen_sets(arguments: argparse.Namespace, directions: list[str]) -> list[TestSet]:
    """Those of ``--data`` that are asked for."""
    from traverba_export.quality.test_sets import find_test_sets, is_called

    asked = [d for d in directions if d in (arguments.direction or directions)]
    found = [s for d in asked for s in find_test_sets(arguments.data, d)]
    return [s for s in found if any(is_called(s.name, name) for name in arguments.test_set or [""])]


def measuring(folder: Path) -> Callable[[Task], Scored]:
    """How a task's figures are found for the bundle in ``folder``."""
    from traverba.bundle import open_bundle
    from traverba_export.quality.evaluation import perform
    from traverba_export.quality.language import language_identifier

    with open_bundle(folder) as opened:
        identify = language_identifier(opened.manifest.languages)
    return lambda task: perform(task, identify)
