"""How good a rung's translations of a test set are, as a whole and by the length of the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from traverba import DecodeOptions, Translator, load_translator
from traverba_export.quality.evaluation import AS_LINES
from traverba_export.quality.metrics import score_texts
from traverba_export.quality.test_sets import TestSet
from traverba_export.recipe import split_direction

BEAMS = {"greedy": 1, "beam 5": 5}
LENGTHS = ((1, 8), (9, 11), (12, 14), (15, 18), (19, 1000))
"""Bounds of source words, both inclusive."""


@dataclass(frozen=True)
class Quality:
    """Scores by kind of search; those by length are of beam 5."""

    test_set: str
    sentences: int
    bleu: dict[str, float]
    chrf: dict[str, float]
    bleu_by_length: dict[str, float]
    sentences_by_length: dict[str, int]
    signatures: tuple[str, str]


def measure_quality(bundle: Path, test_set: TestSet) -> Quality:
    """Translate with the runtime, score with sacreBLEU."""
    with load_translator(bundle) as translator:
        texts = {name: _translate(translator, test_set, beam) for name, beam in BEAMS.items()}
    scores = {name: score_texts(test_set.direction, t, test_set.references) for name, t in texts.items()}
    groups = by_length(test_set.sources)
    last = texts["beam 5"]
    return Quality(
        test_set.name,
        len(test_set.sources),
        bleu={name: round(s.bleu, 2) for name, s in scores.items()},
        chrf={name: round(s.chrf, 2) for name, s in scores.items()},
        bleu_by_length={name: _bleu_of(rows, last, test_set) for name, rows in groups.items()},
        sentences_by_length={name: len(rows) for name, rows in groups.items()},
        signatures=(scores["beam 5"].bleu_signature, scores["beam 5"].chrf_signature),
    )


def _translate(translator: Translator, test_set: TestSet, beam_size: int) -> list[str]:
    """Every source as one sequence."""
    _, target = split_direction(test_set.direction)
    options = DecodeOptions(beam_size=beam_size)
    answers = translator.translate(test_set.sources, target=target, options=options, text_options=AS_LINES)
    return [answer.text for answer in answers]


def by_length(sources: Sequence[str]) -> dict[str, list[int]]:
    """Label of each of `LENGTHS` that occurs -> indices of its sources."""
    groups: dict[str, list[int]] = {}
    for low, high in LENGTHS:
        label = f"{low}–{high}" if high < 1000 else f"{low}+"
        if rows := [i for i, text in enumerate(sources) if low <= len(text.split()) <= high]:
            groups[label] = rows
    return groups


def _bleu_of(rows: Sequence[int], texts: Sequence[str], test_set: TestSet) -> float:
    references = [test_set.references[i] for i in rows]
    return round(score_texts(test_set.direction, [texts[i] for i in rows], references).bleu, 2)
