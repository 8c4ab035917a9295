"""How hypotheses are compared: Wu et al. 2016 (arXiv 1609.08144), equation 14.

    s(Y, X)  = log P(Y | X) / lp(Y) + cp(X; Y)
    lp(Y)    = (5 + |Y|)^alpha / (5 + 1)^alpha
    cp(X; Y) = beta * sum_i log(min(sum_j p_ij, 1))

|Y| counts the end token. Where we depart from the paper: hypotheses of one step,
which have equal length, are ranked by log P alone and none is pruned for being far
behind the best; a source token that got no attention at all counts as `FLOOR`
instead of making the score minus infinity. With a repetition penalty, log P is the
penalised one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-10


def length_penalty(length: int, alpha: float) -> float:
    """lp(Y) for |Y| = length."""
    return float(((5.0 + length) / 6.0) ** alpha)


def coverage_penalty(coverage: NDArray[np.floating], beta: float) -> float:
    """cp(X; Y); ``coverage`` (S,) is the attention each source token received in all steps."""
    return beta * float(np.log(np.clip(coverage, FLOOR, 1.0)).sum())


def upper_bound(log_prob: NDArray[np.float64], longest_penalty: NDArray[np.float64]) -> NDArray[np.float64]:
    """The best score that any continuation of live hypotheses with these log-probabilities can reach.

    Every further token adds a log-probability <= 0, so log P only falls; lp only grows
    with |Y| (alpha >= 0), and dividing a negative number by more brings it nearer to 0, so
    the penalty of the longest output allowed is the kindest; cp is never above 0. Hence
    s(Y, X) <= log P now / lp(longest).
    """
    return log_prob / longest_penalty
