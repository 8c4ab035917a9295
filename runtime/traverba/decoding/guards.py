"""What goes wrong with translators, seen from the ids alone: loops, runaway length, empty output.

A sentence in trouble is decoded once more with a penalty; what was seen and what was done
is said in the flags. Loops are looked for only if the source does not repeat itself.
"""

from __future__ import annotations

from dataclasses import replace

from traverba.decoding.hypotheses import Decoded, Flag
from traverba.decoding.loops import find_loop, repeats_itself
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request

RETRY_NGRAM_SIZE = 3
"""No run of this many tokens may come twice in a retry."""

RETRIED: dict[Flag, Flag] = {
    "loop": "loop_retried",
    "runaway": "runaway_retried",
    "empty": "empty_retried",
}
"""What a guard says, and what is said of the result after a retry because of it."""


def inspect(request: Request, decoded: Decoded) -> Decoded:
    """The result with the flags of the guards that have something to say about it."""
    flags, best = decoded.flags, decoded.best
    if best.finished and not best.ids:
        flags = (*flags, "empty")
    if "loop" not in flags and not repeats_itself(request.source) and find_loop(best.ids) is not None:
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


def retry_request(request: Request, decoded: Decoded, options: DecodeOptions) -> Request:
    """The same request; a loop is left where it begins, and what came before it stays.

    So a stream, which cannot take anything back, gives what a list gives. Several draws
    have no beginning in common: they start anew.
    """
    loop = find_loop(decoded.best.ids) if "loop" in decoded.flags else None
    if loop is None or (options.sampling is not None and options.num_hypotheses > 1):
        return request
    said = decoded.best.ids[len(request.prefix) : loop]
    asked = request.allowed_next
    return replace(
        request,
        prefix=request.prefix + said,
        allowed_next=None if asked is None else lambda ids: asked(said + ids),
    )


def resolve(first: Decoded, retried: Decoded, reason: Flag) -> Decoded:
    """The retry's answer with all that is to be said of it; the first one's if the retry was interrupted."""
    steps = first.steps + retried.steps
    interruption = tuple(flag for flag in retried.flags if flag in ("cancelled", "deadline"))
    if interruption:
        return Decoded(first.hypotheses, first.flags + interruption, steps)
    return Decoded(retried.hypotheses, (RETRIED[reason], *retried.flags), steps)
