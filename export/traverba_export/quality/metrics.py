"""BLEU and chrF as sacreBLEU computes them, for dev sets while training and test sets afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sacrebleu import BLEU, CHRF


@dataclass(frozen=True)
class Scores:
    """Corpus scores of one direction; a signature says how each was computed."""

    direction: str
    bleu: float
    chrf: float
    bleu_signature: str
    chrf_signature: str


def score_texts(direction: str, hypotheses: Sequence[str], references: Sequence[str]) -> Scores:
    """sacreBLEU's defaults: cased, detokenised, 13a for BLEU; chrF2."""
    bleu, chrf = BLEU(), CHRF()
    bleu_score = bleu.corpus_score(list(hypotheses), [list(references)]).score
    chrf_score = chrf.corpus_score(list(hypotheses), [list(references)]).score
    return Scores(direction, bleu_score, chrf_score, str(bleu.get_signature()), str(chrf.get_signature()))
