"""Sources that a recipe's own teacher writes, for sentences that have none in a direction of little text.

Back-translation (Sennrich et al. 2016, arXiv 1511.06709) keeps human text on the target side; a tag says
that the source is a model's (Caswell et al. 2019). The files lie in the run's folder and are written
once; a run that is stopped meanwhile goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from traverba import Translation
from traverba_export.alignment.rare_words import RareWords
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.corpora.synthetic import plain
from traverba_export.recipe import BackTranslation, Recipe, split_direction
from traverba_export.training.distilling import sentences_of, write_corpus

Pair = tuple[str, str]
LONGEST = 110
"""Characters: longer sentences take long to translate, and little of a translation that is poor holds."""


def back_translated_corpora(recipe: Recipe, texts: Sequence[list[Pair]], out_dir: Path) -> list[CorpusSpec]:
    """One corpus for each back-translation, in ``out_dir``; ``texts`` are the recipe's clean pairs."""
    return [_corpus(each, recipe, texts, out_dir) for each in recipe.back_translated]


def _corpus(each: BackTranslation, recipe: Recipe, texts: Sequence[list[Pair]], out_dir: Path) -> CorpusSpec:
    source, target = split_direction(each.direction)
    if not (out_dir / each.path).exists():
        sentences, written = _wanted(each, recipe, texts)
        write_corpus(each, (target, source), sentences, out_dir, written)
    passes = {each.direction: each.passes}
    return CorpusSpec((each.path,), (source, target), directions=passes, tagged=True)


def _wanted(
    each: BackTranslation, recipe: Recipe, texts: Sequence[list[Pair]]
) -> tuple[Iterator[str], Callable[[Translation], str]]:
    """The sentences to translate, those with rare words first, and what is made of a translation."""
    source, target = split_direction(each.direction)
    known = {text for text, _ in _pairs(recipe, texts, (target, source), None)}
    every = sentences_of(target, each.corpora, recipe, texts)
    rng = np.random.default_rng(recipe.seed)
    new = [text for text in every if text not in known and len(text) <= LONGEST]
    mixed = [new[index] for index in rng.permutation(len(new))]
    if not each.rare_words:
        return iter(mixed[: each.sentences]), plain
    rare = RareWords.learn(list(_pairs(recipe, texts, (target, source), each.rare_words)), source)
    return iter(rare.first(mixed)[: each.sentences]), lambda translation: rare.mended(translation, rng)


def _pairs(
    recipe: Recipe, texts: Sequence[list[Pair]], languages: Pair, paths: Sequence[str] | None
) -> Iterator[Pair]:
    """What the recipe's corpora (those at ``paths``, or all) have in both languages, in that order."""
    for spec, pairs in zip(recipe.corpora, texts, strict=True):
        if set(spec.languages) == set(languages) and (paths is None or spec.paths[0] in paths):
            yield from pairs if spec.languages == languages else ((b, a) for a, b in pairs)
