"""Label-smoothed cross-entropy of the output layer, without ever holding all logits.

On a CPU the output layer costs as much as all recurrent layers together, most of it in passes
over an (N, V) array that does not fit the cache. Here rows are taken in small chunks; each
chunk's logits become its gradient at once, so nothing of size N * V is stored.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

CHUNK_ROWS = {"cpu": 256, "cuda": 16_384}
"""Rows at a time: 256 * 8,000 float32 logits are 8 MB, about one core's share of the cache; a GPU wants
few large operations, and has room for a gigabyte."""


class _OutputLoss(torch.autograd.Function):
    """Forward computes loss and gradients together; backward only scales them."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        smoothing: float,
        spread: Tensor,
    ) -> Tensor:
        compute = torch.get_autocast_dtype(hidden.device.type) if _autocasting(hidden) else weight.dtype
        narrow = weight.to(compute)
        grad_hidden = torch.empty_like(hidden)
        grad_weight = torch.zeros_like(weight)
        grad_bias = torch.zeros_like(bias)
        loss = hidden.new_zeros((), dtype=torch.float32)
        with torch.autocast(hidden.device.type, enabled=False):  # what is narrow is said here
            count = CHUNK_ROWS.get(hidden.device.type, hidden.shape[0])
            for start in range(0, hidden.shape[0], count):
                rows = slice(start, start + count)
                chunk = hidden[rows].to(compute)
                logits = (chunk @ narrow.T).float().add_(bias)  # (R, V)
                chunk_loss, grad = _smoothed_loss_and_gradient(logits, targets[rows], smoothing, spread)
                loss += chunk_loss
                narrow_grad = grad.to(compute)
                grad_hidden[rows] = (narrow_grad @ narrow).to(hidden.dtype)
                grad_weight += narrow_grad.T @ chunk
                grad_bias += grad.sum(0)
        ctx.save_for_backward(grad_hidden, grad_weight, grad_bias)
        return loss

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        grad_hidden, grad_weight, grad_bias = ctx.saved_tensors
        scale = grads[0]
        return grad_hidden * scale, grad_weight * scale, grad_bias * scale, None, None, None


def _autocasting(tensor: Tensor) -> bool:
    return torch.is_autocast_enabled(tensor.device.type)


def _smoothed_loss_and_gradient(
    logits: Tensor, targets: Tensor, smoothing: float, spread: Tensor
) -> tuple[Tensor, Tensor]:
    """``logits`` (R, V) -> loss summed over rows, gradient (R, V).

    The normaliser is read off the softmax: torch's CPU logsumexp and exp take five times as long.
    """
    gold = logits.gather(1, targets[:, None])[:, 0]
    peak, where = logits.max(dim=1)
    mean = logits @ spread
    grad = torch.softmax(logits, dim=1)
    normaliser = peak - grad.gather(1, where[:, None])[:, 0].log()  # the largest probability never underflows
    loss = normaliser.sum() - (1 - smoothing) * gold.sum() - smoothing * mean.sum()
    if smoothing:
        grad.sub_(smoothing * spread)
    grad.scatter_add_(1, targets[:, None], grad.new_full((targets.shape[0], 1), smoothing - 1))
    return loss, grad


def output_loss(
    hidden: Tensor,
    weight: Tensor,
    bias: Tensor,
    targets: Tensor,
    *,
    smoothing: float = 0.0,
    spread: Tensor | None = None,
) -> Tensor:
    """Loss summed over N rows: ``hidden`` (N, H), ``weight`` (V, H), ``bias`` (V,), ``targets`` (N,).

    Label smoothing spreads its mass by the shares ``spread`` (V,), evenly unless told otherwise
    (Szegedy et al. 2016). Under autocast the three products run in the narrow type, everything
    else in float32.
    """
    if spread is None:
        spread = torch.full_like(bias, 1 / len(bias), dtype=torch.float32, requires_grad=False)
    loss: Tensor = _OutputLoss.apply(hidden, weight, bias, targets, smoothing, spread)  # type: ignore[no-untyped-call]
    return loss
