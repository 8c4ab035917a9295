"""The seam between a search's bookkeeping and the way it picks among candidates.

`GreedyChooser`, `SamplingChooser`, `BeamChooser` and `ConstrainedChooser` differ only
here; everything else about hypotheses is in `traverba.decoding.search`.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.candidates import Candidates
from traverba.decoding.model import Ids

Scores = NDArray[np.float64]


class Choice(NamedTuple):
    """Candidates picked in one step. An index counts through all (N, C) candidates row by row."""

    ending: Ids  # (E,) end tokens that complete a hypothesis
    kept: Ids  # (B, K) what the live rows continue with
    kept_scores: Scores  # (B, K), -inf for a row that is no longer live


class Chooser(Protocol):
    """Picks what lives on."""

    independent_rows: bool
    """Whether each row is a hypothesis of its own from the start, or rows compete for the beam."""

    takes_best: bool
    """Whether a row goes on with its most probable candidate, whatever the other rows do."""

    def choose(self, totals: Scores, candidates: Candidates, sentences: Ids) -> Choice:
        """``totals`` (N, C): log P of whole hypotheses; ``sentences`` (B,): the requests they belong to."""
        ...
