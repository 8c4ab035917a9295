"""The expected risk of a contest: what an update follows in place of one reference's likelihood."""

from __future__ import annotations

import torch
from torch import Tensor

from traverba_export.model import EncoderDecoder
from traverba_export.recipe import Refining
from traverba_export.training.candidates import token_log_probs
from traverba_export.training.feeding import Place
from traverba_export.training.refining.contests import REFERENCE


def contest_loss(model: EncoderDecoder, place: Place, options: Refining, sampled_vocabulary: int) -> Tensor:
    """The mean of `objective` over a batch's sentences; a source is read once for all that is said of it."""
    assert place.contest is not None
    sentence, slot, rewards = place.contest
    memory, state = model.encode(place.src_ids, place.src_lengths)
    hidden, *_ = model.decode(place.prev_ids, state[sentence], memory.select(sentence))  # (R, T, H)
    log_probs = token_log_probs(
        hidden.flatten(0, 1).index_select(0, place.real),
        model.output.weight,
        model.output.bias,
        place.targets,
        sampled_vocabulary,
    )
    row = place.real // place.prev_ids.shape[1]  # (N,)
    zeros = torch.zeros(len(slot), device=slot.device)
    totals, lengths = zeros.index_add(0, row, log_probs), zeros.index_add(0, row, torch.ones_like(log_probs))
    table = torch.full((2, len(rewards), 1 + rewards.shape[1]), -torch.inf, device=slot.device)
    table[0, sentence, slot], table[1, sentence, slot] = totals, lengths
    return objective(table[0], table[1], rewards, options).mean()


def objective(log_probs: Tensor, lengths: Tensor, rewards: Tensor, options: Refining) -> Tensor:
    """(S,) from ``log_probs`` and ``lengths`` (S, 1 + K), the reference first, and ``rewards`` (S, K).

    The rivals share a probability of 1 by a softmax over their scores as a beam compares them, length
    penalty included (Wu et al. 2016, equation 14), times ``options.sharpness``: Shen et al. 2016, equation
    11, whose alpha it is. To 1 less the expected reward comes ``options.likelihood`` times the reference's
    loss (Wu et al. 2016, equation 9). -inf stands where a sentence has fewer rivals.
    """
    rivals = log_probs[:, REFERENCE + 1 :]
    real = rivals > -torch.inf
    penalties = ((5 + lengths[:, REFERENCE + 1 :]) / 6) ** options.length_penalty
    scores = (rivals / penalties.where(real, 1)).masked_fill(~real, -torch.inf)
    share = torch.softmax(options.sharpness * scores, dim=1)
    return 1 - (share * rewards).sum(dim=1) - options.likelihood * log_probs[:, REFERENCE]
