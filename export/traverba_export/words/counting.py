"""How often words were met, written as inside a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from traverba.text import find_words, fold, lowered
from traverba.text.words.spelling import begins

Counts = Mapping[str, int]

PLAINLY_MEANT = 20
"""A spelling without accents that is so many times rarer than the one with them is a slip of the corpus."""


def count_words(texts: Iterable[str], language: str) -> dict[str, int]:
    """How often each word was met, written as inside a sentence: what begins one has a capital anyway."""
    inside, beginning = Counter[str](), Counter[str]()
    for text in texts:
        for start, end in find_words(text, language):
            (beginning if begins(text, start) else inside)[text[start:end].replace("’", "'")] += 1
    counts = inside.copy()
    for word, count in beginning.items():
        small = lowered(word)
        counts[word if inside[word] > inside[small] else small] += count
    return _without_slips(counts)


def _without_slips(counts: Counts) -> dict[str, int]:
    """The same without words that lack accents or an apostrophe: who types them means the other word."""
    commonest: dict[str, int] = {}
    for word, count in counts.items():
        folded = fold(word)
        commonest[folded] = max(count, commonest.get(folded, 0))
    return {
        word: count
        for word, count in counts.items()
        if fold(word) != word.casefold() or commonest[fold(word)] < PLAINLY_MEANT * count
    }


def commonest_forms(counts: Counts) -> dict[str, str]:
    """A word in lower case -> how it is written most often."""
    forms: dict[str, str] = {}
    for word in sorted(counts, key=lambda word: (-counts[word], word)):
        forms.setdefault(word.lower(), word)
    return forms
