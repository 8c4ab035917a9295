"""The learning rate as a function of the step: warm-up, plateau, linear decay."""

from __future__ import annotations

from traverba_export.recipe import TrainingOptions

FLOOR = 0.01
"""Share of the peak that is left at the last step."""


def learning_rate(step: int, options: TrainingOptions) -> float:
    """Rate for step ``step``, counted from 0.

    The plateau lets a run be lengthened after the fact: all but the decay is independent of the end.
    """
    warm = min(1.0, (step + 1) / max(1, options.warmup_steps))
    left = max(0, options.max_steps - step) / max(1, options.decay_steps)
    return options.learning_rate * warm * min(1.0, max(FLOOR, left))
