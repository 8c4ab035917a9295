"""Dev quality with sacreBLEU: BLEU and chrF of greedy translations, with their signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from sacrebleu import BLEU, CHRF

from traverba_export.model import EncoderDecoder
from traverba_export.recipe import split_direction
from traverba_export.subwords import Subwords
from traverba_export.training.generation import translate_greedily
from traverba_export.training.preparation import DevSet


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


def evaluate(
    model: EncoderDecoder, subwords: Subwords, dev: Sequence[DevSet], precision: str
) -> list[Scores]:
    """Greedy scores on every dev set; the model's training mode is put back afterwards."""
    was_training = model.training
    model.eval()
    device = model.output.weight.device.type
    with torch.autocast(device, torch.bfloat16, enabled=precision != "fp32"):
        scores = [
            score_texts(
                d.direction,
                translate_greedily(model, subwords, d.sources, split_direction(d.direction)[1]),
                d.references,
            )
            for d in dev
        ]
    model.train(was_training)
    return scores
