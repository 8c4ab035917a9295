"""From a decoder step's output to the tokens a search may choose from.

Ordinarily these are the graph's own top-k. Options that look at the whole
distribution (penalties over the past, a prefix, constraints) ask for the full
log-probabilities instead and rebuild the top-k here, with the same numbers, so that a
sentence which needs no such option is decoded alike beside one that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.made_up import MadeUpWords
from traverba.decoding.model import Floats, Ids, StepOutput
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request, SpecialIds
from traverba.decoding.shaping import block_repeated_ngrams, penalise_repetition
from traverba.decoding.steering import Steering

SORT_WHOLE_ROWS_UP_TO = 512


class Candidates(NamedTuple):
    """C tokens for each row, in no promised order."""

    ids: Ids  # (N, C)
    log_probs: Floats  # (N, C) the model's own
    scores: Floats  # (N, C) what the search adds up, -inf where a token may not stand


class Best(NamedTuple):
    """One token for each row, whose score is its log-probability."""

    ids: Ids  # (N,)
    log_probs: Floats  # (N,)


def top_columns(scores: NDArray[np.floating], count: int) -> Ids:
    """(R, count) columns of the highest scores of each row (R, X), highest first; of equals, the first."""
    if scores.shape[1] <= SORT_WHOLE_ROWS_UP_TO:
        return np.argsort(-scores, axis=1, kind="stable")[:, :count]
    count = min(count, scores.shape[1])
    best = np.empty((len(scores), count), np.int64)
    for row, values in enumerate(scores):  # one at a time: a beam's rows of a whole vocabulary are 20 MB
        threshold = -np.partition(-values, count - 1)[count - 1]
        columns = np.flatnonzero(values >= threshold)
        best[row] = columns[np.argsort(-values[columns], kind="stable")[:count]]
    return best


class CandidateSource:
    """Reads step outputs for one batch and follows, where an option needs it, what each row has said."""

    def __init__(
        self,
        requests: Sequence[Request],
        options: DecodeOptions,
        special: SpecialIds,
        vocab_size: int,
        beam_size: int,
        width: int,
        *,
        narrowed: bool = False,
    ) -> None:
        """``width``: the candidates wanted per row, or the vocabulary size for all of them.

        ``narrowed``: the model only names tokens of shortlists, on which nothing banned stands.
        """
        banned = [] if narrowed else sorted({*special.never, *options.suppressed_ids})
        self._banned = np.zeros(vocab_size, np.bool_)  # (V,)
        self._banned[banned] = True
        self._any_banned = bool(banned)
        self._not_plain = frozenset((special.eos, *banned))
        # One more than wanted because the end token may be held back, and one more for every banned id.
        self.top_k = min(vocab_size, width + 1 + len(banned))
        self._options, self._eos, self._beam_size = options, special.eos, beam_size
        self._shortest = np.array([options.shortest(len(r.source)) for r in requests])  # (B,)
        self._first_free_end = int(self._shortest.max())
        self._shapes = options.repetition_penalty > 1.0 or options.no_repeat_ngram_size > 0
        self._takes_all = width >= vocab_size
        self._steering = Steering(requests, options)
        self._made_up = _made_up_words(requests, options, beam_size)
        self._length = 0
        rows = len(requests) * beam_size
        longest = max(max(options.longest(len(r.source)), len(r.prefix)) for r in requests)
        self._keeps_history = self._shapes or self._steering.reads_history
        self._history = np.zeros((rows, longest + 1 if self._keeps_history else 0), np.int64)

    @property
    def wants_log_probs(self) -> bool:
        """Whether the next step must return the full distribution."""
        return self._shapes or self._takes_all or self._steering.is_active(self._length)

    def propose(self, output: StepOutput, sentences: Ids) -> Candidates:
        """The candidates of every row; ``sentences`` (B,) says which requests the rows belong to."""
        if output.log_probs is None:
            found = self._of_graph(output, sentences)
        elif self._shapes or self._takes_all:
            found = self._of_whole_rows(output.log_probs, sentences)
        else:
            found = self._steered(self._of_graph(output, sentences), output.log_probs, sentences)
        if self._made_up:  # it counts against a word which is over that it is none
            found = found._replace(scores=self._made_up.penalise(found.scores, found.ids, sentences))
        return found

    def _of_graph(self, output: StepOutput, sentences: Ids) -> Candidates:
        """The graph's own choice."""
        ids, log_probs = output.top_ids, np.minimum(output.top_log_probs, 0.0)
        scores = np.where(self._banned[ids], -np.inf, log_probs) if self._any_banned else log_probs
        if self._length < self._first_free_end:
            held_back = self._too_short(sentences)[:, np.newaxis] & (ids == self._eos)
            scores = np.where(held_back, np.float32(-np.inf), scores)
        return Candidates(ids, log_probs, scores)

    def _of_whole_rows(self, log_probs: Floats, sentences: Ids) -> Candidates:
        """For options that look at every token of every row, ``log_probs`` (N, V)."""
        log_probs = np.minimum(log_probs, 0.0)  # rounding can leave a probability just above 1
        scores = self._shape(log_probs, sentences)
        for b, sentence in enumerate(sentences.tolist()):
            if self._steering.steers(sentence, self._length):
                self._steer(sentence, self._rows(b), scores[self._rows(b)], log_probs[self._rows(b)])
        if self._takes_all:
            ids = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
            return Candidates(ids, log_probs, scores)
        return _top(self.top_k, log_probs, scores)

    def _steered(self, found: Candidates, log_probs: Floats, sentences: Ids) -> Candidates:
        """``found``, but for the rows of sentences that are steered at this step."""
        steered = [b for b, s in enumerate(sentences.tolist()) if self._steering.steers(s, self._length)]
        if not steered:
            return found
        ids, chosen, scores = found.ids.copy(), found.log_probs.copy(), found.scores.copy()
        for b in steered:
            rows, sentence = self._rows(b), sentences[b : b + 1]
            own = np.minimum(log_probs[rows], 0.0)
            own_scores = self._shape(own, sentence)
            self._steer(int(sentence[0]), rows, own_scores, own)
            ids[rows], chosen[rows], scores[rows] = _top(self.top_k, own, own_scores)
        return Candidates(ids, chosen, scores)

    def _rows(self, b: int) -> slice:
        return slice(b * self._beam_size, (b + 1) * self._beam_size)

    def _steer(self, sentence: int, rows: slice, scores: Floats, log_probs: Floats) -> None:
        history = self._history[rows, : self._length]
        self._steering.apply(sentence, scores, log_probs, history, self._length)

    def best(self, output: StepOutput) -> Best | None:
        """The most probable candidate of every row, where `propose` would leave it as it is.

        None if an option looks at the whole distribution, or if one of them is banned or an end token.
        """
        ids = np.ascontiguousarray(output.top_ids[:, 0])
        if output.log_probs is not None or not self._not_plain.isdisjoint(ids.tolist()):
            return None
        return Best(ids, np.minimum(output.top_log_probs[:, 0], 0.0))

    def follow(self, parents: Ids, ids: Ids) -> None:
        """Row n now continues row ``parents[n]`` with ``ids[n]``."""
        if self._keeps_history:
            self._history = self._history[parents]
            self._history[:, self._length] = ids
        if self._made_up:
            self._made_up.follow(parents, ids)
        self._length += 1

    def _shape(self, log_probs: Floats, sentences: Ids) -> Floats:
        """(N, V) what the search adds up, from the model's (N, V) and without what is fixed in advance."""
        scores = log_probs.copy()
        history = self._history[:, : self._length]
        if self._options.repetition_penalty > 1.0:
            penalise_repetition(scores, history, self._options.repetition_penalty)
        if self._options.no_repeat_ngram_size:
            block_repeated_ngrams(scores, history, self._options.no_repeat_ngram_size)
        scores[:, self._banned] = -np.inf
        if self._length < self._first_free_end:
            scores[self._too_short(sentences), self._eos] = -np.inf
        return scores

    def _too_short(self, sentences: Ids) -> NDArray[np.bool_]:
        """(N,) rows that may not end yet."""
        return np.repeat(self._length < self._shortest[sentences], self._beam_size)


def _top(count: int, log_probs: Floats, scores: Floats) -> Candidates:
    """``count`` tokens of each row, by their ``scores`` (N, V)."""
    ids = top_columns(scores, count)
    return Candidates(
        ids, np.take_along_axis(log_probs, ids, axis=1), np.take_along_axis(scores, ids, axis=1)
    )


def _made_up_words(requests: Sequence[Request], options: DecodeOptions, beam_size: int) -> MadeUpWords | None:
    """None where a made-up word costs nothing, or nobody knows the words."""
    targets = [request.words for request in requests]
    pieces = next((target.pieces for target in targets if target), None)
    if not options.made_up or pieces is None:
        return None
    return MadeUpWords(pieces, targets, options.made_up, beam_size)
