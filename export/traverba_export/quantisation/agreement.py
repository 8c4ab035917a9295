"""What quantisation changes: integer graphs beside the float32 ones, on real sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from traverba_export.subwords import BOS
from traverba_export.verification import Arrays, GraphPair, graph_greedy_ids


@dataclass(frozen=True)
class Agreement:
    """Over all sentences; log-probabilities are those of the float32 graphs' own words."""

    same_sentences: float
    """Share of greedy translations that are word for word the same."""
    same_choices: float
    """Share of single decisions that are the same after the same words."""
    mean_difference: float
    """Mean absolute difference of a chosen word's log-probability."""


def agreement(reference: GraphPair, graphs: GraphPair, sources: Sequence[Sequence[int]]) -> Agreement:
    """Translate ``sources`` greedily with both, and force the reference's words upon ``graphs``."""
    same, choices, differences = [], [], []
    for source in sources:
        words = graph_greedy_ids(reference, [source])[0]
        same.append(words == graph_greedy_ids(graphs, [source])[0])
        expected, found = (_forced(pair, source, words) for pair in (reference, graphs))
        rows = np.arange(len(words))
        choices.append(found[rows].argmax(axis=1) == expected[rows].argmax(axis=1))
        differences.append(np.abs(found[rows, words] - expected[rows, words]))
    return Agreement(
        float(np.mean(same)), float(np.concatenate(choices).mean()), float(np.concatenate(differences).mean())
    )


def mean_agreement(found: Sequence[Agreement]) -> Agreement | None:
    """Of several target languages, each as important as the others; None of none."""
    if not found:
        return None
    return Agreement(*(float(np.mean([getattr(a, f.name) for a in found])) for f in fields(Agreement)))


def _forced(graphs: GraphPair, source: Sequence[int], words: Sequence[int]) -> NDArray[np.float32]:
    """Log-probabilities (T, V) before each of ``words``."""
    encoded: Arrays = graphs.encode(np.array([source]), np.array([len(source)], np.int32))
    rows = []
    for previous in [BOS, *words[:-1]]:
        found = graphs.step(np.array([previous]), np.array([0]), encoded, 1)
        encoded = {**encoded, "state": found["next_state"]}
        rows.append(found["log_probs"][0])
    return np.stack(rows)
