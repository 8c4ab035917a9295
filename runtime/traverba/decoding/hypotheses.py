"""What a search gives back: hypotheses with their scores, and what is to be said about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from traverba.decoding.model import Floats

Flag = Literal[
    "loop",  # the output repeats itself
    "runaway",  # as long as this source allows, and the model would have gone on
    "truncated",  # the same at max_length
    "empty",  # nothing came out for a source that is not empty
    "loop_retried",  # a guard saw a loop and decoded again with a penalty
    "runaway_retried",
    "empty_retried",
    "dead_end",  # the options left no token to choose from
    "constraints_unmet",  # a required phrase is missing
    "cancelled",  # stopped by the cancel token before it was finished
    "deadline",  # stopped by the deadline before it was finished
]


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """One translation as ids. T = len(ids) + 1 if finished, else len(ids): the end token is a step too."""

    ids: tuple[int, ...]
    """Target tokens without begin and end tokens; a prefix is included."""

    score: float
    """What the search compared: see `traverba.decoding.scoring`."""

    log_probs: Floats  # (T,)
    """The model's own log-probability of every id and, if finished, of the end token after them."""

    attention: Floats  # (T, S), S without padding
    """How much each source token mattered for each of these."""

    finished: bool
    """Whether the end token was reached; False for output that was cut."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """The answer for one sentence."""

    hypotheses: tuple[Hypothesis, ...]
    """At least one, best first. Finished ones come first unless the length limit ended the search: then
    those it cut are compared as they stand, because a poor ending is no better than none."""

    flags: tuple[Flag, ...] = ()
    """What happened that the caller should know; empty for an ordinary result."""

    steps: int = 0
    """Decoder steps run for this sentence, retries included."""

    @property
    def was_stopped(self) -> bool:
        """Whether the caller ended it before its time."""
        return any(flag in ("cancelled", "deadline") for flag in self.flags)

    @property
    def best(self) -> Hypothesis:
        return self.hypotheses[0]


def empty_hypothesis(src_length: int, *, finished: bool) -> Hypothesis:
    """No tokens and no evidence: for an empty source, or for one that was never decoded."""
    return Hypothesis(
        ids=(),
        score=0.0,
        log_probs=np.zeros(0, np.float32),
        attention=np.zeros((0, src_length), np.float32),
        finished=finished,
    )


def empty_answer() -> Decoded:
    """For an empty source, which needs no model."""
    return Decoded((empty_hypothesis(0, finished=True),))
