"""An evaluation by several processes, each with threads of its own, that fill one ledger.

What each finds does not depend on how the work is shared.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import sys
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from traverba.graphs import default_threads
from traverba_export.quality.ledger import Ledger
from traverba_export.quality.report import Origin
from traverba_export.quality.tasks import all_tasks, measuring


def fill_ledger(arguments: argparse.Namespace, folder: Path, made: Origin) -> None:
    """Have ``arguments.jobs`` processes measure what the ledger of the report lacks."""
    context = multiprocessing.get_context("spawn")
    taken: Synchronized[int] = context.Value("i", 0)
    workers = [
        context.Process(target=_work, args=(arguments, folder, made, taken)) for _ in range(arguments.jobs)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise ChildProcessError("a process of the evaluation failed; the same command goes on with the rest")


def _work(arguments: argparse.Namespace, folder: Path, made: Origin, taken: Synchronized[int]) -> None:
    """Measure one task after the other that nobody else has taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    ledger = Ledger(arguments.report, made)
    measure = measuring(folder)
    mine = _next(taken)
    for number, task in enumerate(all_tasks(arguments, folder, max(1, default_threads() // arguments.jobs))):
        if not _is_wanted():
            return
        if number == mine:
            scored = ledger.score(task, measure)
            logging.info("%s %s: BLEU %.2f", task.test_set.direction, task.test_set.name, scored.bleu.value)
            mine = _next(taken)


def _is_wanted() -> bool:
    """Whether the process that asked still lives: one that is killed cannot tell its workers."""
    parent = multiprocessing.parent_process()
    return parent is None or parent.is_alive()


def _next(taken: Synchronized[int]) -> int:
    with taken.get_lock():
        taken.value += 1
        return taken.value - 1
