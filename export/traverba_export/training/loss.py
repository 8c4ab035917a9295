"""Label-smoothed cross-entropy of the output layer, without ever holding all logits.

On a CPU the output layer costs as much as all recurrent layers together, most of it in passes
over an (N, V) array that does not fit the cache. Here rows are taken in small chunks; each
chunk's logits become its gradient at once, so nothing of size N * V is stored.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from traverba_export.model.kernels import call, kernels

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
                logits = chunk @ narrow.T  # (R, V)
                chunk_loss, grad = _loss_and_gradient(
                    logits, bias, targets[rows], smoothing, spread, grad_bias
                )
                loss += chunk_loss
                grad_hidden[rows] = (grad @ narrow).to(hidden.dtype)
                grad_weight += grad.T @ chunk
        ctx.save_for_backward(grad_hidden, grad_weight, grad_bias)
        return loss

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        grad_hidden, grad_weight, grad_bias = ctx.saved_tensors
        scale = grads[0]
        return grad_hidden * scale, grad_weight * scale, grad_bias * scale, None, None, None


def _autocasting(tensor: Tensor) -> bool:
    return torch.is_autocast_enabled(tensor.device.type)


def _loss_and_gradient(
    logits: Tensor, bias: Tensor, targets: Tensor, smoothing: float, spread: Tensor, grad_bias: Tensor
) -> tuple[Tensor | float, Tensor]:
    """``logits`` (R, V) without their ``bias`` (V,) -> loss summed over rows, gradient (R, V).

    What is the gradient of the bias is added to ``grad_bias`` (V,).
    """
    tensors = (logits, bias, targets, spread, grad_bias)
    if logits.dtype == torch.bfloat16 and (library := kernels(*tensors)):
        grad, buffer = torch.empty_like(logits), torch.empty_like(bias)
        arguments = (bias, targets, spread, smoothing, buffer, grad, grad_bias, *logits.shape)
        return call(library, "smoothed_loss", logits, *arguments), grad
    loss, wide_grad = _smoothed_loss_and_gradient(logits.float().add_(bias), targets, smoothing, spread)
    grad_bias += wide_grad.sum(0)
    return loss, wide_grad.to(logits.dtype)


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
