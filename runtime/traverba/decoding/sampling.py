"""Drawing tokens at random: temperature, top-k, and top-p (nucleus sampling, Holtzman et al. 2020).

Every row draws from a random stream of its own, seeded by the caller's seed, the row's
number and the source, so that a sentence's draw does not depend on the batch or on
how many draws are made beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.candidates import Candidates
from traverba.decoding.choosing import Choice, Scores
from traverba.decoding.greedy import choose_columns
from traverba.decoding.model import Ids
from traverba.decoding.options import Sampling
from traverba.decoding.request import Request


def distribution(scores: NDArray[np.floating], sampling: Sampling) -> NDArray[np.float64]:
    """(N, C) probabilities to draw with, from log-probabilities (N, C) that hold one possible token a row."""
    scaled = scores.astype(np.float64) / sampling.temperature
    if 0 < sampling.top_k < scaled.shape[1]:
        lowest = -np.partition(-scaled, sampling.top_k - 1, axis=1)[:, sampling.top_k - 1 : sampling.top_k]
        scaled[scaled < lowest] = -np.inf
    probs: NDArray[np.float64] = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    if sampling.top_p < 1.0:
        order = np.argsort(-probs, axis=1, kind="stable")
        ordered = np.take_along_axis(probs, order, axis=1)
        before = np.cumsum(ordered, axis=1) - ordered  # mass of the more probable tokens
        np.put_along_axis(probs, order, np.where(before < sampling.top_p, ordered, 0.0), axis=1)
    return probs


class SamplingChooser:
    """``draws`` independent rows for each sentence."""

    independent_rows = True
    takes_best = False

    def __init__(self, eos: int, requests: Sequence[Request], sampling: Sampling, draws: int) -> None:
        self._eos, self._sampling, self._draws = eos, sampling, draws
        self._streams = [
            [np.random.default_rng([sampling.seed, draw, *request.source]) for draw in range(draws)]
            for request in requests
        ]

    def choose(self, totals: Scores, candidates: Candidates, sentences: Ids) -> Choice:
        scores = candidates.scores
        hopeless = scores.max(axis=1) == -np.inf
        if hopeless.any():
            scores = np.where(hopeless[:, np.newaxis], np.float32(0.0), scores)  # these rows are dead
        mass = np.cumsum(distribution(scores, self._sampling), axis=1)  # (N, C)
        draws = np.array([stream.random() for sentence in sentences for stream in self._streams[sentence]])
        columns = (mass <= (draws * mass[:, -1])[:, np.newaxis]).sum(axis=1)
        return choose_columns(totals, candidates.ids, columns, self._eos, self._draws)
