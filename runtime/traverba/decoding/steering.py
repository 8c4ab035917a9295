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

    def __init__(self, requests: Sequence[Request], options: DecodeOptions, beam_size: int) -> None:
        self._requests, self._beam_size = requests, beam_size
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

    def apply(self, scores: Floats, log_probs: Floats, history: Ids, sentences: Ids, length: int) -> None:
        """Leave in ``scores`` (N, V) what may stand at ``length``, after each row's ``history`` (N, T)."""
        for b, sentence in enumerate(sentences.tolist()):
            prefix = self._requests[sentence].prefix
            rows = slice(b * self._beam_size, (b + 1) * self._beam_size)
            fixed = prefix[length] if length < len(prefix) else self._forced.get(length)
            if fixed is not None:
                scores[rows] = -np.inf
                scores[rows, fixed] = np.maximum(log_probs[rows, fixed], IMPOSSIBLE)
                continue
            if sentence in self._open:
                self._ask(sentence, scores[rows], history[rows, len(prefix) :])
            if (banned_next := self._requests[sentence].banned_next) is not None:
                for row, said in zip(scores[rows], history[rows].tolist(), strict=True):
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
