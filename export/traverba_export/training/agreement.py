"""Two passes over a batch, which dropout makes different, and a loss that asks them to say the same.

Liang et al. 2021 (R-Drop, arXiv 2106.14448, section 2): beside the cross-entropy of both, the divergence
of their two distributions, in both directions. It is for little text, which a network learns by heart.
As in `loss`, rows are taken in chunks and nothing of size N * V is stored.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from traverba_export.training.loss import CHUNK_ROWS, compute_type

Logits = Tensor
"""(R, V), float32"""


class _AgreeingLoss(torch.autograd.Function):
    """Forward computes loss and gradients together; backward only scales them."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        smoothing: float,
        agreement: float,
    ) -> Tensor:
        compute = compute_type(hidden, weight)
        narrow = weight.to(compute)
        grad_hidden, grad_weight, grad_bias = map(torch.zeros_like, (hidden, weight, bias))
        loss = hidden.new_zeros((), dtype=torch.float32)
        with torch.autocast(hidden.device.type, enabled=False):  # what is narrow is said here
            count = CHUNK_ROWS.get(hidden.device.type, hidden.shape[1])
            for start in range(0, hidden.shape[1], count):
                rows = slice(start, start + count)
                chunks = hidden[:, rows].to(compute)
                one, two = ((chunk @ narrow.T).float().add_(bias) for chunk in chunks)
                part, *grads = _loss_and_gradients(one, two, targets[rows], smoothing, agreement)
                loss += part
                for which, (chunk, grad) in enumerate(zip(chunks, grads, strict=True)):
                    narrow_grad = grad.to(compute)
                    grad_hidden[which, rows] = (narrow_grad @ narrow).to(hidden.dtype)
                    grad_weight += narrow_grad.T @ chunk
                    grad_bias += grad.sum(0)
        ctx.save_for_backward(grad_hidden, grad_weight, grad_bias)
        return loss

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        grad_hidden, grad_weight, grad_bias = ctx.saved_tensors
        scale = grads[0]
        return grad_hidden * scale, grad_weight * scale, grad_bias * scale, None, None, None


def _loss_and_gradients(
    one: Logits, two: Logits, targets: Tensor, smoothing: float, agreement: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Summed over rows, ``targets`` (R,), and the gradients of both (R, V).

    A row's loss is the mean of both smoothed cross-entropies and ``agreement`` / 4 times
    sum (p - q) (log p - log q): the paper's loss, halved, with its alpha.
    """
    p, q = one.softmax(1), two.softmax(1)
    ratio = _log_normalised(one, p) - _log_normalised(two, q)  # log p - log q
    apart = p - q
    weight = agreement / 4
    loss = weight * (apart * ratio).sum()
    forth, back = (p * ratio).sum(1, keepdim=True), -(q * ratio).sum(1, keepdim=True)
    grad_one = weight * (p * (ratio - forth) + apart)
    grad_two = weight * (q * (-ratio - back) - apart)
    for logits, probabilities, grad in ((one, p, grad_one), (two, q, grad_two)):
        log_probs = _log_normalised(logits, probabilities)
        gold = log_probs.gather(1, targets[:, None]).sum()
        loss = loss - 0.5 * ((1 - smoothing) * gold + smoothing * log_probs.mean(1).sum())
        grad.add_(probabilities, alpha=0.5).sub_(0.5 * smoothing / logits.shape[1])
        grad.scatter_add_(1, targets[:, None], grad.new_full((len(targets), 1), 0.5 * (smoothing - 1)))
    return loss, grad_one, grad_two


def _log_normalised(logits: Logits, probabilities: Tensor) -> Tensor:
    """Read off the softmax, as in `loss`: the largest probability never underflows."""
    peak, where = logits.max(dim=1, keepdim=True)
    return logits - (peak - probabilities.gather(1, where).log())


def agreeing_loss(
    hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, *, smoothing: float, agreement: float
) -> Tensor:
    """Loss summed over N rows of two passes: ``hidden`` (2, N, H), ``targets`` (N,).

    ``weight`` (V, H) and ``bias`` (V,) are the output layer's.
    """
    loss: Tensor = _AgreeingLoss.apply(hidden, weight, bias, targets, smoothing, agreement)  # type: ignore[no-untyped-call]
    return loss
