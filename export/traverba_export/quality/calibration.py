"""Fit the confidence of a bundle: how often are translations with such log-probabilities good?

Good means a sentence chrF of at least `GOOD_CHRF` against the reference. Half of the dev
sentences fit a logistic regression, the other half measure how well it is calibrated.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sacrebleu import CHRF

from traverba import Translator, load_translator
from traverba.bundle import Calibration
from traverba.confidence import confidence, evidence
from traverba_export.bundling import update_manifest
from traverba_export.recipe import split_direction
from traverba_export.training.preparation import DevSet

GOOD_CHRF = 50.0
"""Sentences from here on are mostly right translations with other words than the reference's."""
CRITERION = f"sentence chrF of at least {GOOD_CHRF:g} against the reference"
SENTENCES = 1_000
"""Dev sentences of each direction."""
RIDGE = 1e-3
"""Keeps the fit finite when good and bad can be told apart completely."""


@dataclass(frozen=True)
class Outcome:
    """One translated dev sentence."""

    log_probs: list[float]
    good: bool


def translate_outcomes(translator: Translator, dev_sets: Sequence[DevSet]) -> list[Outcome]:
    """Translate dev sentences with the bundle's default search and judge each."""
    chrf, outcomes = CHRF(), []
    for dev in dev_sets:
        source, target = split_direction(dev.direction)
        translations = translator.translate(dev.sources, source=source, target=target)
        for translation, reference in zip(translations, dev.references, strict=True):
            log_probs = [token.log_prob for token in translation.tokens]
            if log_probs:
                score = chrf.sentence_score(translation.text, [reference]).score
                outcomes.append(Outcome(log_probs, score >= GOOD_CHRF))
    return outcomes


def fit_calibration(outcomes: Sequence[Outcome]) -> Calibration:
    """Fit on every other outcome, measure on the rest."""
    intercept, mean, worst, length = _logistic_regression(*_arrays(outcomes[::2])).tolist()
    fitted = Calibration(CRITERION, intercept, mean, worst, length, len(outcomes[::2]), 0.0, 0.0, 0.0)
    held_out = outcomes[1::2]
    said = np.array([confidence(o.log_probs, fitted) for o in held_out], float)
    happened = np.array([o.good for o in held_out], float)
    return dataclasses.replace(
        fitted,
        calibration_error=round(expected_calibration_error(said, happened), 4),
        brier_score=round(float(np.mean((said - happened) ** 2)), 4),
        base_brier_score=round(float(happened.var()), 4),
    )


def calibrate_bundle(folder: Path, dev_sets: Sequence[DevSet]) -> Calibration:
    """Fit on ``dev_sets`` and write the result into the bundle's manifest and model card."""
    with load_translator(folder) as translator:
        calibration = fit_calibration(translate_outcomes(translator, dev_sets))
    update_manifest(folder, lambda manifest: dataclasses.replace(manifest, calibration=calibration))
    return calibration


def expected_calibration_error(said: NDArray[np.float64], happened: NDArray[np.float64]) -> float:
    """Ten equal bins of confidence: the mean gap to the share that was good, weighted by size."""
    bins = np.minimum((said * 10).astype(int), 9)
    gaps = [abs(said[bins == b].sum() - happened[bins == b].sum()) for b in range(10)]
    return float(sum(gaps) / len(said))


def _arrays(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 4) of evidence with a leading 1, and (n,) of 0 and 1."""
    features = np.array([(1.0, *evidence(o.log_probs)) for o in outcomes])
    return features, np.array([o.good for o in outcomes], float)


def _logistic_regression(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Newton's method (iteratively reweighted least squares) with a small ridge: (4,) weights."""
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + RIDGE * weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
        weights -= np.linalg.solve(curvature, gradient)
    return weights
