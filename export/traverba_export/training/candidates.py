"""A sample of the vocabulary in place of all of it in the output layer's loss (Jean et al. 2015, section 3).

The words of a batch compete with each other and with a few of the words that it does not have,
drawn anew in each step; each of these stands for all that were not drawn. On a CPU the output
layer is a third of a training step, so most of that third is saved.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from traverba_export.training.loss import output_loss

FEWEST_DRAWN = 4
"""At least one in so many candidates is drawn, however many tokens a batch has itself."""


@dataclass(frozen=True)
class Candidates:
    """Tokens that compete in one step."""

    ids: Tensor
    """(C,) in the vocabulary: first those of the batch in rising order, then the drawn ones."""
    weights: Tensor
    """(C,) how many tokens each stands for: 1 for those of the batch."""
    own: int
    """How many are of the batch."""

    @property
    def raised(self) -> Tensor:
        """(C,) by how much their logits grow, so that a softmax's denominator is right on average."""
        return self.weights.log()

    def rows_of(self, weight: Tensor, bias: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of (V, H) and (V,) what they need, (C, H) and (C,), and where ``targets`` (N,) are among them."""
        where = torch.searchsorted(self.ids[: self.own], targets)
        return weight.index_select(0, self.ids), bias.index_select(0, self.ids) + self.raised, where


def draw_candidates(targets: Tensor, vocab_size: int, size: int) -> Candidates:
    """About ``size`` tokens: all of ``targets`` (N,), and others with equal probability."""
    own = torch.unique(targets)
    other = torch.ones(vocab_size, dtype=torch.bool, device=targets.device)
    other[own] = False
    rest = other.nonzero()[:, 0]
    count = min(max(size - len(own), size // FEWEST_DRAWN), len(rest))
    drawn = rest[torch.randperm(len(rest), device=rest.device)[:count]]
    weights = torch.ones(len(own) + count, device=targets.device)
    weights[len(own) :] = len(rest) / max(1, count)
    return Candidates(torch.cat((own, drawn)), weights, len(own))


def sampled_output_loss(
    hidden: Tensor,
    weight: Tensor,
    bias: Tensor,
    targets: Tensor,
    candidates: Candidates,
    *,
    smoothing: float = 0.0,
) -> Tensor:
    """`output_loss` of ``hidden`` (N, H) over (V, H) and (V,), estimated from ``candidates``.

    A drawn token's logit grows by the logarithm of what it stands for, which makes the sum in the
    softmax's denominator right on average; label smoothing is spread by the same weights.
    """
    spread = candidates.weights / len(bias)
    rows = candidates.rows_of(weight, bias, targets)
    loss = output_loss(hidden, *rows, smoothing=smoothing, spread=spread)
    return loss + smoothing * len(targets) * (spread * candidates.raised).sum()  # as the logits were


def token_log_probs(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, size: int) -> Tensor:
    """(N,) log P of ``targets`` (N,) after ``hidden`` (N, H), over (V, H) and (V,).

    Against about ``size`` tokens, as in `sampled_output_loss`; 0: all.
    """
    if size:
        weight, bias, targets = draw_candidates(targets, len(bias), size).rows_of(weight, bias, targets)
    logits = (hidden @ weight.T).float() + bias  # (N, C)
    return logits.gather(1, targets[:, None])[:, 0] - logits.logsumexp(dim=1)
