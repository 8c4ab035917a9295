"""The words that a bundle knows: counted in the recipe's corpora, for `traverba.text.Spelling`."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from traverba.bundle import Manifest
from traverba.text import find_words, fold
from traverba.text.spelling import begins
from traverba.word_file import words_file, write_words
from traverba_export.bundling import update_bundle
from traverba_export.recipe import Recipe
from traverba_export.training.preparation import clean_texts

PLAINLY_MEANT = 20
"""A spelling without accents that is so many times rarer than the one with them is a slip of the corpus."""


def add_word_lists(folder: Path, recipe: Recipe, data_dir: Path) -> dict[str, int]:
    """Put the lists into a bundle's folder; language -> how many words its list has."""
    lists = {
        language: count_words(texts, language) for language, texts in clean_texts(recipe, data_dir).items()
    }
    update_bundle(folder, lambda partial, manifest: _with_lists(partial, manifest, lists))
    return {language: len(counts) for language, counts in lists.items()}


def count_words(texts: Iterable[str], language: str) -> dict[str, int]:
    """How often each word was met, written as inside a sentence: what begins one has a capital anyway."""
    inside, beginning = Counter[str](), Counter[str]()
    for text in texts:
        for start, end in find_words(text, language):
            (beginning if begins(text, start) else inside)[text[start:end].replace("’", "'")] += 1
    counts = inside.copy()
    for word, count in beginning.items():
        counts[word if word in inside and _small(word) not in inside else _small(word)] += count
    return _without_slips(counts)


def _small(word: str) -> str:
    return word[:1].lower() + word[1:]


def _without_slips(counts: Mapping[str, int]) -> dict[str, int]:
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


def _with_lists(folder: Path, manifest: Manifest, lists: Mapping[str, Mapping[str, int]]) -> Manifest:
    for language, counts in lists.items():
        write_words(folder / words_file(language), counts)
    return dataclasses.replace(manifest, words={language: words_file(language) for language in sorted(lists)})
