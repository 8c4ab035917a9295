"""Which word of the source each word of a translation comes from, read off the attention."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from traverba.results import AlignedWords
from traverba.text import Span

WORD = re.compile(r"\{\d{1,3}\}|\w+|[^\w\s]")
"""A stand-in for a protected part is a word of its own."""


def word_spans(text: str, within: Span) -> list[Span]:
    """Words and single punctuation marks of a part of a text."""
    return [match.span() for match in WORD.finditer(text, *within)]


def align_words(
    attention: NDArray[np.float32],  # (T, S) target tokens by source tokens
    target_tokens: Sequence[Span],  # T
    source_tokens: Sequence[Span],  # S
    target_words: Sequence[Span],
    source_words: Sequence[Span],
) -> tuple[AlignedWords, ...]:
    """For each target word the source word that its tokens attended to most, with its share."""
    if not (len(target_tokens) and len(source_tokens) and target_words and source_words):
        return ()
    by_word = _overlaps(target_words, target_tokens) @ attention @ _overlaps(source_tokens, source_words)
    totals = by_word.sum(axis=1)  # (target words,)
    best = by_word.argmax(axis=1)
    return tuple(
        AlignedWords(source_words[best[i]], word, float(by_word[i, best[i]] / totals[i]))
        for i, word in enumerate(target_words)
        if totals[i] > 0
    )


def _overlaps(rows: Sequence[Span], columns: Sequence[Span]) -> NDArray[np.float32]:
    """1 where two spans share a character, else 0; (rows, columns)."""
    starts, ends = np.array(rows).T[:, :, np.newaxis]
    other_starts, other_ends = np.array(columns).T[:, np.newaxis, :]
    overlaps: NDArray[np.bool_] = (starts < other_ends) & (other_starts < ends)
    return overlaps.astype(np.float32)
