"""Length and coverage penalty of a bundle's own search, chosen on dev.

Wu et al. 2016 (section 7, tables 2 and 3) choose both on dev, too: what suits depends on how sure a
model is of itself. The judge is BLEU and chrF together, since BLEU alone minds a word left out less.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import fmean

from traverba import Translator, load_translator
from traverba_export.bundling import update_manifest
from traverba_export.quality.metrics import score_texts
from traverba_export.recipe import split_direction
from traverba_export.training.preparation import DevSet

log = logging.getLogger(__name__)

LENGTH_PENALTIES = (0.6, 0.8, 1.0, 1.4)
COVERAGE_PENALTIES = (0.0, 0.1, 0.2)
SENTENCES = 500
"""Of every direction: half a point of BLEU in the mean of several directions is more than noise."""


@dataclass(frozen=True)
class Trial:
    """One setting: figures of the bundle's default search otherwise, the mean over its directions."""

    length_penalty: float
    coverage_penalty: float
    bleu: float
    chrf: float

    @property
    def merit(self) -> float:
        return self.bleu + self.chrf

    def __str__(self) -> str:
        return (
            f"length penalty {self.length_penalty:g}, coverage penalty {self.coverage_penalty:g}: "
            f"BLEU {self.bleu:.2f}, chrF {self.chrf:.2f}"
        )


def tune_search(folder: Path, dev: Sequence[DevSet]) -> list[Trial]:
    """Every trial, the best first, whose penalties become the defaults in the bundle's manifest."""
    with load_translator(folder) as translator:
        settings = product(LENGTH_PENALTIES, COVERAGE_PENALTIES)
        trials = [_try(translator, dev, *setting) for setting in settings]
    best, *others = sorted(trials, key=lambda trial: -trial.merit)
    chosen = {"length_penalty": best.length_penalty, "coverage_penalty": best.coverage_penalty}
    update_manifest(folder, lambda m: dataclasses.replace(m, decoding={**m.decoding, **chosen}))
    return [best, *others]


def _try(translator: Translator, dev: Sequence[DevSet], length: float, coverage: float) -> Trial:
    options = dataclasses.replace(
        translator.options, length_penalty=length, coverage_penalty=coverage, num_hypotheses=1
    )
    scores = []
    for each in dev:
        source, target = split_direction(each.direction)
        found = translator.translate(each.sources, source=source, target=target, options=options)
        scores.append(score_texts(each.direction, [answer.text for answer in found], each.references))
    bleu, chrf = fmean(score.bleu for score in scores), fmean(score.chrf for score in scores)
    trial = Trial(length, coverage, round(bleu, 2), round(chrf, 2))
    log.info("%s", trial)
    return trial
