"""What the benchmarks make of their times: expected values by hand or from PyTorch's own matrices."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

pytest.importorskip("psutil")
pytest.importorskip("cpuinfo")

from benchmarks.decode_step import ENDS, LONGEST, ONE_ROW, growth
from benchmarks.endurance import growth_percent
from benchmarks.floors import (
    GEMM_SHAPE,
    StepCost,
    arithmetic_floor_ms,
    gmacs_per_s,
    multiplying,
    step_floor_ms,
)
from benchmarks.machines import Machine
from benchmarks.measuring import Spread, quantile, take_turns, times_faster, turn_ms
from benchmarks.reporting import Figure, Report, Target, read_figures
from benchmarks.startup import TARGETS as STARTUP_TARGETS
from benchmarks.summary import sections
from benchmarks.targets import BOUNDS, shortfall
from benchmarks.texts import sentences
from traverba_export.model import EncoderDecoder, preset

MACHINE = Machine("a CPU", ("avx2",), 2, 1, (1,), 0.5, 8.0, "Linux", "3.11", {"numpy": "2"}, "today")


def test_a_spread_is_the_median_with_the_lowest_and_the_highest() -> None:
    assert Spread.of([5, 1, 9, 2]) == Spread(3.5, 1, 9)


def test_a_spread_is_printed_with_three_significant_digits() -> None:
    assert str(Spread(0.012345, 12.345, 12345.6)) == "0.0123 (12.3–12346)"


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.95, 4), (0.75, 3), (0.0, 1), (1.0, 4)])
def test_a_quantile_is_the_smallest_value_that_enough_values_do_not_exceed(share, expected) -> None:
    assert quantile([4, 1, 3, 2], share) == expected


def test_times_faster_compares_times_of_the_same_round() -> None:
    assert times_faster([10, 40, 90], [10, 10, 10]) == Spread(4, 1, 9)


def test_every_system_gets_one_turn_in_every_round() -> None:
    calls: list[str] = []
    tasks = {name: (lambda name=name: calls.append(name)) for name in "AB"}
    times = take_turns(tasks, rounds=2, budget_ms=0)
    assert "".join(calls) == "AABBAABB"  # an uncounted call before each counted one
    assert {name: len(values) for name, values in times.items()} == {"A": 2, "B": 2}


def test_a_turn_counts_at_least_one_call() -> None:
    assert len(turn_ms(lambda: None, budget_ms=0)) == 1


@pytest.mark.parametrize("name", ["gnmt", "gnmt-512", "everyday", "tiny"])
def test_a_step_reads_every_matrix_of_the_decoder_and_of_the_output_once(name: str) -> None:
    with torch.device("meta"):
        model = EncoderDecoder(preset(name))
    matrices = [p for n, p in model.decoder.named_parameters() if p.dim() == 2 and "attention.key" not in n]
    expected = sum(p.numel() for p in matrices) + model.output.weight.numel()
    assert StepCost.of(model.config).weights == expected


def test_a_shortlist_shrinks_the_output_matrix_only() -> None:
    config = preset("tiny")
    whole, short = StepCost.of(config), StepCost.of(config, vocab_size=100)
    assert whole.weights - short.weights == (config.vocab_size - 100) * config.hidden_size


def test_int8_weights_take_a_quarter_of_the_bytes() -> None:
    assert (StepCost(8).size_bytes("int8"), StepCost(8).size_bytes("fp32")) == (8, 32)


def test_the_arithmetic_floor_is_the_multiply_adds_at_the_rate_of_the_reference_product() -> None:
    rows, width, out = GEMM_SHAPE
    assert gmacs_per_s(gemm_ms=1.0) == pytest.approx(rows * width * out / 1e6)
    assert arithmetic_floor_ms(StepCost(width * out), rows, gemm_ms=3.0) == pytest.approx(3.0)


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_the_reference_product_can_be_made_in_both_precisions(precision: str) -> None:
    (product,) = multiplying(precision)()
    assert product.shape == (GEMM_SHAPE[0], GEMM_SHAPE[2])


def test_the_floor_of_a_step_is_the_slower_of_reading_and_multiplying() -> None:
    cost = StepCost(GEMM_SHAPE[1] * GEMM_SHAPE[2])
    floors = step_floor_ms(cost, GEMM_SHAPE[0], reading_ms=[1.0, 5.0], gemm_ms=[2.0, 2.0])
    assert floors == pytest.approx([2.0, 5.0])


def test_growth_compares_the_last_steps_with_the_first_and_leaves_the_very_first_out() -> None:
    assert growth([100, 1, 1, 1, 7, 7, 2, 2, 2], ends=3) == 2.0


def test_memory_growth_is_from_the_first_look_to_the_last() -> None:
    assert growth_percent([100, 300, 105]) == pytest.approx(5.0)


def test_targets_are_judged_on_the_median_and_limits_are_inclusive() -> None:
    spread = Spread(10, 1, 99)
    verdicts = [
        Figure("", "", spread, "", target).verdict
        for target in (Target("at least", 10), Target("at most", 10), Target("at least", 10.1), None)
    ]
    assert verdicts == ["met", "met", "missed", ""]


def test_a_report_is_read_back_as_it_was_and_the_summary_lists_what_was_missed(tmp_path: Path) -> None:
    figures = [
        Figure("speed", "ours", Spread(2.0, 1.0, 3.0), "times", Target("at least", 2.5)),
        Figure("time", "theirs", Spread(5.0, 4.0, 6.0), "ms"),
    ]
    report = Report("compare", "tiny", "python -m it", MACHINE, {}, figures, {"theirs": [4.0, 5.0, 6.0]})
    path = report.write(tmp_path)
    assert '"theirs": [ 4.0, 5.0, 6.0 ]' in path.read_text(encoding="utf-8")
    assert read_figures(path) == figures
    text = sections(tmp_path)
    assert "0 of 1 targets met" in text
    assert "missed" in text and "theirs" in text and "a CPU" in text


def test_the_summary_names_every_target_and_says_what_bounds_a_missed_one(tmp_path: Path) -> None:
    what = "greedy, batch 1: times faster than CTranslate2 tiny 6+2"
    missed = Figure(what, "ours", Spread(1.25, 1.0, 1.5), "times", Target("at least", 2.5))
    Report("compare", "gnmt-512", "python -m it", MACHINE, {}, [missed], {}).write(tmp_path)
    text = sections(tmp_path)
    assert f"0 of {len(BOUNDS)} targets met" in text and text.count("not measured") == len(BOUNDS) - 1
    assert f"- {what}: 1.25 (1.00–1.50) times, 2.00 times too little. Bound by: the encoder" in text


def test_every_target_has_its_bound() -> None:
    """The names here are those under which the benchmarks report."""
    compare = pytest.importorskip("benchmarks.compare", exc_type=ImportError)
    span = f"cost of steps {LONGEST - ENDS}–{LONGEST} over steps 2–{ENDS + 1}"
    steps = {f"{name}: {span}" for name in ("greedy", "beam 5")}
    compared = {
        f"{name}: times faster than {other}" for name, limits in compare.TARGETS.items() for other in limits
    }
    started = {what.format("1,000") for what in STARTUP_TARGETS}
    alone = {f"step, {ONE_ROW.name}: times the floor", "greedy, batch 1: time outside session.run"}
    assert set(BOUNDS) == steps | compared | started | alone


def test_a_shortfall_is_said_as_a_factor() -> None:
    limits = {15.0: Target("at most", 10), 3.0: Target("at most", 0), 2.0: Target("at least", 5)}
    said = [shortfall(Figure("", "", Spread(value, 1, 99), "", target)) for value, target in limits.items()]
    assert said == ["1.50 times too much", "3 instead of 0", "2.50 times too little"]


def test_sentences_are_all_different_until_the_parts_are_used_up() -> None:
    assert len(set(sentences(4500))) == 4500
    assert all(9 <= len(sentence.split()) <= 28 for sentence in sentences(4500))
