"""Words that a model of subwords puts together and nobody has ever read cost a hypothesis something.

A beam adds up what is likely from piece to piece, and "gagner", "ent" is likely enough. Once such a word
is over, since what follows does not go on with it, a fixed number of nats is taken from the hypothesis:
another one, with a word that exists, passes it. The log-probabilities that are given back stay the model's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.model import Floats, Ids


@dataclass(frozen=True, eq=False)
class WordPieces:
    """How the tokens of a vocabulary stand to words."""

    goes_on: NDArray[np.bool_]  # (V,)
    """Whether a token begins with a letter, and so goes on with the word before it."""
    endings: tuple[str, ...]
    """The letters that each token ends with."""
    is_ending: tuple[bool, ...]
    """Whether it is nothing else."""


@dataclass(frozen=True, eq=False)
class TargetWords:
    """What may be said to one source."""

    pieces: WordPieces
    knows: Callable[[str], bool]


class MadeUpWords:
    """Follows the word that each row of a batch is in the middle of."""

    def __init__(
        self, pieces: WordPieces, targets: Sequence[TargetWords | None], penalty: float, beam_size: int
    ) -> None:
        """``targets``: of each sentence, None if it may have any word; ``penalty``: nats a word."""
        self._pieces, self._targets = pieces, targets
        self._penalty, self._beam_size = np.float32(penalty), beam_size
        self._words = [""] * (len(targets) * beam_size)
        self._met: list[dict[str, bool]] = [{"": True} for _ in targets]

    def penalise(self, scores: Floats, ids: Ids, sentences: Ids) -> Floats:
        """``scores`` (N, C) of the candidates ``ids`` (N, C), less for those that end a word nobody knows."""
        rows = zip(np.repeat(sentences, self._beam_size).tolist(), self._words, strict=True)
        made_up = np.array([not self._is_known(sentence, word) for sentence, word in rows])  # (N,)
        if not made_up.any():
            return scores
        ends = made_up[:, np.newaxis] & ~self._pieces.goes_on[ids]
        return np.where(ends, scores - self._penalty, scores)

    def follow(self, parents: Ids, ids: Ids) -> None:
        """Row n now continues row ``parents[n]`` with ``ids[n]``."""
        endings, is_ending = self._pieces.endings, self._pieces.is_ending
        self._words = [
            self._words[parent] + endings[token] if is_ending[token] else endings[token]
            for parent, token in zip(parents.tolist(), ids.tolist(), strict=True)
        ]

    def _is_known(self, sentence: int, word: str) -> bool:
        met, target = self._met[sentence], self._targets[sentence]
        if word not in met:
            met[word] = target is None or target.knows(word)
        return met[word]
