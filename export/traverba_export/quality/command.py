"""`traverba-export evaluate` and `route`: how good a bundle is as users run it, and what follows."""

from __future__ import annotations

import argparse
import logging
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import find_recipe

if TYPE_CHECKING:
    from traverba_export.quality.evaluation import Scored
    from traverba_export.quality.ledger import Ledger

log = logging.getLogger(__name__)

UNUSED = {
    "challenge": ("test_set", "beam", "read_back", "zero_shot", "lookup", "record"),
    "lookup": ("beam", "read_back", "precision", "zero_shot"),
}
"""What measures something else than a network's test scores -> the options that would say nothing to it."""


def add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command's arguments."""
    evaluate = commands.add_parser("evaluate", help="score a bundle on test sets or on the challenge set")
    evaluate.add_argument("bundle", help="a name or a path")
    what = evaluate.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, help="a data folder: BLEU, chrF and language on its test sets")
    what.add_argument("--challenge", action="store_true", help="pass rates on the built-in challenge set")
    evaluate.add_argument("--direction", action="append", help="such as en-fr; default: all of the bundle's")
    evaluate.add_argument(
        "--test-set", action="append", help="such as tatoeba or UD-PUD; default: all that are there"
    )
    evaluate.add_argument("--beam", type=int, action="append", help="default: 1 and 5")
    evaluate.add_argument(
        "--read-back", type=float, action="append", help="weight of reading back with a beam; default: 0"
    )
    evaluate.add_argument(
        "--precision", action="append", help="a graph variant of the bundle; default: its own choice"
    )
    evaluate.add_argument(
        "--zero-shot",
        action="store_true",
        help="also the pairs that were not trained, straight and via English",
    )
    evaluate.add_argument(
        "--lookup",
        metavar="RECIPE",
        help="not the network but a dictionary of this recipe's corpora, word for word: what it has to beat",
    )
    evaluate.add_argument(
        "--jobs", type=int, default=1, help="processes that share the test sets; needs --report"
    )
    evaluate.add_argument("--json", type=Path, help="write the scores (or the pass rates) here")
    evaluate.add_argument(
        "--report",
        type=Path,
        help="write REPORT.md and REPORT.json, with versions and command; stopped, the same command goes on",
    )
    evaluate.add_argument(
        "--record", action="store_true", help="put the scores into the bundle's manifest and model card"
    )
    evaluate.set_defaults(command=_challenge_or_score)


def add_route(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The arguments of ``route``."""
    route = commands.add_parser(
        "route", help="decide how pairs run that were not trained: straight or through English"
    )
    route.add_argument("recipe", help="that of the bundle: its dev sentences decide")
    route.add_argument("bundle", type=Path, help="a bundle's folder; its manifest and model card are renewed")
    route.add_argument("--data", type=Path, required=True, help="folder the recipe's paths are relative to")
    route.add_argument("--sentences", type=int, help="for each pair, at most (default: 300)")
    route.add_argument("--seed", type=int, default=1, help="of the draw of sentences (default: 1)")
    route.set_defaults(command=_route)


def add_tune(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The arguments of ``tune``."""
    tune = commands.add_parser("tune", help="choose a bundle's length and coverage penalty on dev")
    tune.add_argument("recipe", help="that of the bundle: its dev sentences decide")
    tune.add_argument("bundle", type=Path, help="a bundle's folder; its manifest and model card are renewed")
    tune.add_argument("--data", type=Path, required=True, help="folder the recipe's paths are relative to")
    tune.set_defaults(command=_tune)


def _tune(arguments: argparse.Namespace) -> int:
    from traverba_export.quality.calibration import SENTENCES as CALIBRATED_ON
    from traverba_export.quality.calibration import calibrate_bundle
    from traverba_export.quality.tuning import SENTENCES, tune_search
    from traverba_export.training.preparation import dev_sets

    recipe = find_recipe(arguments.recipe)
    for trial in tune_search(arguments.bundle, dev_sets(recipe, arguments.data, SENTENCES)):
        print(trial)
    # The confidence is fitted on what the search finds, and that has changed.
    print(calibrate_bundle(arguments.bundle, dev_sets(recipe, arguments.data, CALIBRATED_ON)))
    return 0


def _route(arguments: argparse.Namespace) -> int:
    from traverba_export.model_card import untrained_table
    from traverba_export.quality.routing import SENTENCES, decide_routes

    recipe, sentences = find_recipe(arguments.recipe), arguments.sentences or SENTENCES
    decided = decide_routes(arguments.bundle, recipe, arguments.data, sentences, arguments.seed)
    print(untrained_table(decided) or "no pair of this recipe can go through English untrained")
    return 0


def _challenge_or_score(arguments: argparse.Namespace) -> int:
    _refuse_unused(arguments)
    return _challenge(arguments) if arguments.challenge else _score(arguments)


def _refuse_unused(arguments: argparse.Namespace) -> None:
    """An option without effect would leave its name in the figures' command, as if it had one."""
    for mode, others in UNUSED.items():
        if getattr(arguments, mode) and (given := [name for name in others if getattr(arguments, name)]):
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in given)
            raise RecipeError(f"--{mode} measures without {flags}; leave it out")
    if arguments.challenge and arguments.jobs > 1:
        raise RecipeError("--challenge takes one process, whatever --jobs says; leave it out")
    if arguments.challenge and len(arguments.precision or ()) > 1:
        raise RecipeError("--challenge measures one --precision; leave it out or name one")


