"""What repeated measurements say, without assuming how they are distributed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from traverba.benchmark.figures import Percentiles, Ratio, Spread, Verdict

CONFIDENCE = 0.95
"""What an interval aims at; fewer than six rounds cannot reach it."""
LEAST_CONFIDENCE = 0.9
"""What a verdict needs: five rounds."""


def percentiles(values: Sequence[float]) -> Percentiles:
    """Of at least one value, by the nearest-rank rule: every percentile is a value that occurred."""
    ordered = sorted(values)
    p50, p95, p99 = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.50, 0.95, 0.99))
    return Percentiles(p50, p95, p99, len(ordered))


def spread(values: Sequence[float]) -> Spread:
    """Median and its interval, between two of the values themselves."""
    ordered = sorted(values)
    cut = _values_to_cut(len(ordered))
    return Spread(median(ordered), ordered[cut], ordered[-1 - cut], len(ordered))


def coverage(count: int) -> float:
    """Probability that the interval `spread` gives for this many values holds the true median.

    Each value lies below the true median with probability 1/2, so the interval misses it only if
    at most ``cut`` values fall on one side: twice a tail of the binomial distribution.
    """
    return 1 - 2 * _tail(count, _values_to_cut(count))


def compare(ms: Sequence[float], baseline_ms: Sequence[float], *, is_baseline: bool = False) -> Ratio:
    """How many times faster than the baseline, from rounds that belong together in pairs."""
    ratios = spread([base / own for own, base in zip(ms, baseline_ms, strict=True)])
    return Ratio(ratios, "baseline" if is_baseline else verdict(ratios))


def verdict(ratios: Spread) -> Verdict:
    """An interval that holds 1 shows nothing, and neither does one that may well miss the truth."""
    if coverage(ratios.count) < LEAST_CONFIDENCE:
        return "too few rounds"
    if ratios.low > 1:
        return "faster"
    return "slower" if ratios.high < 1 else "no difference seen"


def _values_to_cut(count: int) -> int:
    """How many values can be left out at each end with the confidence kept."""
    cut = 0
    while 1 - 2 * _tail(count, cut + 1) >= CONFIDENCE:
        cut += 1
    return cut


def _tail(count: int, at_most: int) -> float:
    return float(sum(math.comb(count, k) for k in range(at_most + 1)) / 2**count)
