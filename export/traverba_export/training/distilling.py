"""What a recipe's teachers make of its own sentences (Kim & Rush 2016, sequence-level distillation).

A student learns from a teacher's search output more easily than from people, who translate the same
sentence in many ways. The files lie in the run's folder and are written once; a run that is stopped
meanwhile goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from traverba_export.corpora.reading import CorpusSpec
from traverba_export.corpora.synthetic import loaded, write_pairs
from traverba_export.recipe import Distillation, Recipe, split_direction

log = logging.getLogger(__name__)

Pair = tuple[str, str]


def distilled_corpora(recipe: Recipe, texts: Sequence[list[Pair]], out_dir: Path) -> list[CorpusSpec]:
    """One corpus for each distillation, source first, in ``out_dir``.

    ``texts`` are the clean pairs of each of the recipe's corpora.
    """
    return [_corpus(each, _sources(each, recipe, texts), out_dir) for each in recipe.distilled]


def _sources(distillation: Distillation, recipe: Recipe, texts: Sequence[list[Pair]]) -> Iterable[str]:
    """Every source sentence once, in order."""
    source, _ = split_direction(distillation.direction)
    return dict.fromkeys(
        pair[spec.languages.index(source)]
        for spec, pairs in zip(recipe.corpora, texts, strict=True)
        if spec.paths[0] in distillation.corpora
        for pair in pairs
    )


def _corpus(distillation: Distillation, sources: Iterable[str], out_dir: Path) -> CorpusSpec:
    languages = split_direction(distillation.direction)
    path = out_dir / distillation.path
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        teacher = (distillation.teacher, languages, distillation.beam, distillation.precision)
        with loaded(*teacher) as (translate, name):
            count = write_pairs(sources, translate, path, f"distillation:{name}", written_first=False)
        log.info("%s: %d sentences translated by %s", distillation.path, count, name)
    passes = {distillation.direction: distillation.passes}
    return CorpusSpec((distillation.path,), languages, directions=passes)
