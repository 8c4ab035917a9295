"""Pairs of which a bundle writes one side, from sentences of the recipe's own corpora.

Sequence-level distillation (Kim & Rush 2016, arXiv 1606.07947) learns the bundle's translations, which
say the same thing the same way more often than people's. Back-translation (Sennrich et al. 2016, arXiv
1511.06709) learns the way back, to what people wrote; a tag says that the source is a model's (Caswell et
al. 2019). The files lie in the run's folder and are written once; a run that is stopped meanwhile goes
on where it was. `teaching` does the same with a run's weights, on the device that trains.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from traverba import Translation
from traverba_export.alignment.rare_words import RareWords
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.corpora.synthetic import loaded, plain, write_pairs
from traverba_export.recipe import Recipe, Synthetic, split_direction

log = logging.getLogger(__name__)

Pair = tuple[str, str]
LONGEST = 110
"""Characters of a sentence that only the way back is learnt from: of a poor source little holds."""


def synthetic_corpora(recipe: Recipe, texts: Sequence[list[Pair]], out_dir: Path) -> list[CorpusSpec]:
    """One corpus for each way that is learnt, in ``out_dir``; ``texts`` are the recipe's clean pairs."""
    found: list[CorpusSpec] = []
    for each in recipe.synthetic:
        if each.by:
            if not (out_dir / each.path).exists():
                _write(each, recipe, texts, out_dir)
            found += _specs(each)
    return found


def _specs(each: Synthetic) -> Iterator[CorpusSpec]:
    for direction, passes, tagged in each.ways:
        languages = split_direction(each.direction)
        yield CorpusSpec((each.path,), languages, directions={direction: passes}, tagged=tagged)


def _write(each: Synthetic, recipe: Recipe, texts: Sequence[list[Pair]], out_dir: Path) -> None:
    """Have the bundle translate; the file has people's side first."""
    languages, path = split_direction(each.direction), out_dir / each.path
    path.parent.mkdir(parents=True, exist_ok=True)
    sentences, written = _wanted(each, recipe, texts)
    with loaded(each.by, languages, each.beam, each.precision, written) as (translate, name):
        count = write_pairs(sentences, translate, path, f"synthetic:{name}", written_first=False)
    log.info("%s: %d sentences translated by %s", each.path, count, name)


def _wanted(
    each: Synthetic, recipe: Recipe, texts: Sequence[list[Pair]]
) -> tuple[Iterable[str], Callable[[Translation], str]]:
    """The sentences to translate, those with rare words first, and what is made of a translation."""
    languages, rng = split_direction(each.direction), np.random.default_rng(recipe.seed)
    sentences = sentences_of(languages[0], each.corpora, recipe, texts)
    if not each.passes:  # what people have translated already needs no other source
        known = {text for text, _ in pairs_between(recipe, texts, languages, None)}
        sentences = [text for text in sentences if text not in known and len(text) <= LONGEST]
    if not each.rare_words:
        return drawn(sentences, each.sentences, rng), plain
    rare = RareWords.learn(list(pairs_between(recipe, texts, languages, each.rare_words)), languages[1])
    mixed = rare.first(drawn(sentences, len(sentences), rng))
    return mixed[: each.sentences], lambda translation: rare.mended(translation, rng)


def drawn(sentences: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """At random and in random order, so that a file which is stopped is a sample, too."""
    return [sentences[index] for index in rng.permutation(len(sentences))[:count]]


def sentences_of(
    language: str, paths: Sequence[str], recipe: Recipe, texts: Sequence[list[Pair]]
) -> list[str]:
    """Every sentence in ``language`` of the corpora at ``paths`` once, in order."""
    found = (
        pair[spec.languages.index(language)]
        for spec, pairs in zip(recipe.corpora, texts, strict=True)
        if spec.paths[0] in paths
        for pair in pairs
    )
    return list(dict.fromkeys(found))


def pairs_between(
    recipe: Recipe, texts: Sequence[list[Pair]], languages: Pair, paths: Sequence[str] | None
) -> Iterator[Pair]:
    """What the recipe's corpora (those at ``paths``, or all) have in both languages, in that order."""
    for spec, pairs in zip(recipe.corpora, texts, strict=True):
        if set(spec.languages) == set(languages) and (paths is None or spec.paths[0] in paths):
            yield from pairs if spec.languages == languages else ((b, a) for a, b in pairs)
