"""Figures, and where they go: a table on the terminal, a JSON file with every round, a plot."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.machines import Machine
from benchmarks.measuring import Spread

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Target:
    """What was promised."""

    kind: Literal["at least", "at most"]
    limit: float

    def met(self, value: float) -> bool:
        return value >= self.limit if self.kind == "at least" else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.kind == 'at least' else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Figure:
    """One measured quantity of one system."""

    what: str
    system: str
    value: Spread
    unit: str
    target: Target | None = None

    @property
    def verdict(self) -> str:
        """Judged on the median."""
        if self.target is None:
            return ""
        return "met" if self.target.met(self.value.median) else "missed"

    def cells(self) -> tuple[str, ...]:
        """As a row of `HEADINGS`."""
        return self.what, self.system, f"{self.value} {self.unit}", str(self.target or ""), self.verdict


HEADINGS = ("what", "system", "median (lowest–highest)", "target", "")


@dataclass(frozen=True)
class Report:
    """Everything one run of one benchmark found."""

    benchmark: str
    subject: str
    command: str
    machine: Machine
    settings: Mapping[str, Any]
    figures: Sequence[Figure]
    rounds: Mapping[str, Any]
    """What was measured, before any arithmetic."""

    @property
    def stem(self) -> str:
        """Of the files it is written to."""
        return f"{self.benchmark}-{Path(self.subject).stem}"

    def write(self, folder: Path) -> Path:
        """As JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.stem}.json"
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(_numbers_on_one_line(text) + "\n", encoding="utf-8")
        return path

    def show(self) -> str:
        """As a table under a line that says what it was measured on."""
        table = markdown_table(HEADINGS, [figure.cells() for figure in self.figures])
        return f"{self.benchmark}, {self.subject}\n{about(self.machine)}\n\n{table}"


def read_figures(path: Path) -> list[Figure]:
    """The figures of a report written earlier."""
    entries = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return [
        Figure(
            entry["what"],
            entry["system"],
            Spread(**entry["value"]),
            entry["unit"],
            Target(**entry["target"]) if entry["target"] else None,
        )
        for entry in entries
    ]


def about(machine: Machine) -> str:
    """One line: processor, threads, versions, date."""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"{machine.processor} ({', '.join(machine.instructions)}), {machine.threads} of {machine.cpus} CPUs, "
        f"load average {machine.load_average}; Python {machine.python}, {versions}; {machine.measured}"
    )


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned, so that it reads well in a terminal too."""
    table = [headings, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    rule = ["-" * max(3, width) for width in widths]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in table]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (lines[0], rule, *lines[1:]))


def _numbers_on_one_line(text: str) -> str:
    """Indented JSON with each list of plain numbers on one line: results are read by people, too."""
    return re.sub(r"\[[-\d.e,\s]+\]", lambda found: re.sub(r"\s+", " ", found[0]), text)
