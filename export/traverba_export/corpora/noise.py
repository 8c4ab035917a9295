"""What is drawn anew each time a batch is made: other segmentations of words, and words left out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from traverba_export.subwords import PAD

NONE = -1


@dataclass(frozen=True)
class PieceNoise:
    """Changes to id sequences that follow from the generator alone, so that a resumed run repeats them."""

    parents: NDArray[np.int32]  # (V, 2): the two pieces a token was merged from, or NONE
    begins_word: NDArray[np.bool_]  # (V,)
    subword_dropout: float = 0.0
    """Probability of undoing a merge. After BPE-dropout (Provilkov et al. 2020), which skips merges
    while it segments text. Undoing them afterwards needs no text and gives refinements of the usual
    segmentation only; `tokenizers` has the original, but its random numbers cannot be seeded."""
    word_dropout: float = 0.0
    """Probability of a word's place being left without the word (Sennrich et al. 2016, Edinburgh's
    systems, section 2.5); a sequence of one word keeps it."""

    def resegment(
        self, ids: NDArray[np.int32], owner: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """``ids`` (n,) of the sequences ``owner`` (n,) -> the same with merges undone, again and again."""
        fresh = np.full(len(ids), self.subword_dropout > 0)
        while fresh.any():
            undone = fresh & (self.parents[ids, 0] != NONE) & (rng.random(len(ids)) < self.subword_dropout)
            width = np.where(undone, 2, 1)
            first = (np.cumsum(width) - width)[undone]
            parts = self.parents[ids[undone]]
            ids, owner, fresh = (np.repeat(a, width) for a in (ids, owner, undone))
            ids[first], ids[first + 1] = parts[:, 0], parts[:, 1]
        return ids, owner

    def leave_out_words(
        self, ids: NDArray[np.int32], owner: NDArray[np.int64], rng: np.random.Generator
    ) -> NDArray[np.int32]:
        """``ids`` (n,) with all pieces of some words replaced by PAD, whose embedding says "some word"."""
        if not self.word_dropout or not len(ids):
            return ids
        opens = self.begins_word[ids] | (np.diff(owner, prepend=-1) != 0)
        word = np.cumsum(opens) - 1
        words_of_owner = np.bincount(owner[opens], minlength=int(owner[-1]) + 1)
        dropped = (rng.random(int(word[-1]) + 1) < self.word_dropout)[word] & (words_of_owner[owner] > 1)
        return np.where(dropped, np.int32(PAD), ids)


def piece_noise(tokenizer: Path, subword_dropout: float, word_dropout: float) -> PieceNoise | None:
    """The noise of a vocabulary file; None if there is nothing to draw."""
    if not (subword_dropout or word_dropout):
        return None
    model = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]
    vocabulary: dict[str, int] = model["vocab"]
    parents = np.full((len(vocabulary), 2), NONE, np.int32)
    for merge in reversed(model["merges"]):
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        parents[vocabulary[left + right]] = vocabulary[left], vocabulary[right]
    begins = np.zeros(len(vocabulary), np.bool_)
    begins[[number for piece, number in vocabulary.items() if piece.startswith("Ġ")]] = True
    return PieceNoise(parents, begins, subword_dropout, word_dropout)
