"""Hypotheses that have ended, sentence by sentence, and the answers made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traverba.decoding.constraints import contains
from traverba.decoding.hypotheses import Decoded, Flag, Hypothesis, empty_hypothesis
from traverba.decoding.loops import LOOP_TAIL, ends_in_loop
from traverba.decoding.model import Floats
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request
from traverba.decoding.scoring import coverage_penalty, length_penalty
from traverba.decoding.trellis import Node, Trellis

LIKELY_END = float(np.log(0.5))
"""An end token less probable than this, at the length limit, is an ending for want of room."""


@dataclass(frozen=True)
class Ended:
    """A hypothesis that left the search; ``end_log_prob`` is None if it was cut instead of finished."""

    node: Node
    standing: float
    """log P / lp."""

    score: float
    """The same with the coverage penalty."""

    end_log_prob: float | None


class Harvest:
    """What a batch has brought in so far."""

    def __init__(self, requests: Sequence[Request], options: DecodeOptions, trellis: Trellis) -> None:
        self._requests, self._options, self._trellis = requests, options, trellis
        self._finished: list[list[Ended]] = [[] for _ in requests]  # best first
        self._cut: list[list[Ended]] = [[] for _ in requests]

    def finish(self, sentence: int, node: Node, log_prob: float, end_log_prob: float) -> None:
        """Take in a hypothesis whose end token has just been chosen; ``log_prob`` includes it."""
        self._finished[sentence].append(self._ended(sentence, node, log_prob, end_log_prob))
        self._finished[sentence].sort(key=lambda ended: -ended.score)

    def cut(self, sentence: int, node: Node, log_prob: float) -> None:
        """Take in a hypothesis as it stands, without an end token."""
        self._cut[sentence].append(self._ended(sentence, node, log_prob, None))

    def nth_best(self, sentence: int, n: int) -> float:
        """The score of the n-th best finished hypothesis, -inf while there are fewer."""
        finished = self._finished[sentence]
        return finished[n - 1].score if len(finished) >= n else -np.inf

    def nth_standing(self, sentence: int, n: int) -> float:
        """The n-th best log P / lp of a finished hypothesis, -inf while there are fewer."""
        standings = sorted((ended.standing for ended in self._finished[sentence]), reverse=True)
        return standings[n - 1] if len(standings) >= n else -np.inf

    def best(self, sentence: int) -> Node | None:
        """The best finished hypothesis so far."""
        finished = self._finished[sentence]
        return finished[0].node if finished else None

    def answer(self, sentence: int, steps: int, limit: int, interrupted: Flag | None) -> Decoded:
        """The best hypotheses of a sentence whose search is over."""
        request = self._requests[sentence]
        ended = self._finished[sentence] + self._cut[sentence]
        if not request.constraints and any(cut.node.length >= limit for cut in self._cut[sentence]):
            ended.sort(key=lambda entry: -entry.score)
        kept = ended[: self._options.num_hypotheses]
        hypotheses = tuple(self._hypothesis(sentence, entry) for entry in kept)
        if not hypotheses:
            hypotheses = (empty_hypothesis(len(request.source), finished=False),)
        flags = [interrupted] if interrupted else self._flags(hypotheses[0], limit)
        if not all(contains(hypotheses[0].ids, phrase) for phrase in request.constraints):
            flags.append("constraints_unmet")
        return Decoded(hypotheses, tuple(flags), steps)

    def _flags(self, best: Hypothesis, limit: int) -> list[Flag]:
        """Why the best hypothesis was cut, or was made to end where the model would sooner have gone on."""
        if len(best.ids) >= limit and not (best.finished and best.log_probs[-1] >= LIKELY_END):
            return ["truncated" if limit >= self._options.max_length else "runaway"]
        if best.finished:
            return []
        return ["loop" if ends_in_loop(best.ids[-LOOP_TAIL:]) else "dead_end"]

    def _ended(self, sentence: int, node: Node, log_prob: float, end_log_prob: float | None) -> Ended:
        """Equation 14, see `traverba.decoding.scoring`."""
        finished = end_log_prob is not None
        score = standing = log_prob / length_penalty(node.length + finished, self._options.alpha)
        if self._options.beta:
            attention = self._attention(sentence, node, finished=finished)
            score += coverage_penalty(attention.sum(axis=0), self._options.beta)
        return Ended(node, standing, score, end_log_prob)

    def _attention(self, sentence: int, node: Node, *, finished: bool) -> Floats:
        """(T, S) without padding."""
        src_length = len(self._requests[sentence].source)
        rows = self._trellis.attention(node, with_end=finished)
        return np.array([row[:src_length] for row in rows], np.float32).reshape(len(rows), src_length)

    def _hypothesis(self, sentence: int, ended: Ended) -> Hypothesis:
        finished = ended.end_log_prob is not None
        log_probs = self._trellis.log_probs(ended.node)
        if ended.end_log_prob is not None:
            log_probs.append(ended.end_log_prob)
        return Hypothesis(
            ids=self._trellis.ids(ended.node),
            score=ended.score,
            log_probs=np.array(log_probs, np.float32),
            attention=self._attention(sentence, ended.node, finished=finished),
            finished=finished,
        )
