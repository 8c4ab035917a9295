"""Percentiles and the intervals of the sign test, by hand."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.benchmark.figures import Percentiles, Spread
from traverba.benchmark.statistics import compare, coverage, percentiles, spread

TIMES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentiles([float(n) for n in range(1, 201)]) == Percentiles(100.0, 190.0, 198.0, 200)
    assert percentiles([7.0]) == Percentiles(7.0, 7.0, 7.0, 1)


@pytest.mark.parametrize(
    ("count", "low_rank", "high_rank", "outcomes_beyond"),
    [
        # How many of the 2^count ways to fall below or above the median lie beyond each end: sums of
        # Pascal's triangle by hand, at most 2.5 % of all.
        (6, 1, 6, 1),
        (8, 1, 8, 1),
        (9, 2, 8, 1 + 9),
        (10, 2, 9, 1 + 10),
        (15, 4, 12, 1 + 15 + 105 + 455),
        (20, 6, 15, 1 + 20 + 190 + 1140 + 4845 + 15504),
    ],
)
def test_the_interval_of_a_median_is_that_of_the_sign_test(
    count: int, low_rank: int, high_rank: int, outcomes_beyond: int
) -> None:
    found = spread([float(rank) for rank in range(1, count + 1)])
    assert (found.low, found.high) == (low_rank, high_rank)
    assert coverage(count) == pytest.approx(1 - 2 * outcomes_beyond / 2**count)


def test_few_rounds_give_the_widest_interval_there_is_and_say_how_sure_it_is() -> None:
    assert spread([3.0, 1.0, 2.0]) == Spread(median=2.0, low=1.0, high=3.0, count=3)
    assert coverage(3) == 0.75
    assert coverage(1) == 0.0


@given(TIMES)
def test_the_median_lies_in_its_interval(values: list[float]) -> None:
    found = spread(values)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)
    assert found.median == statistics.median(values)


def test_twice_as_fast_in_every_round_is_faster_however_busy_the_rounds_were() -> None:
    baseline = [10.0, 30.0, 12.0, 90.0, 11.0, 10.0]
    ratio = compare([ms / 2 for ms in baseline], baseline)
    assert (ratio.spread.low, ratio.spread.median, ratio.spread.high) == (2.0, 2.0, 2.0)
    assert ratio.verdict == "faster"
    assert compare(baseline, [ms / 2 for ms in baseline]).verdict == "slower"


def test_an_interval_that_holds_one_shows_no_difference() -> None:
    assert compare([9.0, 11.0, 9.0, 11.0, 9.0, 9.0], [10.0] * 6).verdict == "no difference seen"
    assert compare([10.0] * 6, [10.0] * 6).verdict == "no difference seen"


@pytest.mark.parametrize(("rounds", "said"), [(1, "too few rounds"), (4, "too few rounds"), (5, "faster")])
def test_too_few_rounds_show_nothing_however_clear_they_look(rounds: int, said: str) -> None:
    assert compare([1.0] * rounds, [3.0] * rounds).verdict == said


def test_the_baseline_is_called_so() -> None:
    assert compare([1.0], [1.0], is_baseline=True).verdict == "baseline"
