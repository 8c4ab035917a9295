"""What the caller fixes in advance: a prefix, what may follow it, tokens at given positions, what is banned.

Steering wins over every other option: a fixed token is taken even if it is suppressed,
repeats an n-gram or has probability zero.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from traverba.decoding.model import Floats, Ids
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request

IMPOSSIBLE = np.float32(-1e4)
"""Stands for the log-probability of a fixed token that the model gives probability zero."""


class Steering:
    """The fixed parts of a batch's targets."""

    def __init__(self, requests: Sequence[Request], options: DecodeOptions) -> None:
        self._requests = requests
        self._forced = dict(options.forced_ids)
        self._fixed_until = max(
            *(len(request.prefix) for request in requests), *(position + 1 for position in self._forced), 0
        )
        self._open = {b for b, request in enumerate(requests) if request.allowed_next is not None}
        """Sentences whose `allowed_next` has not yet answered None for all their rows."""
        self._bans = any(request.banned_next is not None for request in requests)

    @property
    def reads_history(self) -> bool:
        return self._bans or bool(self._open)

    def is_active(self, length: int) -> bool:
        """Whether any sentence may be steered at the step that chooses token ``length``."""
        return length < self._fixed_until or self._bans or bool(self._open)

    def steers(self, sentence: int, length: int) -> bool:
        """Whether this sentence is."""
        request = self._requests[sentence]
        fixed = length < len(request.prefix) or length in self._forced
        return fixed or sentence in self._open or request.banned_next is not None

    def apply(self, sentence: int, scores: Floats, log_probs: Floats, history: Ids, length: int) -> None:
        """Leave in ``scores`` (K, V) what may stand at ``length``, after each row's ``history`` (K, T)."""
        prefix, banned_next = self._requests[sentence].prefix, self._requests[sentence].banned_next
        fixed = prefix[length] if length < len(prefix) else self._forced.get(length)
        if fixed is not None:
            scores[:] = -np.inf
            scores[:, fixed] = np.maximum(log_probs[:, fixed], IMPOSSIBLE)
            return
        if sentence in self._open:
            self._ask(sentence, scores, history[:, len(prefix) :])
        if banned_next is not None:
            for row, said in zip(scores, history.tolist(), strict=True):
                row[list(banned_next(tuple(said)))] = -np.inf

    def _ask(self, sentence: int, scores: Floats, said: Ids) -> None:
        """Restrict one sentence's rows, ``scores`` (K, V), by what they ``said`` (K, T) after the prefix."""
        allowed_next = self._requests[sentence].allowed_next
        assert allowed_next is not None
        answers = [allowed_next(tuple(ids)) for ids in said.tolist()]
        for row, allowed in zip(scores, answers, strict=True):
            if allowed is not None:
                _keep(row, allowed)
        if all(allowed is None for allowed in answers):
            self._open.discard(sentence)


def _keep(scores: Floats, allowed: Collection[int]) -> None:
    """Forbid, in ``scores`` (V,), every id that is not allowed."""
    ids = np.fromiter(allowed, np.int64, len(allowed))
    kept = scores[ids]
    scores[:] = -np.inf
    scores[ids] = kept
