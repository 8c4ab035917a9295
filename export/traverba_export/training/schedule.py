"""The learning rate as a function of the step: warm-up, plateau, linear decay, once for every phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from traverba_export.recipe import Recipe, TrainingOptions

FLOOR = 0.01
"""Share of the peak that is left at the last step."""


def learning_rate(step: int, options: TrainingOptions) -> float:
    """Rate for step ``step``, counted from 0.

    The plateau lets a run be lengthened after the fact: all but the decay is independent of the end.
    """
    warm = min(1.0, (step + 1) / max(1, options.warmup_steps))
    left = max(0, options.max_steps - step) / max(1, options.decay_steps)
    return options.learning_rate * warm * min(1.0, max(FLOOR, left))


@dataclass(frozen=True)
class Stage:
    """One phase of a run, with the steps at which it begins and ends."""

    name: str
    start: int
    end: int
    options: TrainingOptions
    """Its steps and its schedule, counted from its start."""
    weights: Mapping[str, float]
    """What the passes of some corpora are multiplied by."""
    only: tuple[str, ...] = ()
    """Beginnings of the parameters' names that learn; none: all do."""
    into: tuple[str, ...] = ()
    """Target languages that are read; none: all."""

    def learning_rate(self, step: int) -> float:
        """Rate for the run's step ``step``."""
        return learning_rate(step - self.start, self.options)


def stages(recipe: Recipe) -> list[Stage]:
    """The phases of a recipe end to end; without any, one that is the whole run."""
    if not recipe.phases:
        return [Stage("", 0, recipe.training.max_steps, recipe.training, {})]
    found: list[Stage] = []
    for phase in recipe.phases:
        start = found[-1].end if found else 0
        options = replace(
            recipe.training,
            max_steps=phase.steps,
            learning_rate=phase.learning_rate,
            warmup_steps=phase.warmup_steps,
            decay_steps=phase.decay_steps,
        )
        end = start + phase.steps
        found.append(Stage(phase.name, start, end, options, phase.weights, phase.only, phase.into))
    return found


def stage_at(all_stages: Sequence[Stage], step: int) -> Stage:
    """The stage that makes the step after ``step`` updates; past the end, the last one."""
    return next((stage for stage in all_stages if step < stage.end), all_stages[-1])
