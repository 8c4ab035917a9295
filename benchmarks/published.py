"""Published speeds of recurrent translators, and our figures in the same columns."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from benchmarks.measuring import short
from benchmarks.reporting import Figure, Report, markdown_table

HEADINGS = ("system", "hardware", "greedy, one sentence", "beam, one sentence", "throughput")


@dataclass(frozen=True)
class Row:
    """One system in the words of who measured it; a dash where nothing was said."""

    system: str
    hardware: str
    greedy: str = "–"
    beam: str = "–"
    throughput: str = "–"


PUBLISHED = (
    Row(
        "GNMT, 8 + 8 layers of 1,024 (Wu et al. 2016)",
        "44 CPU cores (by Devlin 2017)",
        beam="190–210 ms",
        throughput="about 100 words/s",
    ),
    Row(
        "GNMT v2, 4 + 4 layers of 1,024 (NVIDIA)",
        "one A100 GPU, fp16",
        "44.7 ms",
        "67.1 ms (beam 5)",
        "119,675 tok/s (batch 512, greedy)",
    ),
    Row(
        "a faster deep recurrent network, en-fr (Devlin 2017)",
        "one CPU thread",
        throughput="100 words/s (beam)",
    ),
    Row("best recurrent translator of WNMT 2018, a small one", "one CPU core", throughput="800 words/s"),
)


def beside_published(report: Report) -> str:
    """A Markdown table: ours and PyTorch's, then what was published."""
    hardware = f"one thread of {report.machine.processor}"
    systems = dict.fromkeys(f.system for f in report.figures if f.what == "greedy, batch 1")
    ours = [_measured(name, report, hardware) for name in systems]
    return markdown_table(HEADINGS, [astuple(row) for row in (*ours, *PUBLISHED)])


def _measured(system: str, report: Report, hardware: str) -> Row:
    mine = {f.what: f for f in report.figures if f.system == system}
    many = mine["greedy, batch 32: speed"]
    return Row(
        f"{report.subject}, {system}",
        hardware,
        _median(mine["greedy, batch 1"]),
        f"{_median(mine['beam 5, batch 1'])} (beam 5)",
        f"{_median(many)} (batch 32, greedy)",
    )


def _median(figure: Figure) -> str:
    return f"{short(figure.value.median)} {figure.unit}"
