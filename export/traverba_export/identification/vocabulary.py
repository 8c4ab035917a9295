"""Choosing the character n-grams that tell most about the language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from traverba.identification.ngrams import MAX_ORDER, Keys, ngram_keys, words_of
from traverba_export.identification.corpus import Labelled

LEAST_COUNT = 3
"""N-grams that are rarer say more about the training data than about a language."""
CHUNK = 20_000


def choose_ngrams(pairs: Sequence[Labelled], languages: Sequence[str], most: int) -> Keys:
    """Hashes of the ``most`` n-grams with the largest share in the information about the language.

    An n-gram g counts sum over l of w(g, l) * log(p(l | g) / p(l)): its part of the mutual information
    of n-grams and languages. The counts of a language are divided by the square root of its size, so
    that small languages get their n-grams too.
    """
    sizes = Counter(code for code, _ in pairs)
    weights = np.array([1 / np.sqrt(sizes[code]) for code in languages])
    keys, scores = [], []
    for order in range(MAX_ORDER):
        found, values = _scores(pairs, languages, weights, order)
        keys.append(found)
        scores.append(values)
    all_keys, all_scores = np.concatenate(keys), np.concatenate(scores)
    best = np.argsort(-all_scores, kind="stable")[:most]
    return np.unique(all_keys[best])


def _scores(
    pairs: Sequence[Labelled], languages: Sequence[str], weights: NDArray[np.float64], order: int
) -> tuple[Keys, NDArray[np.float64]]:
    """Every n-gram of one order that is not rare, and what it tells."""
    cells = np.concatenate(list(_cells(pairs, languages, order)))
    cells, counts = np.unique(cells, return_counts=True)
    keys, language = (cells >> np.uint64(8)).astype(np.uint32), (cells & np.uint64(255)).astype(np.intp)
    distinct, ngram = np.unique(keys, return_inverse=True)
    weighted = counts * weights[language]
    per_ngram = np.bincount(ngram, weighted)
    per_language = np.bincount(language, weighted, minlength=len(weights))
    prior = per_language / per_language.sum()
    gain = weighted * np.log(weighted / per_ngram[ngram] / prior[language])
    frequent = np.bincount(ngram, counts) >= LEAST_COUNT
    return distinct[frequent], np.bincount(ngram, gain)[frequent].astype(np.float64)


def _cells(pairs: Sequence[Labelled], languages: Sequence[str], order: int) -> Iterator[NDArray[np.uint64]]:
    """For every n-gram of the text one number that holds its hash and its language."""
    numbers = {code: number for number, code in enumerate(languages)}
    for start in range(0, len(pairs), CHUNK):
        words, labels = [], []
        for code, text in pairs[start : start + CHUNK]:
            found = words_of(text)
            words += found
            labels += [numbers[code]] * len(found)
        keys, inside, word_of = ngram_keys(words)
        known = inside[:, order]
        label = np.array(labels, np.uint64)[word_of[known]]
        yield keys[known, order].astype(np.uint64) << np.uint64(8) | label
