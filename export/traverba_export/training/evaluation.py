"""Dev quality with sacreBLEU: BLEU and chrF of greedy translations, with their signatures."""

from __future__ import annotations

from collections.abc import Sequence

from traverba_export.model import TranslationModel
from traverba_export.quality.metrics import Scores, score_texts
from traverba_export.recipe import split_direction
from traverba_export.subwords import Subwords
from traverba_export.training.floats import products_in
from traverba_export.training.generation import translate_greedily
from traverba_export.training.preparation import DevSet


def evaluate(
    model: TranslationModel, subwords: Subwords, dev: Sequence[DevSet], precision: str
) -> list[Scores]:
    """Greedy scores on every dev set; the model's training mode is put back afterwards."""
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device.type
    with products_in("fp32" if precision == "fp32" else "bf16", device):
        scores = [score_texts(d.direction, _translations(model, subwords, d), d.references) for d in dev]
    model.train(was_training)
    return scores


def _translations(model: TranslationModel, subwords: Subwords, dev: DevSet) -> list[str]:
    _, target = split_direction(dev.direction)
    return translate_greedily(model.into(target), subwords, dev.sources, target)


__all__ = ["Scores", "evaluate"]
