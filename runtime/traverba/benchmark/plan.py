"""What is to be compared on this machine."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from traverba.benchmark.figures import Configuration, Workload
from traverba.benchmark.subject import Material
from traverba.errors import OptionError
from traverba.graphs import CPU, DEVICES, policy_of

THREADED = (CPU, DEVICES["openvino"])
"""Providers that compute on the CPU; for the others, the number of threads hardly matters."""


@dataclass(frozen=True)
class Plan:
    """A comparison that has not run yet."""

    material: Material
    precisions: tuple[str, ...]
    """All that the model has, its default first."""
    configurations: tuple[Configuration, ...]
    workloads: tuple[Workload, ...]
    rounds: int = 9
    starts: int = 3
    """Cold starts of each configuration."""
    turn_seconds: float = 0.3
    """How long a turn lasts at least: a short one would measure the system's scheduler."""
    idle_seconds: float = 1.0

    def __post_init__(self) -> None:
        for name in ("rounds", "starts"):
            if getattr(self, name) < 1:
                raise OptionError(f"{name} must be a whole number of at least 1, not {getattr(self, name)}")
        if not self.material.texts:
            raise OptionError("there is no sentence to translate; give a file with one a line")


def baseline_of(candidates: Sequence[Configuration]) -> Configuration:
    """What the others are compared with: the plainest, fp32 on the CPU with the fewest threads."""
    plainest = [c for c in candidates if (c.provider, c.precision) == (CPU, "fp32")]
    return min(plainest or candidates[:1], key=lambda c: c.threads)


def configurations(
    providers: Sequence[str], precisions: Sequence[str], threads: Sequence[int]
) -> tuple[Configuration, ...]:
    """Every combination, the CPU's first; a provider that computes elsewhere gets the most threads only."""
    ordered = sorted(providers, key=lambda provider: provider != CPU)
    return tuple(
        Configuration(provider, precision, count)
        for provider, precision in itertools.product(ordered, precisions)
        for count in (sorted(set(threads)) if provider in THREADED else [max(threads)])
    )


def worth_trying(configuration: Configuration) -> bool:
    """A provider that cannot compute in fp16 converts back and forth: only for who asks for it."""
    return configuration.precision != "fp16" or "fp16" in policy_of(configuration.provider).precisions


def workloads(batch_sizes: Sequence[int], beam_sizes: Sequence[int]) -> tuple[Workload, ...]:
    """Every combination."""
    return tuple(Workload(batch, beam) for batch, beam in itertools.product(batch_sizes, beam_sizes))


def provider_named(name: str) -> str:
    """``openvino`` and ``OpenVINOExecutionProvider`` both name the provider."""
    return DEVICES.get(name, name)
