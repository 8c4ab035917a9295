"""Plots as SVG text, for a page that must work without a network and in light and dark.

A chart is rows of labels with marks beside them on one horizontal scale. Colours are CSS classes
(``s0``, ``s1`` … for series, ``quiet`` for what shows nothing), so the page decides how they look.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, VALUES = 620, 190, 120
"""Pixels: the whole chart, the column of labels, the column of values at the right."""
ROW, TOP, AXIS = 26, 22, 26
PLOT = WIDTH - LABELS - VALUES


@dataclass(frozen=True)
class Part:
    """A stretch of a bar."""

    length: float
    series: int
    title: str


@dataclass(frozen=True)
class Row:
    """One line of a chart: bars, dots and a line between two values, whichever are given."""

    label: str
    value: str
    """What stands at its end."""
    title: str
    """What the pointer shows."""
    series: int = 0
    parts: tuple[Part, ...] = ()
    """Laid end to end from zero."""
    line: tuple[float, float] | None = None
    dots: tuple[float, ...] = ()
    quiet: bool = False

    @property
    def extent(self) -> tuple[float, float]:
        """Smallest and largest value that is drawn."""
        bar = [sum(part.length for part in self.parts)] if self.parts else []
        drawn = [*bar, *self.dots, *(self.line or ())]
        return min(drawn), max(drawn)


Scale = tuple[float, float]
"""Smallest and largest value that must find room."""


def bar_chart(rows: Sequence[Row], unit: str, room: Scale | None = None) -> str:
    """Bars from zero, with whiskers where a row has a line."""
    top = (room or extent(rows))[1] or 1.0
    ticks = linear_ticks(top)
    return _chart(rows, ticks, lambda value: value / ticks[-1], unit)


def ratio_chart(rows: Sequence[Row], unit: str, room: Scale | None = None) -> str:
    """Dots with intervals on a logarithmic scale, and a line where there is no difference."""
    low, high = room or extent(rows)
    ticks = ratio_ticks(min(low, 1.0), max(high, 1.0))
    start, end = math.log(ticks[0]), math.log(ticks[-1])
    return _chart(rows, ticks, lambda value: (math.log(value) - start) / (end - start), unit, mark=1.0)


def extent(rows: Sequence[Row]) -> Scale:
    """What all rows together need."""
    return min(row.extent[0] for row in rows), max(row.extent[1] for row in rows)


def linear_ticks(top: float) -> list[float]:
    """Round numbers from 0 to at least ``top``, about five of them."""
    step = 10 ** math.floor(math.log10(top / 4))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if factor * step * 4 >= top * 0.999)
    return [i * step for i in range(math.ceil(top * 0.999 / step) + 1)]


def ratio_ticks(low: float, high: float) -> list[float]:
    """Round factors around ``low`` and ``high``, with 1 among them."""
    ladder = [m * 10.0**e for e in range(-4, 5) for m in (1, 1.5, 2, 3, 5, 7)]
    first = max(i for i, tick in enumerate(ladder) if tick <= low * 0.999)
    last = min(i for i, tick in enumerate(ladder) if tick >= high * 1.001)
    shown = ladder[first : last + 1]
    return shown if len(shown) <= 8 else [t for t in shown if t in (shown[0], 1.0, shown[-1]) or _round(t)]


def _round(tick: float) -> bool:
    return math.isclose(math.log10(tick), round(math.log10(tick)), abs_tol=1e-9)


def _chart(
    rows: Sequence[Row],
    ticks: Sequence[float],
    scale: Callable[[float], float],
    unit: str,
    mark: float | None = None,
) -> str:
    """``scale`` maps a value to 0 … 1 of the plot's width."""

    def x(value: float) -> float:
        return LABELS + PLOT * scale(value)

    bottom = TOP + ROW * len(rows)
    body = [_grid_line(x(tick), bottom, f"{tick:,g}", tick == mark) for tick in ticks]
    body += [_row(row, TOP + ROW * i, x) for i, row in enumerate(rows)]
    body.append(_text(LABELS + PLOT + 14, TOP - 8, unit, "unit"))
    return (
        f'<svg viewBox="0 0 {WIDTH} {bottom + AXIS}" role="img" aria-label="{escape(unit)}">'
        + "".join(body)
        + "</svg>"
    )


def _grid_line(x: float, bottom: int, label: str, marked: bool) -> str:
    kind = "mark" if marked else "grid"
    line = f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}"/>'
    return line + _text(x, bottom + 18, label, "tick")


def _row(row: Row, y: int, x: Callable[[float], float]) -> str:
    middle = y + ROW / 2
    colour = "quiet" if row.quiet else f"s{row.series}"
    marks = [_text(LABELS - 10, middle + 4, row.label, "label")]
    start = 0.0
    for part in row.parts:
        left, right = x(start), x(start + part.length)
        marks.append(
            f'<rect class="s{part.series}" x="{left:.1f}" y="{y + 6}" width="{max(right - left, 0.5):.1f}" '
            f'height="{ROW - 12}"><title>{escape(part.title)}</title></rect>'
        )
        start += part.length
    if row.line:
        kind = "whisker" if row.parts else f"span {colour}"
        ends = f'x1="{x(row.line[0]):.1f}" x2="{x(row.line[1]):.1f}"'
        marks.append(f'<line class="{kind}" {ends} y1="{middle}" y2="{middle}"/>')
    for number, dot in enumerate(row.dots):
        radius = 5.5 if number == 0 else 3.5
        marks.append(f'<circle class="{colour}" cx="{x(dot):.1f}" cy="{middle}" r="{radius}"/>')
    marks.append(_text(LABELS + PLOT + 14, middle + 4, row.value, "value"))
    return f"<g><title>{escape(row.title)}</title>{''.join(marks)}</g>"


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
