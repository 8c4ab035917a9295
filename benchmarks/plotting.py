"""Plots of results: bars with the range that was seen, one panel for each way of using a translator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.figure import Figure

from benchmarks.measuring import Spread, short

OURS, THEIRS, LIMIT = "#1b6ca8", "#b8b8b8", "#d1603d"


def colour(system: str) -> str:
    """Ours, the hardware's limit, everybody else."""
    return OURS if system.startswith("traverba") else LIMIT if system.startswith("floor") else THEIRS


def bars(path: Path, title: str, unit: str, panels: Mapping[str, Mapping[str, Spread]], note: str) -> None:
    """``panels``: title of a panel -> system -> figure. Axes start at zero and are not shared."""
    tallest, columns = max(map(len, panels.values())), min(3, len(panels))
    size = 4.6 * columns, (1.4 + 0.36 * tallest) * math.ceil(len(panels) / columns)
    figure, grid = pyplot.subplots(
        math.ceil(len(panels) / columns), columns, figsize=size, squeeze=False, layout="constrained"
    )
    for axis in grid.flat[len(panels) :]:
        axis.set_visible(False)
    for axis, (name, values) in zip(grid.flat, panels.items(), strict=False):
        systems = list(values)
        medians = [values[s].median for s in systems]
        errors = [
            [values[s].median - values[s].low for s in systems],
            [values[s].high - values[s].median for s in systems],
        ]
        drawn = axis.barh(systems, medians, xerr=errors, color=[colour(s) for s in systems], ecolor="#444444")
        axis.bar_label(drawn, [short(value) for value in medians], padding=4, fontsize=8)
        axis.set(title=name, xlabel=unit, xlim=(0, 1.25 * max(values[s].high for s in systems)))
        axis.invert_yaxis()
        axis.spines[["top", "right"]].set_visible(False)
    _save(figure, path, title, note)


def lines(
    path: Path, title: str, labels: tuple[str, str], series: Mapping[str, Sequence[float]], note: str
) -> None:
    """One line for each series; ``labels`` of the x and y axis."""
    figure, axis = pyplot.subplots(figsize=(8, 4), layout="constrained")
    for name, values in series.items():
        axis.plot(range(1, len(values) + 1), values, label=name, linewidth=1)
    axis.set(xlabel=labels[0], ylabel=labels[1], ylim=(0, None))
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False)
    _save(figure, path, title, note)


def _save(figure: Figure, path: Path, title: str, note: str) -> None:
    figure.suptitle(title, fontsize=12)
    figure.supxlabel(note, fontsize=7, color="#555555", x=0.01, ha="left", wrap=True)
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    pyplot.close(figure)
