"""Corpora that rules make: sentences put together, and parts of sentences of the recipe's own corpora."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from traverba_export.corpora.clauses import CLAUSE_LANGUAGES, clauses
from traverba_export.corpora.cleaning import clean_pairs
from traverba_export.corpora.fragments import fragments
from traverba_export.corpora.frames import frame_languages, framed
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.corpora.variants import Pair
from traverba_export.recipe import Recipe, split_direction

Made = Iterator[tuple[CorpusSpec, list[Pair]]]


def corpora_by_rule(recipe: Recipe, texts: Sequence[list[Pair]], held_out: set[str]) -> Made:
    """What the recipe asks for, without what dev and test sets have; ``texts``: its corpora's pairs."""
    for spec, made in (*_clauses(recipe), *_frames(recipe), *_fragments(recipe, texts)):
        yield spec, list(clean_pairs(made, spec.languages, recipe.cleaning, held_out, Counter()))


def _clauses(recipe: Recipe) -> Made:
    if wanted := recipe.clauses:
        spec = CorpusSpec(("clauses",), CLAUSE_LANGUAGES, directions=wanted.directions)
        yield spec, clauses(wanted.count, recipe.seed)


def _frames(recipe: Recipe) -> Made:
    """A corpus for each two languages, whatever the direction."""
    if not (wanted := recipe.frames):
        return
    for languages in itertools.combinations(frame_languages(), 2):
        if ways := _between(languages, wanted.directions):
            spec = CorpusSpec((f"frames/{'-'.join(languages)}",), languages, directions=ways)
            yield spec, framed(wanted.count, recipe.seed, languages)


def _fragments(recipe: Recipe, texts: Sequence[list[Pair]]) -> Made:
    """A corpus for each direction: parts of its sources, with one translation each."""
    if not (wanted := recipe.fragments):
        return
    chosen = [
        (spec, pairs)
        for spec, pairs in zip(recipe.corpora, texts, strict=True)
        if spec.paths[0] in wanted.corpora
    ]
    for languages in dict.fromkeys(spec.languages for spec, _ in chosen):
        if ways := _between(languages, wanted.directions):
            sentences = [pair for spec, pairs in chosen if spec.languages == languages for pair in pairs]
            for source, parts in zip(languages, fragments(sentences, recipe.seed), strict=True):
                mine = {way: passes for way, passes in ways.items() if split_direction(way)[0] == source}
                path = f"fragments/{'-'.join(languages)}"
                yield CorpusSpec((path,), languages, directions=mine), parts


def _between(languages: tuple[str, str], directions: Mapping[str, float]) -> dict[str, float]:
    return {way: passes for way, passes in directions.items() if {*split_direction(way)} == {*languages}}
