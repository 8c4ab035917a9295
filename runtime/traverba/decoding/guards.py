"""What goes wrong with translators, seen from the ids alone: loops, runaway length, empty output.

A loop is a run of at least `LOOP_REPEATS` copies of up to `LONGEST_PERIOD` tokens, and of
at least `SHORTEST_LOOP` tokens in all. A source that repeats itself may well have a
translation that does, so its output is not watched for loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from traverba.decoding.hypotheses import Decoded, Flag
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request

LONGEST_PERIOD = 8
LOOP_REPEATS = 4
SHORTEST_LOOP = 8
LOOP_TAIL = LONGEST_PERIOD * LOOP_REPEATS
"""The last tokens among which a loop shows."""

SOURCE_REPEATS = 3
"""Copies of a phrase that make a source repetitive."""

RETRY_NGRAM_SIZE = 3
"""No run of this many tokens may come twice in a retry."""

RETRIED: dict[Flag, Flag] = {
    "loop": "loop_retried",
    "runaway": "runaway_retried",
    "empty": "empty_retried",
}
"""What a guard says, and what is said of the result after a retry because of it."""


def longest_run(ids: Sequence[int], period: int) -> int:
    """Length of the longest stretch that repeats itself every ``period`` tokens."""
    longest = run = 0
    for token, earlier in zip(ids[period:], ids, strict=False):
        run = run + 1 if token == earlier else 0
        longest = max(longest, run)
    return longest + period if longest else 0


def ends_in_loop(ids: Sequence[int]) -> bool:
    """Whether the last tokens are a loop."""
    for period in range(1, LONGEST_PERIOD + 1):
        size = max(SHORTEST_LOOP, LOOP_REPEATS * period)
        tail = ids[-size:]
        if len(tail) == size and tail[period:] == tail[:-period]:
            return True
    return False


def has_loop(ids: Sequence[int]) -> bool:
    """Whether there is a loop anywhere."""
    return any(
        longest_run(ids, period) >= max(SHORTEST_LOOP, LOOP_REPEATS * period)
        for period in range(1, LONGEST_PERIOD + 1)
    )


def repeats_itself(source: Sequence[int]) -> bool:
    """Whether a source has a phrase several times in a row."""
    return any(
        longest_run(source, period) >= SOURCE_REPEATS * period for period in range(1, LONGEST_PERIOD + 1)
    )


def inspect(request: Request, decoded: Decoded) -> Decoded:
    """The result with the flags of the guards that have something to say about it."""
    flags, best = decoded.flags, decoded.best
    if best.finished and not best.ids:
        flags = (*flags, "empty")
    if "loop" not in flags and not repeats_itself(request.source) and has_loop(best.ids):
        flags = (*flags, "loop")
    return decoded if flags is decoded.flags else replace(decoded, flags=flags)


def retry_reason(decoded: Decoded) -> Flag | None:
    """The guard because of which a result should be decoded again."""
    return next((flag for flag in RETRIED if flag in decoded.flags), None)


def retry_options(options: DecodeOptions, reason: Flag) -> DecodeOptions:
    """The same options with a penalty against what the guard saw, and no further retry."""
    if reason == "empty":
        return replace(options, min_length=max(1, options.min_length), guards="flag")
    size = min(options.no_repeat_ngram_size or RETRY_NGRAM_SIZE, RETRY_NGRAM_SIZE)
    return replace(options, no_repeat_ngram_size=size, guards="flag")


def resolve(first: Decoded, retried: Decoded, reason: Flag) -> Decoded:
    """The retry's answer with all that is to be said of it; the first one's if the retry was interrupted."""
    steps = first.steps + retried.steps
    interruption = tuple(flag for flag in retried.flags if flag in ("cancelled", "deadline"))
    if interruption:
        return Decoded(first.hypotheses, first.flags + interruption, steps)
    return Decoded(retried.hypotheses, (RETRIED[reason], *retried.flags), steps)
