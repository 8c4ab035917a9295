"""`traverba-export multi30k`: bundles scored on Multi30k as its papers score, beside what they report.

Everything is chosen on val, which is therefore what the command scores unless told otherwise; the test set,
test_2016_flickr, is for the end.
"""

from __future__ import annotations

import argparse
import logging
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from traverba_export.corpora.reading import CorpusSpec, ReadingReport, read_pairs
from traverba_export.quality.test_sets import TestSet
from traverba_export.recipe import RecipeError, split_direction

if TYPE_CHECKING:
    from traverba import Translator
    from traverba_export.quality.tokenised import BleuScore

log = logging.getLogger(__name__)

COLUMNS = ("en", "de", "fr", "cs")
VAL, TEST = "val", "test_2016_flickr"


@dataclass(frozen=True)
class Published:
    """A figure of test_2016_flickr with beam search, text only."""

    direction: str
    system: str
    metric: str
    value: float


PUBLISHED = (
    Published("en-de", "attentive GRU (Caglayan et al. 2017)", "tokenised, lower-cased BLEU", 38.1),
    Published("en-de", "five such GRUs together", "tokenised, lower-cased BLEU", 40.7),
    Published("en-de", "Transformer-Tiny (Wu et al. 2021)", "tokenised BLEU", 41.02),
    Published("en-fr", "attentive GRU (Caglayan et al. 2017)", "tokenised, lower-cased BLEU", 52.5),
    Published("en-fr", "Transformer-Tiny (Wu et al. 2021)", "tokenised BLEU", 61.8),
)


@dataclass(frozen=True)
class Result:
    """One bundle with one search on one direction."""

    bundle: str
    direction: str
    settings: str
    scores: list[BleuScore]


def add_multi30k(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command's arguments."""
    parser = commands.add_parser("multi30k", help="score bundles on the Multi30k benchmark, as its papers do")
    parser.add_argument("bundle", nargs="+", help="names or paths")
    parser.add_argument("--data", type=Path, required=True, help="the folder that has multi30k/")
    parser.add_argument(
        "--split", choices=(VAL, TEST), default=VAL, help="val, by which to choose; the test set at the end"
    )
    parser.add_argument("--beam", type=int, action="append", help="default: 5")
    parser.add_argument("--precision", action="append", help="a graph variant; default: the bundle's choice")
    parser.add_argument("--report", type=Path, help="write REPORT.md and REPORT.json")
    parser.set_defaults(command=_multi30k)


def _multi30k(arguments: argparse.Namespace) -> int:
    from traverba import load_translator
    from traverba_export.quality.report import origin, write_report

    results = []
    for bundle in arguments.bundle:
        for precision in arguments.precision or [None]:
            with load_translator(bundle, precision=precision) as translator:
                results += measure(translator, arguments.data, arguments.split, arguments.beam or [5])
    table = scores_table(results, arguments.split)
    print(table)
    if arguments.report:
        made, *others = (origin(bundle, _command_line(arguments)) for bundle in arguments.bundle)
        figures = {"split": arguments.split, "results": [asdict(result) for result in results]}
        write_report(arguments.report, made, table, figures, others)
    return 0


def measure(translator: Translator, data: Path, split: str, beams: Sequence[int]) -> list[Result]:
    """Every direction of the bundle that the corpus has, with every beam."""
    from traverba_export.quality.evaluation import AS_LINES
    from traverba_export.quality.tokenised import bleu_scores

    info = translator.info
    covered = [pair for pair in info.directions if set(pair) <= set(COLUMNS)]
    if not covered:
        raise RecipeError(
            f"{info.name} translates between no two of {', '.join(COLUMNS)}; give a bundle that does"
        )
    results = []
    for source, target in covered:
        pairs = read_split(data, split, f"{source}-{target}")
        for beam in beams:
            options = replace(translator.options, beam_size=beam, num_hypotheses=1)
            answers = translator.translate(
                pairs.sources, source=source, target=target, options=options, text_options=AS_LINES
            )
            scores = bleu_scores(target, [answer.text for answer in answers], pairs.references)
            results.append(Result(info.name, pairs.direction, f"beam {beam}, {info.precision}", scores))
            log.info("%s %s: %s", info.name, pairs.direction, scores)
    return results


def read_split(data: Path, split: str, direction: str) -> TestSet:
    """One direction of one split."""
    source, target = split_direction(direction)
    columns = (COLUMNS.index(source), COLUMNS.index(target))
    spec = CorpusSpec((f"multi30k/{split}.en-de-fr-cs.tsv.xz",), (source, target), columns)
    pairs = list(read_pairs(spec, data, ReadingReport()))
    return TestSet(f"Multi30k {split}", direction, [a for a, _ in pairs], [b for _, b in pairs])


def scores_table(results: Sequence[Result], split: str) -> str:
    """Markdown: ours in every metric, on the test split the published below, and the signatures."""
    metrics = [score.metric for score in results[0].scores]
    rows = [
        [r.direction, r.bundle, r.settings, *(f"{score.value:.2f}" for score in r.scores)] for r in results
    ]
    directions = dict.fromkeys(result.direction for result in results)
    for known in PUBLISHED:
        if split == TEST and known.direction in directions:
            values = [f"{known.value:g}" if known.metric == metric else "–" for metric in metrics]
            rows.append([known.direction, known.system, "as published", *values])
    head = ["direction", "system", "search", *metrics]
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *sorted(rows, key=_first))]
    signatures = dict.fromkeys(score.signature for r in results for score in r.scores)
    return "\n".join([f"Multi30k {split}, text only", "", *lines, "", *(f"`{s}`" for s in signatures), ""])


def _first(cells: Sequence[str]) -> str:
    return cells[0]


def _command_line(arguments: argparse.Namespace) -> str:
    """The command with the names of things in place of one machine's folders."""
    words = ["traverba-export", "multi30k", *(Path(bundle).name for bundle in arguments.bundle)]
    words += ["--data", "DATA", "--split", arguments.split]
    for flag in ("beam", "precision"):
        for value in getattr(arguments, flag) or ():
            words += [f"--{flag}", str(value)]
    return shlex.join([*words, "--report", arguments.report.name])
