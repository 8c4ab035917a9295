"""From text to the numbers of its character n-grams, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint32]
Ids = NDArray[np.int32]

SAMPLE_CHARS = 1_200
"""Of a longer text, this much is read: a third each of its beginning, middle and end."""
MAX_WORD_CHARS = 16
"""Longer runs without a space, as in Chinese or Thai, are cut into words of this length."""
MAX_ORDER = 5
"""Characters in the longest n-gram, the marks of a word's beginning and end included."""

_WORD = re.compile(rf"[^\s\d!-&(-,./:-@\[-`{{-~]{{1,{MAX_WORD_CHARS}}}")
"""Runs without spaces, digits and ASCII punctuation; apostrophe and hyphen belong to words."""
_BEGIN, _END = "\x02", "\x03"
_MULTIPLIER = np.uint32(0x9E3779B1)
_SHIFT = np.uint32(15)


def words_of(text: str) -> list[str]:
    """The words that say something about the language: lower case, NFC, with a letter, no address."""
    return list(_words(_sample(text)))


def _sample(text: str) -> str:
    if len(text) <= SAMPLE_CHARS:
        return text
    size = SAMPLE_CHARS // 3
    middle = (len(text) - size) // 2
    return f"{text[:size]} {text[middle : middle + size]} {text[-size:]}"


def _words(text: str) -> Iterator[str]:
    for token in text.split():
        if "://" in token or "@" in token:
            continue
        for run in _WORD.findall(token):
            if any(map(str.isalpha, run)):
                yield normalize("NFC", run.lower())


def ngram_keys(words: Sequence[str]) -> tuple[Keys, NDArray[np.bool_], NDArray[np.intp]]:
    """Hashes of the n-grams that begin at each character.

    Returns the keys ``(characters, MAX_ORDER)``, which of them lie inside their word, and the
    word of each character ``(characters,)``. The marks around a word count as characters.
    """
    marked = [f"{_BEGIN}{word}{_END}" for word in words]
    lengths = np.fromiter(map(len, marked), np.intp, len(marked))
    codes = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum(lengths)
    word_of = np.repeat(np.arange(len(marked)), lengths)
    left = ends[word_of] - np.arange(len(codes))  # characters up to the end of the word
    padded = np.concatenate([codes, np.zeros(MAX_ORDER, np.uint32)])
    keys = np.empty((len(codes), MAX_ORDER), np.uint32)
    key = np.zeros(len(codes), np.uint32)
    for order in range(MAX_ORDER):
        key = (key ^ padded[order : order + len(codes)]) * _MULTIPLIER
        key ^= key >> _SHIFT
        keys[:, order] = key
    inside = left[:, None] > np.arange(MAX_ORDER)
    inside[:, 0] &= codes > max(map(ord, (_BEGIN, _END)))  # a mark alone says nothing
    return keys, inside, word_of


class NgramVocabulary:
    """The n-grams that a model knows, by their hashes in rising order; id 0 is none of them."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def flat_ids(self, words: Sequence[str]) -> tuple[Ids, NDArray[np.intp]]:
        """Ids of all known n-grams in the order of the text, and the word of each, both ``(n,)``."""
        keys, inside, word_of = ngram_keys(words)
        found = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = inside & (self.keys[found] == keys)
        numbers = np.broadcast_to(word_of[:, None], keys.shape)
        return (found[known] + 1).astype(np.int32), numbers[known]

    def ids(self, words: Sequence[str]) -> Ids:
        """``(S, G)``: a row for each word that has a known n-gram, filled up with 0."""
        flat, word_of = self.flat_ids(words)
        _, rows, counts = np.unique(word_of, return_inverse=True, return_counts=True)
        if not len(flat):
            return np.zeros((0, 1), np.int32)
        starts = np.cumsum(counts) - counts
        table = np.zeros((len(counts), counts.max()), np.int32)
        table[rows, np.arange(len(flat)) - starts[rows]] = flat
        return table
