"""Additive attention scores with their derivative written out: for training.

The tanh of every query plus every key is B * T * S * A values, a hundred times as many as there are
queries. Autograd stores that array and passes over it a dozen times in memory; here a few rows at a
time are made, read while they are in the cache, thrown away, and made again for the derivative.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from traverba_export.model.kernels import call, kernels

CHUNK_VALUES = 2**18
"""Values at a time on a CPU: 1 MB of float32, about one core's own cache."""


class _AdditiveScores(torch.autograd.Function):
    """tanh(x) is 2 sigmoid(2x) - 1 throughout: torch's CPU kernel of the latter is ten times as fast.

    Everything is float32, whatever autocast says; a double stays double.
    """

    @staticmethod
    def forward(ctx: Any, queries: Tensor, keys: Tensor, vector: Tensor) -> Tensor:
        wide = torch.promote_types(queries.dtype, torch.float32)
        queries, keys, vector = (each.to(wide).contiguous() for each in (queries, keys, vector))
        scores = queries.new_empty(*queries.shape[:2], keys.shape[1])
        ctx.save_for_backward(queries, keys, vector)
        if library := kernels(queries, keys, vector):
            call(library, "additive_scores", queries, keys, vector, scores, *scores.shape, len(vector))
            return scores
        with torch.autocast(queries.device.type, enabled=False):
            for rows, sigmoids in _sigmoids(2 * queries, 2 * keys):
                torch.matmul(sigmoids, vector, out=scores[rows])
        return scores.mul_(2).sub_(vector.sum())

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        queries, keys, vector = ctx.saved_tensors
        grad_scores = grads[0].to(vector.dtype).contiguous()
        found = grad_queries, grad_keys, grad_vector = [torch.zeros_like(each) for each in ctx.saved_tensors]
        if library := kernels(queries, keys, vector, grad_scores):
            sizes = (*grad_scores.shape, len(vector))
            call(library, "additive_slopes", queries, keys, vector, grad_scores, *found, *sizes)
            return grad_queries, grad_keys, grad_vector
        for rows, sigmoids in _sigmoids(2 * queries, 2 * keys):
            grad = grad_scores[rows]
            grad_vector += grad.flatten() @ sigmoids.flatten(0, 2)
            slopes = torch.ops.aten.sigmoid_backward(grad[..., None], sigmoids)  # (b, T, S, A)
            torch.sum(slopes, dim=2, out=grad_queries[rows])
            torch.sum(slopes, dim=1, out=grad_keys[rows])
        slope = 4 * vector  # tanh'(x) is 4 sigmoid'(2x), of which the loop has summed sigmoid'(2x)
        return grad_queries.mul_(slope), grad_keys.mul_(slope), 2 * grad_vector - grad_scores.sum()


def _sigmoids(queries: Tensor, keys: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Some rows b at a time, sigmoid(query + key) of each of their pairs: (b, T, S, A)."""
    values_of_a_row = queries.shape[1] * keys.shape[1] * keys.shape[2]
    count = max(1, CHUNK_VALUES // values_of_a_row) if queries.device.type == "cpu" else len(queries)
    for start in range(0, len(queries), count):
        rows = slice(start, start + count)
        yield rows, (queries[rows, :, None] + keys[rows, None]).sigmoid_()


def additive_scores(queries: Tensor, keys: Tensor, vector: Tensor) -> Tensor:
    """``vector`` . tanh(query + key): (B, T, A), (B, S, A), (A,) -> (B, T, S).

    Bahdanau et al. 2015, appendix A.1.2.
    """
    scores: Tensor = _AdditiveScores.apply(queries, keys, vector)  # type: ignore[no-untyped-call]
    return scores
