"""The bookkeeping of a search: step outputs in, rows for the next step out, answers at the end.

A `Search` follows one batch and never touches the model: the caller feeds it each
step's output and runs the rows it answers with. Three things end a sentence's search:

- patience * K finished hypotheses are at least as good as the best live one as it stands,
  by log P / lp. Kasai et al. 2022 (arXiv 2204.05424) count all that have finished; but a
  few early bad endings should not end a search that is going well.
- The length limit: live hypotheses are cut and compared as they stand.
- No live hypothesis is left, or none can still enter the ``num_hypotheses`` best finished
  ones however it goes on (`scoring.upper_bound`). This changes no result, it only ends
  sooner.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from traverba.decoding.candidates import Best, Candidates, CandidateSource
from traverba.decoding.choosing import Choice, Chooser, Scores
from traverba.decoding.harvest import Harvest
from traverba.decoding.hypotheses import Decoded, Flag
from traverba.decoding.loops import LOOP_TAIL, ends_in_loop, repeats_itself
from traverba.decoding.model import Floats, Ids, StepOutput
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request
from traverba.decoding.scoring import length_penalty, upper_bound
from traverba.decoding.trellis import Node, Trellis

LOOP_CHECK_INTERVAL = 16
"""Steps between looks for a loop, so that the guard costs next to nothing."""


class Rows(NamedTuple):
    """What the decoder runs next."""

    prev_ids: Ids  # (N,)
    parents: Ids  # (N,) rows of the last state
    sentences: Ids | None = None  # which sentences of the last step stay; None when all do


class Search:
    """Follows B sentences with K rows each."""

    def __init__(
        self,
        requests: Sequence[Request],
        options: DecodeOptions,
        source: CandidateSource,
        chooser: Chooser,
        beam_size: int,
        *,
        can_end: bool = True,
    ) -> None:
        """``can_end``: whether the options let the end token be chosen at all."""
        B, K = len(requests), beam_size
        self._can_end = can_end
        self._source, self._chooser, self._beam_size = source, chooser, beam_size
        self._trellis = Trellis()
        self._harvest = Harvest(requests, options, self._trellis)
        self._length = 0  # tokens of every live hypothesis
        self._answers: list[Decoded | None] = [None] * B
        self._alpha, self._wanted = options.alpha, options.num_hypotheses
        self._enough = K if chooser.independent_rows else math.ceil(options.patience * K)
        self._watched = np.array([options.guards != "off" and not repeats_itself(r.source) for r in requests])
        limits = [max(options.longest(len(r.source)), len(r.prefix)) for r in requests]
        self._limits = np.array(limits)
        self._first_limit = min(limits)
        penalties = [length_penalty(limit + 1, self._alpha) for limit in limits]
        self._any_finished = False
        self._any_cut = False  # since the last step that looked at every row
        # From here on, what shrinks as sentences leave.
        self._sentences = np.arange(B)  # the requests still searched
        self._longest_penalty = np.array(penalties)
        self._worst_kept = np.full(B, -np.inf)  # score of the last finished hypothesis to be returned
        self._to_beat = np.full(B, -np.inf)  # log P / lp of the last one that patience waits for
        self._live = np.zeros((B, K))  # log P of every live hypothesis, -inf for a row without one
        if not chooser.independent_rows:
            self._live[:, 1:] = -np.inf  # at first all rows of a sentence are the same one

    @property
    def beam_size(self) -> int:
        """K: rows of each sentence."""
        return self._beam_size

    @property
    def top_k(self) -> int:
        """Candidates to ask of the model for each row."""
        return self._source.top_k

    @property
    def wants_log_probs(self) -> bool:
        """Whether the next step must return the full distribution."""
        return self._source.wants_log_probs

    @property
    def answers(self) -> list[Decoded]:
        """One for each request, once the search is over."""
        return [answer for answer in self._answers if answer is not None]

    def start(self, bos: int) -> Rows:
        """The first step's rows: K for each sentence, all from its one encoder state."""
        return Rows(np.full(self._live.size, bos, np.int64), np.repeat(self._sentences, self._beam_size))

    def advance(self, output: StepOutput) -> Rows | None:
        """Decide one step; None when every sentence has its answer."""
        self._trellis.attend(output.attention)
        if self._chooser.takes_best and not self._any_cut and self._length < self._first_limit:
            best = self._source.best(output)
            if best is not None:
                return self._take_best(best)
        self._any_cut = False
        candidates = self._source.propose(output, self._sentences)
        totals = self._live.reshape(-1, 1) + candidates.scores  # (N, C)
        choice = self._chooser.choose(totals, candidates, self._sentences)
        if choice.ending.size:
            self._finish(choice.ending, totals, candidates)
        staying = self._drop_decided(choice)
        if staying is None:
            return self._extend(choice.kept, choice.kept_scores, candidates, None)
        if not staying.size:
            return None
        return self._extend(choice.kept[staying], choice.kept_scores[staying], candidates, staying)

    def _take_best(self, best: Best) -> Rows | None:
        """What the rest of `advance` comes to when nothing ends, as in most steps of a greedy search."""
        scores = self._live + best.log_probs[:, np.newaxis]
        return self._follow(best.ids, np.arange(len(best.ids)), best.log_probs, scores, None)

    def stop(self, reason: Flag) -> None:
        """Answer every open sentence with what there is."""
        for b in range(len(self._sentences)):
            self._close(b, self._length, reason)

    def decided(self, start: int) -> list[int]:
        """Tokens from position ``start`` on that no further step can change; for a batch of one sentence."""
        live = [Node(self._length, int(k)) for k in np.flatnonzero(self._live[0] > -np.inf)]
        if not live or (self._chooser.independent_rows and self._beam_size > 1):
            return []
        common = self._trellis.common_node(live)
        ids = self._trellis.tail(common, common.length - start)
        finished = self._harvest.best(0)
        if finished is None:
            return ids
        rival = self._trellis.ids(finished)[start:]
        agree = [mine == other for mine, other in zip(ids, rival, strict=False)]
        return ids[: agree.index(False) if False in agree else len(agree)]

    def _finish(self, ending: Ids, totals: Scores, candidates: Candidates) -> None:
        """Harvest the hypotheses that the end tokens among the candidates complete."""
        self._any_finished = True
        rows, columns = np.divmod(ending, totals.shape[1])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            b = row // self._beam_size
            sentence = int(self._sentences[b])
            self._harvest.finish(
                sentence,
                Node(self._length, row),
                float(totals[row, column]),
                float(candidates.log_probs[row, column]),
            )
            self._live[b, row % self._beam_size] = -np.inf  # should the sentence be over, it is no rest
            self._worst_kept[b] = self._harvest.nth_best(sentence, self._wanted)
            self._to_beat[b] = self._harvest.nth_standing(sentence, self._enough)

    def _drop_decided(self, choice: Choice) -> Ids | None:
        """Answer the sentences that are over; which ones stay, or None when all do."""
        if not self._any_finished and self._length < self._first_limit and choice.kept_scores.min() > -np.inf:
            return None  # nothing has ended, so nothing can be over; most steps of most sentences
        if self._chooser.independent_rows and self._beam_size > 1:
            self._cut_dead_ends(choice)
        best = choice.kept_scores.max(axis=1)  # (B,)
        over = upper_bound(best, self._longest_penalty) <= self._worst_kept
        over |= best / length_penalty(self._length + 1, self._alpha) <= self._to_beat
        if self._length >= self._first_limit:
            over |= self._length >= self._limits[self._sentences]
        if not over.any():
            return None
        for b in np.flatnonzero(over).tolist():
            self._close(b, self._length + 1, None)
        staying = np.flatnonzero(~over)
        self._sentences = self._sentences[staying]
        self._longest_penalty = self._longest_penalty[staying]
        self._worst_kept = self._worst_kept[staying]
        self._to_beat = self._to_beat[staying]
        return staying

    def _extend(self, kept: Ids, scores: Scores, candidates: Candidates, staying: Ids | None) -> Rows | None:
        """Let the kept candidates (B, K) be the live rows from now on."""
        picked = kept.ravel()
        parents = picked // candidates.ids.shape[1]
        ids, log_probs = candidates.ids.take(picked), candidates.log_probs.take(picked)
        return self._follow(ids, parents, log_probs, scores, staying)

    def _follow(
        self, ids: Ids, parents: Ids, log_probs: Floats, scores: Scores, staying: Ids | None
    ) -> Rows | None:
        """Row n, which continues row ``parents[n]`` with ``ids[n]``, now has log P ``scores`` (B, K)."""
        self._trellis.append(ids, parents, log_probs)
        self._source.follow(parents, ids)
        self._live = scores
        self._length += 1
        if self._length >= self._first_limit and self._is_at_end():
            self._stop_at_limit()
            return None
        if self._length % LOOP_CHECK_INTERVAL == 0:
            self._cut_loops()
        return Rows(ids, parents, staying)

    def _is_at_end(self) -> bool:
        """Whether no sentence can go on, not even with an end token."""
        return not self._can_end and bool((self._length >= self._limits[self._sentences]).all())

    def _stop_at_limit(self) -> None:
        """Answer every sentence: a step more could only have ended what cannot end."""
        for b in range(len(self._sentences)):
            self._close(b, self._length, None)

    def _cut_dead_ends(self, choice: Choice) -> None:
        """Keep, as they stand, rows of their own for which no token is left; the others go on."""
        for b, k in np.argwhere((choice.kept_scores == -np.inf) & (self._live > -np.inf)).tolist():
            self._cut(b, [k])

    def _cut_loops(self) -> None:
        """End hypotheses that only repeat themselves: a row of its own, or the whole beam with its best."""
        for b in np.flatnonzero(self._watched[self._sentences]).tolist():
            for k in range(self._beam_size if self._chooser.independent_rows else 1):
                node = Node(self._length, b * self._beam_size + k)
                if self._live[b, k] > -np.inf and ends_in_loop(self._trellis.tail(node, LOOP_TAIL)):
                    self._cut(b, [k] if self._chooser.independent_rows else range(self._beam_size))

    def _close(self, b: int, steps: int, interrupted: Flag | None) -> None:
        sentence = int(self._sentences[b])
        limit = int(self._limits[sentence])
        if self._length >= limit or self._worst_kept[b] == -np.inf:
            self._cut(b, range(self._beam_size))
        self._answers[sentence] = self._harvest.answer(sentence, steps, limit, interrupted)

    def _cut(self, b: int, ks: Sequence[int]) -> None:
        self._any_cut = True
        for k in ks:
            if self._live[b, k] > -np.inf:
                row = b * self._beam_size + k
                self._harvest.cut(int(self._sentences[b]), Node(self._length, row), float(self._live[b, k]))
        self._live[b, list(ks)] = -np.inf
