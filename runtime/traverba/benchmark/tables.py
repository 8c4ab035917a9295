"""A report as text for a terminal: what was measured, in three tables and a few lines."""

from __future__ import annotations

from dataclasses import dataclass

from traverba.benchmark.figures import Measured, Pace, Ratio, Report, Spread
from traverba.benchmark.statistics import LEAST_CONFIDENCE

MIB = 2**20
NOT_MEASURED = "not measured"
EXCERPT = 60
"""Characters shown of a translation that differs."""
BUSY = 0.5
"""Load for each CPU above which times say little."""


@dataclass(frozen=True)
class Table:
    """Rows of text under a title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def report_tables(report: Report) -> tuple[Table, ...]:
    """Speed, start and footprint, agreement; the same tables that the HTML page shows."""
    return (_speed(report), _start(report), _agreement(report))


def summary_line(report: Report) -> str:
    """The answer to "so what should I use?"."""
    best = fastest(report)
    pace = best.paces[0]
    return (
        f"Fastest at {pace.workload}: {best.configuration}, {pace.sentence_ms.median:.1f} ms a sentence "
        f"({times_faster(pace.speedup)})."
    )


def fastest(report: Report) -> Measured:
    """Quickest at the first workload among what a policy would choose; the baseline if none is quicker."""
    candidates = [measured for measured in report.measured if measured.preferred] or list(report.measured)
    best = min(candidates, key=lambda measured: measured.paces[0].sentence_ms.median)
    same = [m for m in candidates if m.configuration == report.baseline]
    return same[0] if same and best.paces[0].speedup.verdict == "no difference seen" else best


def format_plain(table: Table) -> str:
    """Aligned columns: the first to the left, figures to the right."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    lines = [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([table.title, "", lines[0].rstrip(), rule, *(line.rstrip() for line in lines[1:]), ""])


def heading(report: Report) -> str:
    """One paragraph: what, on what, how."""
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    busy = "" if machine.load_average is None else f", load before {machine.load_average:.1f}"
    return (
        f"{report.model}, {report.source} to {report.target}, {report.sentences} sentences, "
        f"{report.rounds} rounds in turns\n"
        f"{machine.processor}, {machine.cpus} CPUs{busy}; {machine.system}, Python {machine.python}\n"
        f"{versions}\n"
        f"Times are medians; an interval in brackets holds the true median with {report.coverage:.0%} "
        "probability.\n"
        f'Speed is relative to {report.baseline} in the same round; "=" marks an interval that holds 1: '
        "no difference seen.\n"
    )


def footnotes(report: Report) -> list[str]:
    """What a reader must know before using a figure."""
    notes = [f"{failed.configuration} did not run: {failed.reason}" for failed in report.failed]
    if report.coverage < LEAST_CONFIDENCE:
        notes.append('too few rounds to tell a difference from noise ("?"): take at least five')
    machine = report.machine
    if machine.load_average is not None and machine.load_average > BUSY * machine.cpus:
        notes.append(
            f"other programs were running (load {machine.load_average:.1f} on {machine.cpus} CPUs): "
            "trust the ratios more than the times"
        )
    for measured in report.measured:
        nodes, difference = measured.nodes, measured.agreement.first_difference
        if nodes.step_cpu or nodes.encoder_cpu:
            notes.append(
                f"{measured.configuration}: {(nodes.step_cpu or 0) + (nodes.encoder_cpu or 0)} nodes "
                f"run on the CPU instead ({', '.join(nodes.cpu_operators)})"
            )
        if difference is not None:
            shown = (
                _excerpt(difference.found, difference.baseline),
                _excerpt(difference.baseline, difference.found),
            )
            notes.append(
                f"{measured.configuration} first differs at {difference.source_text!r}: "
                f"{shown[0]!r} instead of {shown[1]!r}"
            )
    return notes


def _excerpt(text: str, other: str) -> str:
    """Some words of a text around the place where it parts from another."""
    pairs = enumerate(zip(text, other, strict=False))
    common = next((i for i, (a, b) in pairs if a != b), min(len(text), len(other)))
    start, end = max(0, common - EXCERPT // 2), common + EXCERPT // 2
    return f"{'…' * (start > 0)}{text[start:end]}{'…' * (end < len(text))}"


def _speed(report: Report) -> Table:
    columns = ("", "sentences a call", "beam", "sentence ms", "step ms p50", "p95", "p99", "encoder ms")
    rows = [
        _speed_row(measured, pace)
        for pace_at in range(len(report.measured[0].paces))
        for measured in report.measured
        for pace in (measured.paces[pace_at],)
    ]
    return Table("Speed", (*columns, "tokens/s", "outside graphs", "speed"), tuple(rows))


def _speed_row(measured: Measured, pace: Pace) -> tuple[str, ...]:
    step = pace.step_ms
    return (
        str(measured.configuration),
        str(pace.workload.batch_size),
        str(pace.workload.beam_size),
        interval(pace.sentence_ms),
        *(f"{value:.2f}" for value in (step.p50, step.p95, step.p99)),
        f"{pace.encode_ms.p50:.2f}",
        f"{pace.tokens_per_second.median:,.0f}",
        f"{pace.outside_percent:.0f} %",
        times_faster(pace.speedup),
    )


def _start(report: Report) -> Table:
    columns = (
        "",
        "cold start ms",
        "import",
        "load",
        "first translation",
        "resident MiB",
        "peak MiB",
        "idle CPU",
    )
    rows = []
    for measured in report.measured:
        cold, footprint = measured.cold_start, measured.footprint
        rows.append(
            (
                str(measured.configuration),
                interval(cold.total_ms),
                *(f"{part.median:.0f}" for part in (cold.import_ms, cold.load_ms, cold.first_ms)),
                mebibytes(footprint.resident_bytes),
                mebibytes(footprint.peak_bytes),
                f"{footprint.idle_cpu_percent:.1f} %",
            )
        )
    return Table("Start and footprint, each in a process of its own", columns, tuple(rows))


def _agreement(report: Report) -> Table:
    columns = (
        "",
        "same tokens",
        "largest log-prob difference",
        "encoder runs on",
        "step nodes on the CPU",
        "policy",
    )
    rows = []
    for measured in report.measured:
        agreement, nodes = measured.agreement, measured.nodes
        rows.append(
            (
                str(measured.configuration),
                f"{agreement.identical} of {agreement.sentences}",
                f"{agreement.largest_log_prob_difference:.1e}",
                nodes.encoder_provider.removesuffix("ExecutionProvider"),
                "-" if nodes.step_cpu is None else f"{nodes.step_cpu} of {nodes.step_total}",
                "chooses this" if measured.preferred else "only when asked",
            )
        )
    return Table(f"Agreement with {report.baseline}", columns, tuple(rows))


def interval(spread: Spread) -> str:
    """``12.3 [12.1–12.8]``."""
    return f"{spread.median:.1f} [{spread.low:.1f}–{spread.high:.1f}]"


def times_faster(ratio: Ratio) -> str:
    """``2.10 x [2.05–2.20]``; ``=`` before it where no difference was seen, ``?`` after too few rounds."""
    if ratio.verdict == "baseline":
        return "baseline"
    sign = {"no difference seen": "= ", "too few rounds": "? "}.get(ratio.verdict, "")
    return f"{sign}{ratio.spread.median:.2f} x [{ratio.spread.low:.2f}–{ratio.spread.high:.2f}]"


def mebibytes(size_bytes: int | None) -> str:
    """Whole MiB."""
    return NOT_MEASURED if size_bytes is None else f"{size_bytes / MIB:.0f}"
