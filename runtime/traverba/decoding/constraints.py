"""Lexical constraints: phrases that must appear in the target.

Dynamic beam allocation (Post & Vilar 2018, arXiv 1804.06609). Hypotheses are sorted
into banks by how many constraint tokens they have met, and each bank gets an equal
share of the beam, so that hypotheses which have met few constraints, and would
therefore score best, cannot crowd out the others. Departures: the beam always has a
place for every bank (`loop.rows_of` widens it), and places a bank cannot fill go to the
best remaining candidates of any bank; a phrase may have several spellings; and it is met only
as words of its own, so "port" is not met by "portable". No hypothesis may end before it has
met all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traverba.decoding.candidates import Candidates, top_columns
from traverba.decoding.choosing import Choice, Scores
from traverba.decoding.model import Ids
from traverba.decoding.request import Request, SpecialIds, Spellings


def contains(ids: Sequence[int], phrase: Spellings) -> bool:
    """Whether one of the phrase's spellings stands somewhere in the ids."""
    return any(
        tuple(ids[start : start + len(run)]) == run
        for run in phrase
        for start in range(len(ids) - len(run) + 1)
    )


def stages(phrases: Sequence[Spellings]) -> int:
    """The most tokens it takes to say all phrases."""
    return sum(max(map(len, phrase)) for phrase in phrases)


@dataclass(frozen=True)
class Progress:
    """How far one hypothesis is with its phrases."""

    open: tuple[int, ...]
    """Phrases not met yet, the one under way first."""

    rest: tuple[int, ...] = ()
    """Tokens still to come of the spelling under way; one that is broken off starts anew."""

    just_met: int | None = None
    """A phrase that the last token has met, unless the next one goes on with its last word."""

    in_word: bool = False
    """Whether the last token is one behind which another word needs a space."""

    def after(self, token: int, phrases: Sequence[Spellings], special: SpecialIds) -> Progress:
        """The progress once ``token`` has been added."""
        joined = self._joins(token, special)
        undone = (self.just_met,) if joined and self.just_met is not None else ()
        open, in_word = undone + self.open, token in special.word_ends
        if self.rest and self.rest[0] == token:
            return _begun(open, self.rest[1:], in_word)
        for phrase in open:
            for run in phrases[phrase]:
                if run[0] == token and not joined:
                    return _begun((phrase, *(p for p in open if p != phrase)), run[1:], in_word)
        return Progress(open, in_word=in_word)

    def wanted(self, phrases: Sequence[Spellings], special: SpecialIds) -> set[int]:
        """Tokens that bring it forward."""
        if self.rest:
            return {self.rest[0]}
        first = {run[0] for phrase in self.open for run in phrases[phrase]}
        return {token for token in first if not self._joins(token, special)}

    def missing(self, phrases: Sequence[Spellings]) -> int:
        """Constraint tokens still to come, at most."""
        if self.rest:
            return len(self.rest) + stages([phrases[phrase] for phrase in self.open[1:]])
        return stages([phrases[phrase] for phrase in self.open])

    def _joins(self, token: int, special: SpecialIds) -> bool:
        return self.in_word and token in special.word_begins


def _begun(open: tuple[int, ...], rest: tuple[int, ...], in_word: bool) -> Progress:
    """The first open phrase is under way, or met if nothing of it is left."""
    if rest:
        return Progress(open, rest, in_word=in_word)
    return Progress(open[1:], just_met=open[0], in_word=in_word)


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
    takes_best = False

    def __init__(self, special: SpecialIds, requests: Sequence[Request], beam_size: int) -> None:
        self._special, self._eos, self._beam_size = special, special.eos, beam_size
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
            kept[b, : len(live)] += np.array([c.index for c in live], np.int64)
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
            indices |= {k * V + token for token in progress[k].wanted(phrases, self._special)}
        flat = totals.ravel()
        found = []
        for index in indices:
            row, token = divmod(index, V)
            if flat[index] > -np.inf:
                after = progress[row].after(token, phrases, self._special)
                found.append(Continuation(index, float(flat[index]), after, token == self._eos))
        return sorted(found, key=lambda c: (-c.score, c.index))

    def _allocate(self, continuations: list[Continuation], sentence: int) -> list[Continuation]:
        """At most K of them: an equal share of the beam for each bank, what is left over to the best."""
        K, phrases = self._beam_size, self._phrases[sentence]
        share = K // (stages(phrases) + 1)
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
