"""What a batch costs a model: the loss that its update follows."""

from __future__ import annotations

import torch
from torch import Tensor

from traverba_export.model import Network
from traverba_export.recipe import TrainingOptions
from traverba_export.training.candidates import draw_candidates, sampled_output_loss
from traverba_export.training.feeding import Place
from traverba_export.training.loss import output_loss


def batch_loss(model: Network, place: Place, options: TrainingOptions, device: torch.device) -> Tensor:
    """Nats a target token."""
    src_ids, src_lengths, prev_ids, real, targets = (
        tensor.to(device, non_blocking=True)
        for tensor in (place.src_ids, place.src_lengths, place.prev_ids, place.real, place.targets)
    )
    narrow = torch.float16 if options.precision == "fp16" else torch.bfloat16
    with torch.autocast(device.type, narrow, enabled=options.precision != "fp32"):
        hidden = model.into(place.target)(src_ids, src_lengths, prev_ids).flatten(0, 1)  # (B * T, H)
        total = _output_loss(model, hidden.index_select(0, real), targets, options)
    return total / place.target_tokens


def _output_loss(model: Network, hidden: Tensor, targets: Tensor, options: TrainingOptions) -> Tensor:
    """Summed over the rows of ``hidden`` (N, H), against all tokens or a sample of them."""
    weight, bias, smoothing = model.output.weight, model.output.bias, options.label_smoothing
    if not options.sampled_vocabulary:
        return output_loss(hidden, weight, bias, targets, smoothing=smoothing)
    candidates = draw_candidates(targets, len(bias), options.sampled_vocabulary)
    return sampled_output_loss(hidden, weight, bias, targets, candidates, smoothing=smoothing)
