"""``traverba bench``: compare providers, precisions and thread counts on this machine."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from traverba.benchmark.figures import Report
from traverba.benchmark.page import report_page
from traverba.benchmark.plan import Plan, configurations, provider_named, workloads, worth_trying
from traverba.benchmark.process import WorkerProcess
from traverba.benchmark.progress import show_progress
from traverba.benchmark.runner import Runner
from traverba.benchmark.sentences import built_in_sentences, choose_direction
from traverba.benchmark.subject import Material
from traverba.benchmark.tables import (
    Table,
    fastest,
    footnotes,
    format_plain,
    heading,
    report_tables,
    summary_line,
)
from traverba.bundle import Manifest, find_bundle, home, open_bundle
from traverba.cli.lines import read_lines
from traverba.errors import OptionError
from traverba.graphs import Choice, available_providers, default_threads, import_onnxruntime, write_choice

STANDARD_STREAM = "-"


def run_bench(args: Namespace, stdin: io.BufferedIOBase, stdout: TextIO, stderr: TextIO) -> int:
    """Measure, then present. With ``--json -`` standard output is JSON alone."""
    with open_bundle(find_bundle(args.model)) as bundle:
        manifest = bundle.manifest
    runner = Runner(_plan(args, manifest, stdin), WorkerProcess)
    with show_progress(runner.steps, stderr) as progress:
        report = runner.run(f"{manifest.name} {manifest.version}", progress)
    # Files first: whoever closes the pipe after a few lines of the tables keeps them.
    figures = json.dumps(report.to_json(), indent=2, ensure_ascii=False) + "\n"
    if args.json and args.json != STANDARD_STREAM:
        Path(args.json).write_text(figures, encoding="utf-8")
    if args.html:
        Path(args.html).write_text(report_page(report), encoding="utf-8")
    if args.remember:
        stderr.write(f"auto will use {fastest(report).configuration}: {_remember(report)}\n")
    if args.json == STANDARD_STREAM:
        stdout.write(figures)
    else:
        _print(report, stdout)
    return 0


def _plan(args: Namespace, manifest: Manifest, stdin: io.BufferedIOBase) -> Plan:
    texts = _own_texts(args.file, stdin)
    directions = [(direction.source, direction.target) for direction in manifest.directions]
    source, target = choose_direction(directions, args.source, args.target, own_texts=bool(texts))
    providers = [provider_named(name) for name in _names(args.provider)] or available_providers(plugins=True)
    offered = list(dict.fromkeys(variant.precision for variant in manifest.variants))
    precisions = _names(args.precision) or offered
    if unknown := sorted(set(precisions) - set(offered)):
        raise OptionError(
            f"precision must be one that the model has ({', '.join(offered)}), not {unknown[0]!r}"
        )
    threads = _counts("threads", args.threads) or [1, default_threads()]
    compared = configurations(providers, precisions, threads)
    if not args.precision:
        compared = tuple(filter(worth_trying, compared)) or compared
    return Plan(
        Material(args.model, source, target, texts or built_in_sentences(source)),
        tuple(offered),
        compared,
        workloads(_counts("batch", args.batch), _counts("beam", args.beam)),
        rounds=args.rounds,
    )


def _own_texts(file: str | None, stdin: io.BufferedIOBase) -> tuple[str, ...]:
    """The lines that are not empty, of a file or of standard input."""
    if file is None:
        return ()
    if file == STANDARD_STREAM:
        groups = list(read_lines(stdin))
    else:
        with Path(file).open("rb") as stream:
            groups = list(read_lines(stream))
    texts = tuple(line.strip() for group in groups for line in group if line.strip())
    if not texts:
        raise OptionError(f"{file} holds no sentence; it must have one a line")
    return texts


def _names(listed: str | None) -> list[str]:
    return [name.strip() for name in (listed or "").split(",") if name.strip()]


def _counts(option: str, listed: str | None) -> list[int]:
    """``1,2`` as numbers."""
    names = _names(listed)
    if not all(name.isdecimal() and int(name) > 0 for name in names):
        raise OptionError(f"{option} must be whole numbers of at least 1 with commas between, not {listed!r}")
    return [int(name) for name in names]


def _print(report: Report, stdout: TextIO) -> None:
    """The tables: as rich draws them for a person who has it, aligned text otherwise."""
    stdout.write(heading(report) + "\n")
    for table in report_tables(report):
        if stdout.isatty() and find_spec("rich") is not None:
            _print_rich(table, stdout)
        else:
            stdout.write(format_plain(table) + "\n")
    for line in (*footnotes(report), summary_line(report)):
        stdout.write(line + "\n")


def _print_rich(table: Table, stdout: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable

    drawn = RichTable(title=table.title, title_justify="left")
    for number, column in enumerate(table.columns):
        drawn.add_column(column, justify="left" if number == 0 else "right")
    for row in table.rows:
        drawn.add_row(*row)
    Console(file=stdout).print(drawn)


def _remember(report: Report) -> Path:
    best = fastest(report)
    choice = Choice(
        model=report.model,
        onnxruntime=import_onnxruntime().__version__,
        provider=best.configuration.provider,
        precision=best.configuration.precision,
        threads=best.configuration.threads,
        sentence_ms=best.paces[0].sentence_ms.median,
    )
    return write_choice(home(), choice)
