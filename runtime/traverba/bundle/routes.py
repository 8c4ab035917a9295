"""Which pairs a bundle translates, and how each runs: trained, straight, or through a third language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations


@dataclass(frozen=True)
class Direction:
    """One pair the model was trained to translate."""

    source: str
    target: str


@dataclass(frozen=True)
class PairScores:
    """What decided how an untrained pair runs: both ways on the same dev sentences."""

    metric: str
    straight: float
    pivoted: float
    straight_language: float
    """The share of output in the language asked for, from 0 to 1."""
    pivoted_language: float
    sentences: int
    data: str
    """Which sentences."""


@dataclass(frozen=True)
class UntrainedPair:
    """A pair that the model was not trained for."""

    source: str
    target: str
    via: str | None = None
    """The language between, into which and out of which the model was trained; None: straight."""
    scores: PairScores | None = None


@dataclass(frozen=True)
class Route:
    """How a pair runs."""

    source: str
    target: str
    via: str | None = None
    """The language between; None: straight."""
    trained: bool = True
    scores: PairScores | None = None

    @property
    def runs(self) -> str:
        """In words."""
        return f"via {self.via}" if self.via else "trained" if self.trained else "straight"

    def __str__(self) -> str:
        return f"{self.source} to {self.target}" + ("" if self.trained else f" {self.runs}")


def find_routes(
    languages: Sequence[str], directions: Sequence[Direction], untrained: Sequence[UntrainedPair]
) -> tuple[Route, ...]:
    """Trained pairs, then the others.

    What nobody decided runs through a third language where the model was trained for both legs: straight it
    may not even come out in the right language.
    """
    trained = {(d.source, d.target) for d in directions}
    decided = {(pair.source, pair.target): pair for pair in untrained}
    routes = [Route(direction.source, direction.target) for direction in directions]
    for source, target in permutations(languages, 2):
        if (source, target) in trained:
            continue
        pair, between = decided.get((source, target)), go_between(languages, directions, source, target)
        if pair is not None:
            routes.append(Route(source, target, pair.via, trained=False, scores=pair.scores))
        elif between is not None:
            routes.append(Route(source, target, between, trained=False))
    return tuple(routes)


def go_between(
    languages: Sequence[str], directions: Sequence[Direction], source: str, target: str
) -> str | None:
    """The first language that the model was trained to translate ``source`` into and ``target`` from."""
    trained = {(d.source, d.target) for d in directions}
    return next((via for via in languages if {(source, via), (via, target)} <= trained), None)


def route_problems(
    languages: Sequence[str],
    directions: Sequence[Direction],
    untrained: Sequence[UntrainedPair],
    targets: Sequence[str],
) -> list[str]:
    """What is wrong with a list of untrained pairs, for a model that can be asked for ``targets``."""
    trained = {(d.source, d.target) for d in directions}
    problems = []
    for pair in untrained:
        name = f"the untrained pair {pair.source}-{pair.target}"
        legs = {(pair.source, pair.via), (pair.via, pair.target)}
        if pair.source == pair.target or not {pair.source, pair.target} <= set(languages):
            problems.append(f"{name} is not of two of the languages")
        if (pair.source, pair.target) in trained:
            problems.append(f"{name} is one of the directions")
        if pair.via is None and pair.target not in targets:
            problems.append(f"{name} has no target token")
        if pair.via is not None and not legs <= trained:
            problems.append(f"{name} goes via {pair.via}, which is not trained on both sides")
    if len({(pair.source, pair.target) for pair in untrained}) < len(untrained):
        problems.append("an untrained pair is listed twice")
    return problems
