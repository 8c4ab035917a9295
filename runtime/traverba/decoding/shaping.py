"""Penalties that look at what a hypothesis has already said."""

from __future__ import annotations

import numpy as np

from traverba.decoding.model import Floats, Ids


def penalise_repetition(scores: Floats, history: Ids, penalty: float) -> None:
    """Multiply, in ``scores`` (N, V), the log-probability of every token of ``history`` (N, T).

    Keskar et al. 2019 (arXiv 1909.05858), section 4.1, divide the logits; here the
    log-probability, which is never positive, is multiplied and not normalised again.
    """
    rows = np.arange(len(scores))[:, np.newaxis]
    scores[rows, history] = scores[rows, history] * penalty


def block_repeated_ngrams(scores: Floats, history: Ids, size: int) -> None:
    """Forbid, in ``scores`` (N, V), each token that would end an n-gram already in ``history`` (N, T)."""
    if history.shape[1] < size:
        return
    ngrams = np.lib.stride_tricks.sliding_window_view(history, size, axis=1)  # (N, T - size + 1, size)
    last = history[:, np.newaxis, history.shape[1] - size + 1 :]  # (N, 1, size - 1)
    rows, starts = np.nonzero((ngrams[:, :, :-1] == last).all(axis=2))
    scores[rows, ngrams[rows, starts, -1]] = -np.inf
