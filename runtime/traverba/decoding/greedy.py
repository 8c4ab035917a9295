"""Greedy decoding: every row goes on with its most probable token."""

from __future__ import annotations

import numpy as np

from traverba.decoding.candidates import Candidates
from traverba.decoding.choosing import Choice, Scores
from traverba.decoding.model import Ids


def choose_columns(totals: Scores, ids: Ids, columns: Ids, eos: int, beam_size: int) -> Choice:
    """Each row n continues with its candidate ``columns[n]``, and dies if that is the end token."""
    picked = columns  # (N,)
    if len(totals) > 1:
        picked = np.arange(0, totals.size, totals.shape[1]) + columns
    scores = totals.take(picked)
    ends = ids.take(picked) == eos
    ending = picked[:0]
    if ends.any():
        ending = picked[ends & (scores > -np.inf)]
        scores[ends] = -np.inf
    return Choice(ending, picked.reshape(-1, beam_size), scores.reshape(-1, beam_size))


class GreedyChooser:
    """Of equally probable tokens, the one that the model lists first."""

    independent_rows = True
    takes_best = True

    def __init__(self, eos: int) -> None:
        self._eos = eos

    def choose(self, totals: Scores, candidates: Candidates, sentences: Ids) -> Choice:
        return choose_columns(totals, candidates.ids, totals.argmax(axis=1), self._eos, beam_size=1)
