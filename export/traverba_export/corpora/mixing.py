"""How often each corpus is seen: by temperature over directions, and by what a phase says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from traverba_export.corpora.examples import Pool
from traverba_export.corpora.reading import CorpusError


def with_temperature(pools: Sequence[Pool], temperature: float) -> list[Pool]:
    """Directions in proportion to n^(1/T), where n is their number of examples (Arivazhagan et al. 2019).

    T = 1 leaves everything as it is, a large T makes all directions equal; 0 is off. The length of
    an epoch stays, and so do the proportions of the corpora within a direction.
    """
    if not temperature:
        return list(pools)
    examples: dict[str, float] = {}
    for pool in pools:
        examples[pool.direction] = examples.get(pool.direction, 0.0) + pool.passes * len(pool.source)
    tempered = {direction: n ** (1 / temperature) for direction, n in examples.items() if n}
    scale = sum(examples.values()) / sum(tempered.values())
    factors = {direction: scale * n / examples[direction] for direction, n in tempered.items()}
    return [replace(pool, passes=pool.passes * factors.get(pool.direction, 0.0)) for pool in pools]


def mixture(pools: Sequence[Pool], weights: Mapping[str, float], into: Collection[str]) -> list[Pool]:
    """What a phase reads: pools with its weights, and only those into these languages if there are any.

    A language that no pool goes into is an error, as a weight of no corpus is.
    """
    targets = {_target(pool) for pool in pools}
    if unused := sorted({*into} - targets):
        raise CorpusError(f"nothing is translated into {', '.join(unused)} here")
    return [pool for pool in with_weights(pools, weights) if not into or _target(pool) in into]


def _target(pool: Pool) -> str:
    return pool.direction.rpartition("-")[2]


def with_weights(pools: Sequence[Pool], weights: Mapping[str, float]) -> list[Pool]:
    """Passes times the weight whose key begins the pool's name, the longest such key; others as they are.

    A key that begins no pool's name is an error: it would change nothing without a word.
    """
    unused = [key for key in weights if not any(pool.name.startswith(key) for pool in pools)]
    if unused:
        raise CorpusError(f"no corpus begins with {', '.join(unused)}; write the beginning of its path")

    def weight(pool: Pool) -> float:
        fitting = [key for key in weights if pool.name.startswith(key)]
        return weights[max(fitting, key=len)] if fitting else 1.0

    return [replace(pool, passes=pool.passes * weight(pool)) for pool in pools]
