"""Lexical constraints: phrases that must appear in the target.

Dynamic beam allocation (Post & Vilar 2018, arXiv 1804.06609). Hypotheses are sorted
into banks by how many constraint tokens they have met, and each bank gets an equal
share of the beam, so that hypotheses which have met few constraints, and would
therefore score best, cannot crowd out the others. Departures: the beam always has a
place for every bank (`loop.rows_of` widens it), and places a bank cannot fill go to the
best remaining candidates of any bank. No hypothesis may end before it has met all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from traverba.decoding.candidates import Candidates, top_columns
from traverba.decoding.choosing import Choice, Scores
from traverba.decoding.model import Ids
from traverba.decoding.request import Request

Phrases = tuple[tuple[int, ...], ...]


def contains(ids: Sequence[int], phrase: Sequence[int]) -> bool:
    """Whether the phrase stands somewhere in the ids."""
    size, phrase = len(phrase), tuple(phrase)
    return any(tuple(ids[start : start + size]) == phrase for start in range(len(ids) - size + 1))


@dataclass(frozen=True)
class Progress:
    """How far one hypothesis is with its phrases."""

    open: tuple[int, ...]
    """Phrases not met yet, the one under way first."""

    position: int = 0
    """Tokens of the one under way; a phrase that is broken off starts again from 0."""

    def after(self, token: int, phrases: Phrases) -> Progress:
        """The progress once ``token`` has been added."""
        if not self.open:
            return self
        if phrases[self.open[0]][self.position] == token:
            return self._one_further(phrases)
        for phrase in self.open:
            if phrases[phrase][0] == token:
                others = tuple(p for p in self.open if p != phrase)
                return Progress((phrase, *others))._one_further(phrases)
        return replace(self, position=0)

    def wanted(self, phrases: Phrases) -> set[int]:
        """Tokens that bring it forward."""
        if self.position:
            return {phrases[self.open[0]][self.position]}
        return {phrases[phrase][0] for phrase in self.open}

    def missing(self, phrases: Phrases) -> int:
        """Constraint tokens still to come."""
        return sum(len(phrases[phrase]) for phrase in self.open) - self.position

    def _one_further(self, phrases: Phrases) -> Progress:
        if self.position + 1 == len(phrases[self.open[0]]):
            return Progress(self.open[1:])
        return replace(self, position=self.position + 1)


@dataclass(frozen=True)
class Continuation:
    """One candidate of a sentence: its flat index among the sentence's (K, V), and where it leads."""

    index: int
    score: float
    progress: Progress
    ends: bool


class ConstrainedChooser:
    """Beam search in banks. Live rows stand with those that miss the fewest tokens first."""

    independent_rows = False

    def __init__(self, eos: int, requests: Sequence[Request], beam_size: int) -> None:
        self._eos, self._beam_size = eos, beam_size
        self._phrases = [request.constraints for request in requests]
        self._progress = [
            [Progress(tuple(range(len(request.constraints))))] * beam_size for request in requests
        ]

    def choose(self, totals: Scores, candidates: Candidates, sentences: Ids) -> Choice:
        """Here C = V: column and id of a candidate are the same."""
        K, V = self._beam_size, totals.shape[1]
        ending: list[int] = []
        kept = np.zeros((len(sentences), K), np.int64)
        kept_scores = np.full((len(sentences), K), -np.inf)
        for b, sentence in enumerate(sentences.tolist()):
            offset = b * K * V
            continuations = self._continuations(totals[b * K : (b + 1) * K], sentence)
            chosen = self._allocate(continuations, sentence)
            ending += [offset + c.index for c in chosen if c.ends]
            live = self._allocate([c for c in continuations if not c.ends], sentence)
            kept[b] = offset
            kept[b, : len(live)] += [c.index for c in live]
            kept_scores[b, : len(live)] = [c.score for c in live]
            dead = [Progress(())] * (K - len(live))
            self._progress[sentence] = [c.progress for c in live] + dead
        return Choice(np.array(ending, np.int64), kept, kept_scores)

    def _continuations(self, totals: Scores, sentence: int) -> list[Continuation]:
        """The candidates of one sentence worth a place, best first; ``totals`` (K, V).

        These are the best of all, the best of each row, and those that bring a row forward.
        """
        K, V = totals.shape
        progress, phrases = self._progress[sentence], self._phrases[sentence]
        totals = totals.copy()
        totals[[k for k in range(K) if progress[k].open], self._eos] = -np.inf
        indices = set(top_columns(totals.reshape(1, -1), 2 * K)[0].tolist())
        indices |= set((np.arange(K) * V + totals.argmax(axis=1)).tolist())
        for k in range(K):
            indices |= {k * V + token for token in progress[k].wanted(phrases)}
        flat = totals.ravel()
        found = []
        for index in indices:
            row, token = divmod(index, V)
            if flat[index] > -np.inf:
                after = progress[row].after(token, phrases)
                found.append(Continuation(index, float(flat[index]), after, token == self._eos))
        return sorted(found, key=lambda c: (-c.score, c.index))

    def _allocate(self, continuations: list[Continuation], sentence: int) -> list[Continuation]:
        """At most K of them: an equal share of the beam for each bank, what is left over to the best."""
        K, phrases = self._beam_size, self._phrases[sentence]
        share = K // (sum(map(len, phrases)) + 1)
        missing = [c.progress.missing(phrases) for c in continuations]
        taken: dict[int, int] = {}  # by bank
        first: list[int] = []
        rest: list[int] = []
        for place, bank in enumerate(missing):
            has_share = taken.get(bank, 0) < share
            taken[bank] = taken.get(bank, 0) + 1
            (first if has_share else rest).append(place)
        chosen = (first + rest)[:K]
        return [continuations[place] for place in sorted(chosen, key=lambda place: (missing[place], place))]
