"""Confidence: fitted on outcomes, honest on others."""

import math

import numpy as np
import pytest

from traverba.bundle import Calibration
from traverba.confidence import confidence, weakest
from traverba_export.quality.calibration import Outcome, expected_calibration_error, fit_calibration


def outcomes(count: int, seed: int) -> list[Outcome]:
    """Sentences that are good with probability sigmoid(3 + 2 * mean log-probability)."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        log_probs = (-rng.exponential(1.5, rng.integers(1, 20))).tolist()
        chance = 1 / (1 + math.exp(-(3 + 2 * sum(log_probs) / len(log_probs))))
        found.append(Outcome(log_probs, bool(rng.random() < chance)))
    return found


def test_the_fit_finds_the_law_that_made_the_data() -> None:
    calibration = fit_calibration(outcomes(20_000, seed=1))
    assert calibration.intercept == pytest.approx(3, abs=0.3)
    assert calibration.mean_log_prob == pytest.approx(2, abs=0.2)
    assert calibration.worst_log_prob == pytest.approx(0, abs=0.1)
    assert calibration.calibration_error < 0.02
    assert calibration.brier_score < calibration.base_brier_score


def test_separable_outcomes_give_a_finite_fit() -> None:
    calibration = fit_calibration([Outcome([-0.1], True), Outcome([-0.1], True), Outcome([-9.0], False)] * 10)
    assert confidence([-0.1], calibration) > 0.9  # type: ignore[operator]
    assert confidence([-9.0], calibration) < 0.1  # type: ignore[operator]


def test_calibration_error_by_hand() -> None:
    said = np.array([0.95, 0.95, 0.15, 0.15])
    happened = np.array([1.0, 0.0, 0.0, 0.0])
    assert expected_calibration_error(said, happened) == pytest.approx((0.9 + 0.3) / 4)


def test_confidence_is_the_logistic_of_the_evidence() -> None:
    calibration = Calibration("", 1.0, 2.0, 0.5, -1.0, 0, 0.0, 0.0, 0.0)
    logit = 1.0 + 2.0 * -1.5 + 0.5 * -2.0 - 1.0 * math.log(2)
    assert confidence([-1.0, -2.0], calibration) == pytest.approx(1 / (1 + math.exp(-logit)))


@pytest.mark.parametrize("log_prob", [0.0, -1e6])
def test_confidence_stays_within_0_and_1(log_prob: float) -> None:
    value = confidence([log_prob] * 50, Calibration("", 5.0, 3.0, 1.0, 0.0, 0, 0.0, 0.0, 0.0))
    assert value is not None and 0.0 <= value <= 1.0


def test_without_calibration_or_tokens_there_is_no_confidence() -> None:
    assert confidence([-1.0], None) is None
    assert confidence([], Calibration("", 1.0, 1.0, 1.0, 1.0, 0, 0.0, 0.0, 0.0)) is None


def test_a_text_is_as_certain_as_its_weakest_segment() -> None:
    assert weakest([0.9, None, 0.4]) == 0.4
    assert weakest([None]) is None
