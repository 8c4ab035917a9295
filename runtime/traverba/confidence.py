"""How far a translation can be trusted: a probability fitted on held-out sentences.

A recurrent translator's own probabilities are no such thing: they fall with every token and
say nothing across lengths. The bundle therefore carries a logistic regression from three
figures of a translation to the share of dev sentences like it that were good (Platt 1999).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from traverba.bundle import Calibration


def evidence(log_probs: Sequence[float]) -> tuple[float, float, float]:
    """What is looked at: the mean log-probability of the tokens, the worst one, log of their number."""
    return sum(log_probs) / len(log_probs), min(log_probs), math.log(len(log_probs))


def confidence(log_probs: Sequence[float], calibration: Calibration | None) -> float | None:
    """The probability that a segment with these token log-probabilities is good, from 0 to 1.

    None if the bundle has no calibration or nothing was decoded.
    """
    if calibration is None or not log_probs:
        return None
    mean, worst, log_length = evidence(log_probs)
    logit = (
        calibration.intercept
        + calibration.mean_log_prob * mean
        + calibration.worst_log_prob * worst
        + calibration.log_length * log_length
    )
    return 1.0 / (1.0 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1.0 + math.exp(logit))


def weakest(confidences: Sequence[float | None]) -> float | None:
    """Of a text with several segments: a text is as trustworthy as its least trustworthy part."""
    known = [value for value in confidences if value is not None]
    return min(known) if known else None
