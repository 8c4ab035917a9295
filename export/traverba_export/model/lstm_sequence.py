"""An LSTM over a whole sequence, with its derivative written out: for training.

Autograd over single steps makes a hundred small operations a step, and as many gradients of the
recurrent matrix as there are steps. Here a step is a product and a few operations in place, and that
gradient is one product over all steps (backpropagation through time, Werbos 1990).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from traverba_export.model.kernels import call, kernels
from traverba_export.model.tanh import tanh_


class _LstmSequence(torch.autograd.Function):
    """Products run in the type of ``projected`` (narrow under autocast), memory and derivatives in float32.

    A double stays double. Gates as in `LstmCell`: input, output, forget, candidate.
    """

    @staticmethod
    def forward(
        ctx: Any, projected: Tensor, recurrent: Tensor, hidden: Tensor, memory: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        steps, rows, width = *projected.shape[:2], recurrent.shape[1]
        wide = torch.promote_types(projected.dtype, torch.float32)
        weight = recurrent.to(projected.dtype)
        gates = projected.new_empty(projected.shape, dtype=wide)
        read = projected.new_empty(steps, rows, width)  # what each step sees of the hidden state before it
        hiddens = projected.new_empty(steps, rows, width)
        memories = projected.new_empty(steps + 1, rows, width, dtype=wide)
        memories[0] = memory
        with torch.autocast(projected.device.type, enabled=False):
            for t in range(steps):
                read[t] = hidden if mask is None else hidden * mask
                sums = torch.addmm(projected[t], read[t], weight.t())
                hidden = _advance(sums, gates[t], memories[t], memories[t + 1], hiddens[t])
        ctx.save_for_backward(weight, gates, read, memories, mask)
        return hiddens, memories[1:]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        grad_hiddens, grad_memories = grads
        weight, gates, read, memories, mask = ctx.saved_tensors
        grad_projected = read.new_empty(gates.shape)
        grad_hidden, grad_memory = torch.zeros_like(memories[0]), torch.zeros_like(memories[0])
        for t in reversed(range(len(gates))):
            grad_hidden += grad_hiddens[t]
            grad_memory += grad_memories[t]
            _retreat(gates[t], memories[t], memories[t + 1], grad_hidden, grad_memory, grad_projected[t])
            grad_hidden = (grad_projected[t] @ weight).to(memories.dtype)
            if mask is not None:
                grad_hidden *= mask
        grad_recurrent = grad_projected.flatten(0, 1).t() @ read.flatten(0, 1)
        return grad_projected, grad_recurrent, grad_hidden, grad_memory, None


def _advance(sums: Tensor, gates: Tensor, memory: Tensor, new_memory: Tensor, new_hidden: Tensor) -> Tensor:
    """One step: ``sums`` (B, 4H) -> ``gates`` (B, 4H), ``new_memory`` and ``new_hidden`` (B, H)."""
    rows, width = memory.shape
    if sums.dtype == torch.bfloat16 and (library := kernels(sums, gates, memory)):
        call(library, "lstm_advance", sums, gates, memory, new_memory, new_hidden, rows, width)
        return new_hidden
    gates.copy_(sums)
    tanh_(gates[:, 3 * width :])
    gates[:, : 3 * width].sigmoid_()
    update, out, forget, candidate = gates.split(width, dim=1)
    torch.mul(forget, memory, out=new_memory)
    new_memory.addcmul_(update, candidate)
    return new_hidden.copy_(tanh_(new_memory.clone()).mul_(out))


def _retreat(
    gates: Tensor, memory: Tensor, after: Tensor, grad_hidden: Tensor, grad_memory: Tensor, slopes: Tensor
) -> None:
    """The derivative of one step: ``slopes`` (B, 4H) by ``sums``, ``grad_memory`` (B, H) by ``memory``."""
    rows, width = memory.shape
    if slopes.dtype == torch.bfloat16 and (library := kernels(gates, memory, grad_hidden, grad_memory)):
        known = (gates, memory, after, grad_hidden)
        call(library, "lstm_retreat", *known, grad_memory, slopes, rows, width)
        return
    update, out, forget, candidate = gates.split(width, dim=1)
    squashed = tanh_(after.clone())
    grad_memory += torch.ops.aten.tanh_backward(grad_hidden * out, squashed)
    sigmoids = (grad_memory * candidate, grad_hidden * squashed, grad_memory * memory)
    slopes[:, : 3 * width] = torch.ops.aten.sigmoid_backward(torch.cat(sigmoids, 1), gates[:, : 3 * width])
    slopes[:, 3 * width :] = torch.ops.aten.tanh_backward(grad_memory * update, candidate)
    grad_memory *= forget


def lstm_sequence(
    projected: Tensor, recurrent: Tensor, state: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """``projected`` (T, B, 4H), ``recurrent`` (4H, H), ``state`` (B, 2H) -> hidden, memory, each (T, B, H).

    ``mask`` (B, H) multiplies what a step sees of the hidden state before it. Time comes first, so
    that a step's rows lie together.
    """
    hidden, memory = state.chunk(2, dim=-1)
    hiddens, memories = _LstmSequence.apply(projected, recurrent, hidden, memory, mask)  # type: ignore[no-untyped-call]
    return hiddens, memories
