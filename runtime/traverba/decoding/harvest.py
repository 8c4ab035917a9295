"""Hypotheses that have ended, sentence by sentence, and the answers made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traverba.decoding.constraints import contains
from traverba.decoding.guards import LOOP_TAIL, ends_in_loop
from traverba.decoding.hypotheses import Decoded, Flag, Hypothesis, empty_hypothesis
from traverba.decoding.model import Floats
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request
from traverba.decoding.scoring import coverage_penalty, length_penalty
from traverba.decoding.trellis import Node, Trellis


@dataclass(frozen=True)
class Ended:
    """A hypothesis that left the search; ``end_log_prob`` is None if it was cut instead of finished."""

    node: Node
    score: float
    end_log_prob: float | None = None


class Harvest:
    """What a batch has brought in so far."""

    def __init__(self, requests: Sequence[Request], options: DecodeOptions, trellis: Trellis) -> None:
        self._requests, self._options, self._trellis = requests, options, trellis
        self._finished: list[list[Ended]] = [[] for _ in requests]  # best first
        self._cut: list[list[Ended]] = [[] for _ in requests]

    def finish(self, sentence: int, node: Node, log_prob: float, end_log_prob: float) -> None:
        """Take in a hypothesis whose end token has just been chosen; ``log_prob`` includes it."""
        ended = Ended(node, self._score(sentence, node, log_prob, finished=True), end_log_prob)
        self._finished[sentence].append(ended)
        self._finished[sentence].sort(key=lambda ended: -ended.score)

    def cut(self, sentence: int, node: Node, log_prob: float) -> None:
        """Take in a hypothesis as it stands, without an end token."""
        self._cut[sentence].append(Ended(node, self._score(sentence, node, log_prob, finished=False)))

    def count(self, sentence: int) -> int:
        """How many hypotheses of a sentence have finished."""
        return len(self._finished[sentence])

    def has_room(self, sentence: int) -> bool:
        """Whether fewer hypotheses of a sentence have finished than are wanted."""
        return len(self._finished[sentence]) < self._options.num_hypotheses

    def worst_kept(self, sentence: int) -> float:
        """The score a further hypothesis must beat to be returned; -inf while there is room."""
        if self.has_room(sentence):
            return -np.inf
        return self._finished[sentence][self._options.num_hypotheses - 1].score

    def best(self, sentence: int) -> Node | None:
        """The best finished hypothesis so far."""
        finished = self._finished[sentence]
        return finished[0].node if finished else None

    def answer(self, sentence: int, steps: int, limit: int, interrupted: Flag | None) -> Decoded:
        """The best hypotheses of a sentence whose search is over."""
        request = self._requests[sentence]
        ended = (self._finished[sentence] + self._cut[sentence])[: self._options.num_hypotheses]
        hypotheses = tuple(self._hypothesis(sentence, entry) for entry in ended)
        if not hypotheses:
            hypotheses = (empty_hypothesis(len(request.source), finished=False),)
        flags = [interrupted] if interrupted else self._flags(hypotheses[0], limit)
        if not all(contains(hypotheses[0].ids, phrase) for phrase in request.constraints):
            flags.append("constraints_unmet")
        return Decoded(hypotheses, tuple(flags), steps)

    def _flags(self, best: Hypothesis, limit: int) -> list[Flag]:
        """Why the best hypothesis was cut, if it was."""
        if best.finished:
            return []
        if len(best.ids) >= limit:
            return ["truncated" if limit >= self._options.max_length else "runaway"]
        return ["loop" if ends_in_loop(best.ids[-LOOP_TAIL:]) else "dead_end"]

    def _score(self, sentence: int, node: Node, log_prob: float, *, finished: bool) -> float:
        """Equation 14, see `traverba.decoding.scoring`."""
        score = log_prob / length_penalty(node.length + finished, self._options.length_penalty)
        if self._options.coverage_penalty:
            attention = self._attention(sentence, node, finished=finished)
            score += coverage_penalty(attention.sum(axis=0), self._options.coverage_penalty)
        return score

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
