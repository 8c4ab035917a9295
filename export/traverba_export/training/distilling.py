"""What a recipe's teachers make of its own sentences (Kim & Rush 2016, sequence-level distillation).

A student learns from a teacher's search output more easily than from people, who translate the same
sentence in many ways. The files lie in the run's folder and are written once; a run that is stopped
meanwhile goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from traverba import Translation
from traverba_export.corpora.reading import CorpusSpec
from traverba_export.corpora.synthetic import loaded, plain, write_pairs
from traverba_export.recipe import BackTranslation, Distillation, Recipe, split_direction

log = logging.getLogger(__name__)

Pair = tuple[str, str]


def distilled_corpora(recipe: Recipe, texts: Sequence[list[Pair]], out_dir: Path) -> list[CorpusSpec]:
    """One corpus for each distillation, source first, in ``out_dir``.

    ``texts`` are the clean pairs of each of the recipe's corpora.
    """
    return [_corpus(each, recipe, texts, out_dir) for each in recipe.distilled]


def _corpus(each: Distillation, recipe: Recipe, texts: Sequence[list[Pair]], out_dir: Path) -> CorpusSpec:
    languages = split_direction(each.direction)
    if not (out_dir / each.path).exists():
        sentences = sentences_of(languages[0], each.corpora, recipe, texts)
        write_corpus(each, languages, sentences, out_dir)
    return CorpusSpec((each.path,), languages, directions={each.direction: each.passes})


def sentences_of(
    language: str, paths: Sequence[str], recipe: Recipe, texts: Sequence[list[Pair]]
) -> Iterable[str]:
    """Every sentence in ``language`` of the corpora at ``paths`` once, in order."""
    return dict.fromkeys(
        pair[spec.languages.index(language)]
        for spec, pairs in zip(recipe.corpora, texts, strict=True)
        if spec.paths[0] in paths
        for pair in pairs
    )


def write_corpus(
    by: Distillation | BackTranslation,
    languages: Pair,
    sentences: Iterable[str],
    out_dir: Path,
    written: Callable[[Translation], str] = plain,
) -> None:
    """Have the teacher translate ``sentences`` from the one of ``languages`` to the other, into its file."""
    path, back = out_dir / by.path, isinstance(by, BackTranslation)
    path.parent.mkdir(parents=True, exist_ok=True)
    with loaded(by.teacher, languages, by.beam, by.precision, written) as (translate, name):
        writer = f"{'back-translation' if back else 'distillation'}:{name}"
        count = write_pairs(sentences, translate, path, writer, written_first=back)
    log.info("%s: %d sentences translated by %s", by.path, count, name)
