"""The ladder as pictures: bars for quality and cost, lines for length, and where models look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from traverba_export.ladder.attending import Attended
from traverba_export.ladder.rungs import Rung
from traverba_export.ladder.speed import Cost

WITHOUT, GENERATING = "#b8b8b8", "#1b6ca8"
"""Rungs that say a word for each source word, and rungs that generate."""


def plot_rungs(path: Path, rungs: Sequence[Rung], speeds: Mapping[str, Mapping[str, Cost]]) -> None:
    """BLEU, chrF, milliseconds a sentence and parameters, a panel each."""
    panels: dict[str, Callable[[Rung], float]] = {
        "BLEU, beam 5": lambda r: r.quality.bleu["beam 5"],
        "chrF, beam 5": lambda r: r.quality.chrf["beam 5"],
        "CPU ms a sentence, beam 5": lambda r: speeds[r.name]["beam 5"].median_ms,
        "million parameters": lambda r: r.parameters / 1e6,
    }
    figure = Figure(figsize=(12, 1.2 + 0.34 * len(rungs)), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True)
    colours = [GENERATING if r.recipe.model.decoder == "recurrent" else WITHOUT for r in rungs]
    for axis, (title, value) in zip(axes, panels.items(), strict=True):
        values = [value(r) for r in rungs]
        drawn = axis.barh([r.name for r in rungs], values, color=colours)
        axis.bar_label(drawn, [f"{v:.1f}" for v in values], padding=3, fontsize=8)
        axis.set(title=title, xlim=(0, 1.2 * max(values) or 1))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    _save(figure, path)


def plot_lengths(path: Path, rungs: Sequence[Rung]) -> None:
    """BLEU of beam 5 over the length of the source, a line for each rung."""
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axis = figure.subplots()
    for number, r in enumerate(rungs):
        labels, values = list(r.quality.bleu_by_length), list(r.quality.bleu_by_length.values())
        dash = "-" if r.recipe.model.decoder == "recurrent" else "--"
        axis.plot(labels, values, dash, marker="o", markersize=4, label=r.name, color=f"C{number}")
    axis.set(xlabel="words of the source", ylabel="BLEU, beam 5", ylim=(0, None))
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, bbox_to_anchor=(1, 1), loc="upper left")
    _save(figure, path)


def plot_attention(path: Path, looking: Mapping[str, Attended]) -> None:
    """Source across, translation downwards; the darker, the more that step read of that piece."""
    figure = Figure(figsize=(5 * len(looking), 5.2), layout="constrained")
    axes = figure.subplots(1, len(looking), squeeze=False)[0]
    for axis, (name, attended) in zip(axes, looking.items(), strict=True):
        _heat_map(axis, attended)
        axis.set_title(name)
    _save(figure, path)


def _heat_map(axis: Axes, attended: Attended) -> None:
    axis.imshow(attended.weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axis.set_xticks(range(len(attended.source)), attended.source, rotation=90, fontsize=9)
    axis.set_yticks(range(len(attended.target)), attended.target, fontsize=9)
    axis.xaxis.tick_top()


def _save(figure: Figure, path: Path) -> None:
    partial = path.with_name(f"{path.name}.partial")
    figure.savefig(partial, format="png", dpi=100)
    partial.replace(path)
