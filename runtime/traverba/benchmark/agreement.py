"""Whether two configurations say the same."""

from __future__ import annotations

from collections.abc import Sequence

from traverba.benchmark.figures import Agreement, Difference
from traverba.benchmark.subject import Output

Scores = Sequence[Sequence[float]]
"""For each sentence, the log-probability of every token of one and the same translation."""


def agree(
    texts: Sequence[str],
    baseline: Sequence[Output],
    found: Sequence[Output],
    baseline_scores: Scores,
    found_scores: Scores,
) -> Agreement:
    """Compare the translations, and what both think of the baseline's.

    The second needs no equal outputs: one early token that differs would otherwise hide how far
    apart the numbers are.
    """
    different = [i for i, (a, b) in enumerate(zip(baseline, found, strict=True)) if a.tokens != b.tokens]
    gaps = [
        abs(a - b)
        for ours, theirs in zip(baseline_scores, found_scores, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    ]
    first = different[0] if different else None
    return Agreement(
        sentences=len(texts),
        identical=len(texts) - len(different),
        largest_log_prob_difference=max(gaps, default=0.0),
        first_difference=None
        if first is None
        else Difference(texts[first], baseline[first].text, found[first].text),
    )