def _score(arguments: argparse.Namespace) -> int:
    from traverba.bundle import find_bundle
    from traverba_export.bundling import record_scores
    from traverba_export.quality.evaluation import markdown_table
    from traverba_export.quality.ledger import Ledger
    from traverba_export.quality.report import origin, write_json, write_report
    from traverba_export.quality.sharing import fill_ledger
    from traverba_export.quality.test_sets import check_names

    check_names(arguments.test_set or ())
    folder = find_bundle(arguments.bundle)
    if arguments.record and not folder.is_dir():
        raise RecipeError(f"{folder} is one file; --record needs a bundle's folder")
    if arguments.jobs > 1 and not arguments.report:
        raise RecipeError("--jobs needs --report: its ledger is where the processes meet")
    made = origin(arguments.bundle, _command_line(arguments))
    if arguments.jobs > 1:
        fill_ledger(arguments, folder, made)
    ledger = Ledger(arguments.report, made) if arguments.report else None
    results = list(_all_results(arguments, folder, ledger))
    table = markdown_table(results)
    scores = [score for r in results for score in (r.bleu, r.chrf)]
    figures = [asdict(score) for score in scores]
    if arguments.json:
        write_json(arguments.json, figures)
    if arguments.report:
        write_report(arguments.report, made, table, {"scores": figures, "language": _language(results)})
    if arguments.record:
        record_scores(folder, scores)
    if ledger:
        ledger.close()
    print(table)
    return 0


def _all_results(arguments: argparse.Namespace, folder: Path, ledger: Ledger | None) -> Iterator[Scored]:
    """Every task's figures; those a stopped run has left are taken as they are."""
    from traverba_export.quality.tasks import all_tasks, measuring

    measure = measuring(folder)
    for task in all_tasks(arguments, folder):
        scored = ledger.score(task, measure) if ledger else measure(task)
        where = (scored.test_set.direction, scored.test_set.name, scored.settings)
        log.info("%s %s, %s: BLEU %.2f", *where, scored.bleu.value)
        yield scored


def _language(results: list[Scored]) -> list[dict[str, Any]]:
    return [
        {
            "direction": r.test_set.direction,
            "test_set": r.test_set.name,
            "settings": r.settings,
            "right_language": r.right_language,
            "reference_language": r.reference_language,
        }
        for r in results
        if r.right_language is not None
    ]


def _challenge(arguments: argparse.Namespace) -> int:
    from traverba import load_translator
    from traverba_export.quality.challenge.cases import builtin_cases
    from traverba_export.quality.challenge.running import (
        challenge_figures,
        challenge_table,
        failure_list,
        run_challenge,
    )
    from traverba_export.quality.language import language_identifier
    from traverba_export.quality.report import origin, write_json, write_report

    precision = arguments.precision[0] if arguments.precision else None
    with load_translator(arguments.bundle, precision=precision) as translator:
        identify = language_identifier(translator.info.languages)
        report = run_challenge(translator, builtin_cases(), arguments.direction or (), identify)
    made = origin(arguments.bundle, _command_line(arguments))
    table = challenge_table(report)
    print(f"{table}\n{failure_list(report)}")
    if arguments.json:
        write_json(arguments.json, challenge_figures(report))
    if arguments.report:
        listed = f"{table}\n```text\n{failure_list(report)}\n```\n"
        write_report(arguments.report, made, listed, challenge_figures(report))
    return 0


def _command_line(arguments: argparse.Namespace) -> str:
    """The command with the names of things in place of one machine's folders."""
    words = ["traverba-export", "evaluate", Path(arguments.bundle).name]
    words += ["--challenge"] if arguments.challenge else ["--data", "DATA"]
    for flag in ("direction", "test_set", "beam", "read_back", "precision"):
        for value in getattr(arguments, flag) or ():
            words += [f"--{flag.replace('_', '-')}", str(value)]
    words += ["--lookup", Path(arguments.lookup).stem] if arguments.lookup else []
    words += [f"--{flag.replace('_', '-')}" for flag in ("zero_shot", "record") if getattr(arguments, flag)]
    if arguments.report:
        words += ["--report", arguments.report.name]
    return shlex.join(words)
