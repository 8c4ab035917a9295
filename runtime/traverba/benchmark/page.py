"""A report as one HTML file: it carries its own styles and plots, loads nothing, and prints well."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from traverba.benchmark import plots
from traverba.benchmark.figures import Report
from traverba.benchmark.tables import Table, footnotes, report_tables

LATENCY = "Text to text. The thin line is the interval of the median. Shorter is better."
THROUGHPUT = "Target tokens of the best translations. Longer is better."
STEP = (
    "Large dot: half of all steps are this fast. Small dots: 95 and 99 of a hundred. A long line hesitates."
)
START = "A fresh process each time; nothing is kept from one start to the next but the system's file cache."
MEMORY = "Resident memory after all rounds; every configuration has a process of its own."


def report_page(report: Report) -> str:
    """The whole page."""
    title = f"{report.model}: {report.source} → {report.target}"
    speedup = (
        f"Against {report.baseline}, round by round. The line holds the true ratio with "
        f"{report.coverage:.0%} probability; grey: it crosses 1, so no difference was seen."
    )
    body = "".join(
        (
            f'<p class="eyebrow">traverba bench</p><h1>{escape(title)}</h1>{_machine(report)}',
            _cards(report),
            _section("Time for one sentence", LATENCY, plots.latency(report)),
            _section("Times faster", speedup, plots.speedup(report)),
            _section("Text per second", THROUGHPUT, plots.throughput(report)),
            _section("One decoder step", STEP, plots.steps(report)),
            _section("From nothing to the first translation", START, plots.cold_start(report)),
            _section("Memory", MEMORY, plots.provider_legend(report) + plots.memory(report)),
            _section("All figures", "", "".join(map(_table, report_tables(report))) + _notes(report)),
        )
    )
    style = (files("traverba.benchmark") / "page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>traverba bench · {escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _machine(report: Report) -> str:
    machine = report.machine
    memory = [] if machine.memory_bytes is None else [f"{machine.memory_bytes / 2**30:.0f} GiB"]
    load = [] if machine.load_average is None else [f"load before {machine.load_average:.1f}"]
    facts = (
        machine.processor,
        f"{machine.cpus} CPUs",
        *memory,
        *load,
        machine.system,
        f"Python {machine.python}",
        *(f"{name} {version}" for name, version in machine.versions.items()),
        f"{report.sentences} sentences",
        f"{report.rounds} rounds in turns",
        report.created.replace("T", " ").removesuffix("+00:00") + " UTC",
    )
    return f'<p class="facts">{" · ".join(map(escape, facts))}</p>'


def _cards(report: Report) -> str:
    """Four answers at a glance."""
    measured = report.measured
    quickest = min(measured, key=lambda m: m.paces[0].sentence_ms.median)
    fastest, pace = max(
        ((m, p) for m in measured for p in m.paces), key=lambda pair: pair[1].tokens_per_second.median
    )
    starter = min(measured, key=lambda m: m.cold_start.total_ms.median)
    same = sum(m.agreement.identical == m.agreement.sentences for m in measured)
    cards = (
        (
            f"{quickest.paces[0].sentence_ms.median:.1f} ms",
            f"a sentence, {quickest.paces[0].workload}",
            str(quickest.configuration),
        ),
        (
            f"{pace.tokens_per_second.median:,.0f}",
            f"tokens a second, {pace.workload}",
            str(fastest.configuration),
        ),
        (
            f"{starter.cold_start.total_ms.median:.0f} ms",
            "from nothing to a translation",
            str(starter.configuration),
        ),
        (f"{same} of {len(measured)}", "say exactly the same", f"as {report.baseline}"),
    )
    tiles = (
        f'<div class="card"><b>{escape(figure)}</b><span>{escape(meaning)}</span><i>{escape(whose)}</i></div>'
        for figure, meaning, whose in cards
    )
    return f'<section class="cards">{"".join(tiles)}</section>'


def _section(title: str, note: str, body: str) -> str:
    said = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{said}{body}</section>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    return (
        f'<h3>{escape(table.title)}</h3><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _notes(report: Report) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in footnotes(report))
    return f'<ul class="note">{notes}</ul>' if notes else ""
