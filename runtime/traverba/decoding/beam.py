"""Beam search: the best K of all continuations of a sentence's K hypotheses live on.

An end token completes its hypothesis if it is among the K best candidates of its
sentence. Hypotheses that end do not use up the beam: the K best other candidates
fill it.
"""

from __future__ import annotations

import numpy as np

from traverba.decoding.candidates import Candidates, top_columns
from traverba.decoding.choosing import Choice, Scores
from traverba.decoding.model import Ids


class BeamChooser:
    """Rows of one sentence compete; the live ones stand in order, best first."""

    independent_rows = False
    takes_best = False

    def __init__(self, eos: int, beam_size: int) -> None:
        self._eos, self._beam_size = eos, beam_size

    def choose(self, totals: Scores, candidates: Candidates, sentences: Ids) -> Choice:
        K = self._beam_size
        by_sentence = totals.reshape(len(sentences), -1)  # (B, K * C)
        # A row has one end token at most, so 2K candidates hold K others.
        best = top_columns(by_sentence, 2 * K)
        best += np.arange(0, totals.size, by_sentence.shape[1])[:, np.newaxis]
        scores = totals.take(best)
        ends = candidates.ids.take(best) == self._eos
        if not ends.any():
            return Choice(best[:0, 0], best[:, :K], scores[:, :K])
        ending = best[:, :K][ends[:, :K] & (scores[:, :K] > -np.inf)]
        others = np.argsort(ends, axis=1, kind="stable")[:, :K]  # not the end token, best first
        scores[ends] = -np.inf
        return Choice(
            ending, np.take_along_axis(best, others, axis=1), np.take_along_axis(scores, others, axis=1)
        )
