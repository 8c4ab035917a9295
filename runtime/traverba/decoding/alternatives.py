"""Other translations of one sentence: what else could stand here, and n that differ.

Both look at the tokens the model nearly chose, put one of them in its place, and let the
search complete the sentence from there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from traverba.decoding.batching import pad
from traverba.decoding.control import Control
from traverba.decoding.engine import decode
from traverba.decoding.hypotheses import Decoded
from traverba.decoding.model import DecoderStep
from traverba.decoding.options import LARGEST_BEAM, DecodeOptions, check_int
from traverba.decoding.request import Request, SpecialIds
from traverba.errors import OptionError

BRANCHES_PER_RESULT = 2
"""Completions tried for each further translation wanted, since some turn out poor."""


def alternatives(
    model: DecoderStep,
    source: Sequence[int],
    prefix: Sequence[int],
    count: int,
    options: DecodeOptions,
    special: SpecialIds,
    *,
    starts: Collection[int] | None = None,
    control: Control | None = None,
) -> list[Decoded]:
    """The ``count`` most probable tokens after ``prefix``, most probable first, each completed.

    One of them may be the end token: then the prefix itself is the translation. With
    ``starts``, only these tokens are meant.
    """
    _check(source, count)
    prefix = tuple(prefix)
    Request(tuple(source), prefix).check(options, model.vocab_size, special)
    wanted = count if starts is None else model.vocab_size
    likely = _likely_tokens(model, source, prefix, wanted, options, special)[-1]
    too_short = len(prefix) < options.shortest(len(source))
    tokens = [
        token
        for token, _ in likely
        if (starts is None or token in starts) and not (too_short and token == special.eos)
    ]
    requests = [_branch(source, prefix, token, special) for token in tokens[:count]]
    return decode(model, requests, options, special, control=control)


def diverse(
    model: DecoderStep,
    source: Sequence[int],
    count: int,
    options: DecodeOptions,
    special: SpecialIds,
    *,
    control: Control | None = None,
) -> list[Decoded]:
    """The best translation and then others, best first; no two are equal.

    Each leaves the best one at another place or with another token, where the model was
    least sure of it. There are ``count``, unless the best is too short to be left so often.
    """
    _check(source, count)
    [best] = decode(model, [source], options, special, control=control)
    ids = best.best.ids
    likely = _likely_tokens(model, source, ids, count, options, special)
    taken = (*ids, special.eos) if best.best.finished else ids
    branches = [
        (float(sure) - log_prob, position, token)
        for position, (chosen, sure) in enumerate(zip(taken, best.best.log_probs, strict=True))
        for token, log_prob in likely[position]
        if token not in (chosen, special.eos)
    ]
    nearest = sorted(branches)[: BRANCHES_PER_RESULT * (count - 1)]
    requests = [_branch(source, ids[:position], token, special) for _, position, token in nearest]
    others = decode(model, requests, options, special, control=control)
    return [best, *sorted(others, key=lambda d: (bool(d.flags), -d.best.score))[: count - 1]]


def _check(source: Sequence[int], count: int) -> None:
    check_int("count", count, 1, LARGEST_BEAM)
    if not source:
        raise OptionError("source must hold at least 1 id: an empty sentence has no alternatives")


def _branch(source: Sequence[int], prefix: tuple[int, ...], token: int, special: SpecialIds) -> Request:
    if token == special.eos:
        return Request(tuple(source), prefix, allowed_next=lambda ids: (special.eos,))
    return Request(tuple(source), (*prefix, token))


def _likely_tokens(
    model: DecoderStep,
    source: Sequence[int],
    target: Sequence[int],
    count: int,
    options: DecodeOptions,
    special: SpecialIds,
) -> list[list[tuple[int, float]]]:
    """For each position of the target and the one after it: the best ids and their log-probabilities."""
    banned = {*special.never, *options.suppressed_ids}
    top_k = min(model.vocab_size, count + 1 + len(banned))
    memory, state = model.encode(*pad([source], special.pad))
    row = np.zeros(1, np.int64)
    likely = []
    for token in (special.bos, *target):
        output = model.step(np.array([token], np.int64), row, state, memory, top_k)
        state = output.state
        pairs = zip(output.top_ids[0].tolist(), output.top_log_probs[0].tolist(), strict=True)
        likely.append([pair for pair in pairs if pair[0] not in banned][: count + 1])
    return likely
