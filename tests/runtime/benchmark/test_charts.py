"""Ticks are round, and marks stand where their values are."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.benchmark.charts import (
    LABELS,
    PLOT,
    Part,
    Row,
    bar_chart,
    linear_ticks,
    ratio_chart,
    ratio_ticks,
)


def marks(svg: str, tag: str) -> list[dict[str, str]]:
    return [element.attrib for element in ElementTree.fromstring(svg).iter(tag)]


def bar(*lengths: float) -> Row:
    return Row(
        "label", "value", "title", parts=tuple(Part(length, i, "") for i, length in enumerate(lengths))
    )


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (8, [0, 2, 4, 6, 8]),
        (9, [0, 2.5, 5, 7.5, 10]),
        (1.0, [0, 0.25, 0.5, 0.75, 1.0]),
        (100, [0, 25, 50, 75, 100]),
    ],
)
def test_ticks_of_a_bar_chart_are_round(top: float, ticks: list[float]) -> None:
    assert linear_ticks(top) == pytest.approx(ticks)


@given(st.floats(1e-6, 1e9))
def test_ticks_reach_the_largest_value_in_a_handful_of_steps(top: float) -> None:
    ticks = linear_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= top * 0.999
    assert 2 <= len(ticks) <= 5


@given(st.floats(0.001, 1.0), st.floats(1.0, 1000.0))
def test_ticks_of_ratios_enclose_them_and_mark_one(low: float, high: float) -> None:
    ticks = ratio_ticks(low, high)
    assert ticks[0] <= low
    assert high <= ticks[-1]
    assert 1.0 in ticks
    assert ticks == sorted(ticks)
    assert len(ticks) <= 9


def test_bars_are_as_long_as_their_values() -> None:
    rects = marks(bar_chart([bar(4.0), bar(2.0)], "ms"), "rect")
    assert [float(rect["width"]) for rect in rects] == [PLOT, PLOT / 2]
    assert {float(rect["x"]) for rect in rects} == {LABELS}


def test_parts_of_a_bar_lie_end_to_end() -> None:
    first, second = marks(bar_chart([bar(1.0, 3.0)], "ms"), "rect")
    assert float(second["x"]) == pytest.approx(float(first["x"]) + float(first["width"]), abs=0.2)
    assert float(second["width"]) == pytest.approx(3 * float(first["width"]), abs=0.3)


def test_a_ratio_of_one_stands_on_the_marked_line_and_inverses_mirror_each_other() -> None:
    rows = [Row("", "", "", dots=(ratio,), line=(ratio, ratio)) for ratio in (0.5, 1.0, 2.0)]
    svg = ratio_chart(rows, "times")
    half, same, twice = (float(dot["cx"]) for dot in marks(svg, "circle"))
    (marked,) = (float(line["x1"]) for line in marks(svg, "line") if line["class"] == "mark")
    assert same == marked
    assert twice - same == pytest.approx(same - half, abs=0.2)


def test_what_shows_nothing_is_drawn_quietly() -> None:
    (dot,) = marks(ratio_chart([Row("", "", "", dots=(1.0,), line=(0.9, 1.1), quiet=True)], ""), "circle")
    assert dot["class"] == "quiet"


def test_a_chart_of_nothing_but_zeros_can_be_drawn() -> None:
    assert math.isfinite(float(marks(bar_chart([bar(0.0)], "MiB"), "rect")[0]["width"]))


def test_labels_cannot_become_markup() -> None:
    svg = bar_chart([Row("<a&b>", "1", '"quoted"', parts=(Part(1.0, 0, "<t>"),))], "<unit>")
    assert "<a&b>" in "".join(ElementTree.fromstring(svg).itertext())
