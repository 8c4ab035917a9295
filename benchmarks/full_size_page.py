"""The tables of docs/full-size.md, from the figures of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.published import beside_published
from benchmarks.reporting import Figure, Report, about, markdown_table

OF_A_SYSTEM = ("size on disk", "load", "peak memory")
FASTER = "times faster than PyTorch eager"


def page_blocks(report: Report, workloads: Sequence[str]) -> Mapping[str, str]:
    """Name of a block -> Markdown."""
    timed = [f for f in report.figures if f.what.startswith(tuple(workloads))]
    making = [f for f in report.figures if f not in timed and f.what not in OF_A_SYSTEM]
    return {
        "beside": beside_published(report),
        "making": markdown_table(("what", "", ""), [(f.what, f.system, _value(f)) for f in making]),
        "systems": _by_system(report.figures, OF_A_SYSTEM),
        "timing": _by_system(timed, workloads),
        "faster": _by_system(timed, [f"{name}: {FASTER}" for name in workloads]),
        "made": f"`{report.command}`: {about(report.machine)}",
    }


def _by_system(figures: Sequence[Figure], wanted: Sequence[str]) -> str:
    """A row for each system that has any of the wanted figures, a column for each of these."""
    cells = {(f.system, f.what): _value(f) for f in figures if f.what in wanted}
    systems = dict.fromkeys(system for system, _ in cells)
    rows = [(system, *(cells.get((system, what), "–") for what in wanted)) for system in systems]
    return markdown_table(("system", *(what.removesuffix(f": {FASTER}") for what in wanted)), rows)


def _value(figure: Figure) -> str:
    """What was measured once has no range; whole numbers keep their digits."""
    spread, unit = figure.value, figure.unit
    once = spread.low == spread.high
    whole = f"{spread.median:,.0f}" if spread.median >= 1000 or spread.median == 0 else ""
    short = whole or (f"{spread.median:.2g}" if spread.median < 0.01 else f"{spread.median:.3g}")
    return f"{short if once else spread} {unit}".strip()
