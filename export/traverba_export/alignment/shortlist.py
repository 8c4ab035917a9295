"""The lexicons of a vocabulary shortlist, counted on the training corpus.

For each target language: how often each token occurs, and by IBM Model 1 what each source token
becomes. Sources of every language with the same target share one table, as they share subwords.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from traverba.decoding import Lexicon, Shortlist
from traverba.text import BpeTokenizer
from traverba_export.alignment.model1 import learn_lexical_table

FREQUENT = 1_600
"""Most frequent tokens of a language that are on every list.

Measured with 8,000 tokens for three languages, on 400 dev sentences of each direction: with 800, lists
of 1,280 tokens cost 0.25 BLEU on average; with 1,600, of 2,048, they cost 0.05; 2,400 are no better."""
FILLERS = 3_000
"""Frequent tokens kept in all: lists are filled up with them."""
LIKELY = 24
"""Translations kept for each source token."""
PER_POSITION = 32
"""Places for each source position, padding included: room for most of its `LIKELY` translations."""
LONGEST = 40
"""Tokens on either side of a pair that is counted: long pairs cost the most and align the worst."""
Pairs = Sequence[tuple[Sequence[int], Sequence[int]]]
"""Source and target ids, without special tokens."""


def learn_shortlist(
    directions: Mapping[int, Sequence[Pairs]], tokenizer: BpeTokenizer, end: int, banned: Collection[int]
) -> Shortlist:
    """``directions``: id of a target's language token -> pairs of each of its source languages."""
    marks = sorted({end, *_marks(tokenizer)} - set(banned))
    lexicons = {
        token: _lexicon(corpora, marks, tokenizer.vocab_size, banned) for token, corpora in directions.items()
    }
    return Shortlist(lexicons, tokenizer.vocab_size, PER_POSITION)


def random_shortlist(tokens: Iterable[int], vocab_size: int, first: int, seed: int = 1) -> Shortlist:
    """A table of realistic size that means nothing, for models with random weights.

    Ids below ``first`` are special.
    """
    rng = np.random.default_rng(seed)
    places = np.arange(first, vocab_size)
    lexicons = {}
    for token in tokens:
        order = rng.permutation(places)
        always = np.sort(order[: min(FREQUENT + 400, len(order))])  # with bytes and marks
        likely = rng.integers(first, vocab_size, (vocab_size, LIKELY))
        lexicons[token] = Lexicon(always, likely, order[:FILLERS])
    return Shortlist(lexicons, vocab_size, PER_POSITION)


def coverage(shortlist: Shortlist, token: int, pairs: Pairs, end: int, banned: Collection[int]) -> float:
    """The share of target tokens that are on their source's list."""
    found = total = 0
    for source, target in pairs:
        [ids] = shortlist.lists([[token, *source, end]], banned)
        found += int(np.isin(target, ids).sum())
        total += len(target)
    return found / total if total else math.nan


def _marks(tokenizer: BpeTokenizer) -> list[int]:
    """Tokens that may be needed whatever the source says: single bytes, and all without a letter.

    Names that nobody has seen are spelled in bytes; numbers, marks and stand-ins are copied.
    """
    pieces = map(tokenizer.piece, range(tokenizer.vocab_size))
    return [i for i, piece in enumerate(pieces) if len(piece) == 1 or (piece and not _has_letter(piece))]


def _has_letter(piece: bytes) -> bool:
    """What is no whole character may become a letter."""
    return any(c.isalpha() or c == "\N{REPLACEMENT CHARACTER}" for c in piece.decode("utf-8", "replace"))


def _lexicon(
    corpora: Sequence[Pairs], marks: Sequence[int], vocab_size: int, banned: Collection[int]
) -> Lexicon:
    counts = np.zeros(vocab_size, np.int64)
    likely = np.zeros((vocab_size, LIKELY), np.int64)
    for pairs in corpora:
        kept = [pair for pair in pairs if 0 < len(pair[0]) <= LONGEST and 0 < len(pair[1]) <= LONGEST]
        for _, target in kept:
            np.add.at(counts, target, 1)
        if kept:
            _merge(likely, _likely(kept, vocab_size))
    counts[list(banned)] = 0
    frequent = np.argsort(-counts, kind="stable")[: min(FILLERS, int((counts > 0).sum()))]
    always = np.unique(np.concatenate((marks, frequent[:FREQUENT]))).astype(np.int64)
    return Lexicon(always, likely, frequent)


def _likely(pairs: Pairs, vocab_size: int) -> NDArray[np.int64]:
    """(V, LIKELY) the likeliest targets of each source token, best first, 0 for none."""
    table = learn_lexical_table(pairs)
    starts = np.searchsorted(table.source, np.arange(vocab_size + 1))
    ranks = np.arange(len(table.source)) - starts[np.clip(table.source, 0, vocab_size - 1)]
    kept = (table.source >= 0) & (ranks < LIKELY)
    likely = np.zeros((vocab_size, LIKELY), np.int64)
    likely[table.source[kept], ranks[kept]] = table.target[kept]
    return likely


def _merge(likely: NDArray[np.int64], other: NDArray[np.int64]) -> None:
    """Take in another language's table; where both know a token, by turns, the best of each first."""
    both = (likely[:, 0] > 0) & (other[:, 0] > 0)
    only = (likely[:, 0] == 0) & (other[:, 0] > 0)
    likely[only] = other[only]
    likely[both] = np.stack((likely[both], other[both]), axis=2).reshape(-1, 2 * LIKELY)[:, :LIKELY]
