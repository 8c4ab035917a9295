"""What a batch costs a model: the loss that its update follows."""

from __future__ import annotations

import torch
from torch import Tensor

from traverba_export.model import EncoderDecoder, Network
from traverba_export.recipe import Recipe, TrainingOptions
from traverba_export.training.candidates import draw_candidates, sampled_output_loss
from traverba_export.training.feeding import Place
from traverba_export.training.floats import products_in
from traverba_export.training.loss import output_loss
from traverba_export.training.refining.risk import contest_loss


def batch_loss(model: Network, place: Place, recipe: Recipe, device: torch.device) -> Tensor:
    """Nats a target token; of a contest the mean risk of its sentences."""
    place, options = place.to(device), recipe.training
    with products_in(options.precision, device.type):
        translator = model.into(place.target)
        if recipe.refining:
            assert isinstance(translator, EncoderDecoder)  # a recipe with another one is refused
            return contest_loss(translator, place, recipe.refining, options.sampled_vocabulary)
        hidden = translator(place.src_ids, place.src_lengths, place.prev_ids).flatten(0, 1)  # (B * T, H)
        total = _output_loss(model, hidden.index_select(0, place.real), place.targets, options)
    return total / place.target_tokens


def _output_loss(model: Network, hidden: Tensor, targets: Tensor, options: TrainingOptions) -> Tensor:
    """Summed over the rows of ``hidden`` (N, H), against all tokens or a sample of them."""
    weight, bias, smoothing = model.output.weight, model.output.bias, options.label_smoothing
    if not options.sampled_vocabulary:
        return output_loss(hidden, weight, bias, targets, smoothing=smoothing)
    candidates = draw_candidates(targets, len(bias), options.sampled_vocabulary)
    return sampled_output_loss(hidden, weight, bias, targets, candidates, smoothing=smoothing)
