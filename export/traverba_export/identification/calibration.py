"""Making probabilities mean what they say, on sentences that were not trained on."""

from __future__ import annotations

import torch
from torch import Tensor

BINS = 10


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The divisor of the logits (n, L) under which the labels (n,) are likeliest (Guo et al. 2017)."""
    candidates = torch.logspace(-0.5, 0.7, 241)
    losses = [float(torch.nn.functional.cross_entropy(logits / t, labels)) for t in candidates]
    return float(candidates[losses.index(min(losses))])


def calibration_error(logits: Tensor, labels: Tensor) -> float:
    """Expected calibration error over ten bins (Naeini et al. 2015): mean gap of probability and hit rate."""
    probabilities, answers = logits.softmax(1).max(1)
    hits = (answers == labels).double()
    bins = (probabilities * BINS).long().clamp(max=BINS - 1)
    gaps = [
        abs(float((probabilities[inside].double() - hits[inside]).sum()))
        for number in range(BINS)
        if (inside := bins == number).any()
    ]
    return sum(gaps) / len(labels)
