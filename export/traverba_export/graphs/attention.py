"""Attention as operators. Memory belongs to sentences: queries are grouped, memory is never copied."""

from __future__ import annotations

import numpy as np

from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model.attention import Attention

SITE = "decoder.attention"


def memory_keys(b: GraphBuilder, arithmetic: Arithmetic, attention: Attention | None, memory: str) -> str:
    """``memory`` (B, S, M) -> keys (B, S, A); memory itself where scores need no projection."""
    if attention is None or attention.kind == "dot":
        return memory
    key = attention.key
    return arithmetic.linear(b, f"{SITE}.key", [(memory, key.in_features)], key.weight, key.bias)


def attend(
    b: GraphBuilder, arithmetic: Arithmetic, attention: Attention, queries: str, width: int
) -> tuple[str, str]:
    """``queries`` (N, H) -> contexts (N, M) and weights (N, S), from the graph's memory inputs."""
    grouped = _queries(b, arithmetic, attention, queries)  # (B, K, A)
    scores = _scores(b, attention, grouped)  # (B, K, S)
    bias = b.op("Unsqueeze", "memory_bias", b.constant([1]))  # (B, 1, S)
    weights = b.op("Softmax", b.op("Add", scores, bias), axis=-1)
    contexts = _rows_times(b, weights, "memory")  # (B, K, M)
    return b.op("Reshape", contexts, b.constant([-1, width])), b.op("Flatten", weights, axis=2)


def attend_grouped(
    b: GraphBuilder, arithmetic: Arithmetic, attention: Attention, queries: str, width: int
) -> tuple[str, str]:
    """The same from the inputs of `traverba.contract.narrow_step`, which come in the shapes they meet in.

    ``queries`` (N, H) -> contexts (N, M) and weights (B, K, S). Two dozen small operators cost a step
    as much as a layer, so what can be done once for a batch is not done here.
    """
    projected = _projected(b, arithmetic, attention, queries)
    grouped = b.op("Reshape", projected, "grouping")  # (B, K, 1, A)
    if attention.kind == "additive":
        scores = _additive_scores(b, attention, grouped, "memory_keys")
    else:
        keys = b.op("Squeeze", "memory_keys", b.constant([1]))
        rows = b.op("Squeeze", grouped, b.constant([2]))
        scores = b.op("MatMul", rows, b.op("Transpose", keys, perm=[0, 2, 1]))
    weights = b.op("Softmax", b.op("Add", scores, "memory_bias"), axis=-1)
    contexts = b.op("MatMul", weights, "memory")  # (B, K, M)
    return b.op("Reshape", contexts, b.constant([-1, width])), weights


def _queries(b: GraphBuilder, arithmetic: Arithmetic, attention: Attention, queries: str) -> str:
    """The N rows as (B, K, A): the rows of a sentence are contiguous."""
    projected = _projected(b, arithmetic, attention, queries)
    sentences = b.dim("memory_bias", 0)
    width = b.dim("memory_keys", 2)
    shape = b.op("Concat", sentences, b.constant([-1]), width, axis=0)
    return b.op("Reshape", projected, shape)


def _projected(b: GraphBuilder, arithmetic: Arithmetic, attention: Attention, queries: str) -> str:
    """``queries`` (N, H) -> (N, A)."""
    if attention.kind != "additive":
        return queries
    query = attention.query
    return arithmetic.linear(b, f"{SITE}.query", [(queries, query.in_features)], query.weight, None)


def _scores(b: GraphBuilder, attention: Attention, queries: str) -> str:
    """``queries`` (B, K, A) against every key -> (B, K, S)."""
    if attention.kind != "additive":
        return _rows_times(b, queries, b.op("Transpose", "memory_keys", perm=[0, 2, 1]))
    apart = b.op("Unsqueeze", queries, b.constant([2]))  # (B, K, 1, A)
    keys = b.op("Unsqueeze", "memory_keys", b.constant([1]))  # (B, 1, S, A)
    return _additive_scores(b, attention, apart, keys)


def _additive_scores(b: GraphBuilder, attention: Attention, queries: str, keys: str) -> str:
    """``queries`` (B, K, 1, A), ``keys`` (B, 1, S, A) -> (B, K, S)."""
    mixed = b.op("Tanh", b.op("Add", queries, keys))
    vector = attention.score_vector().detach().numpy().astype(np.float32)[:, None]  # (A, 1)
    scores = b.op("MatMul", mixed, b.initialiser(f"{SITE}.score_vector", vector))
    return b.op("Squeeze", scores, b.constant([3]))


def _rows_times(b: GraphBuilder, rows: str, matrix: str) -> str:
    """``rows`` (B, K, I) times ``matrix`` (B, I, O), by the same kernel for every K.

    onnxruntime multiplies a single row by another kernel, which rounds differently; a second row of
    zeros keeps it away from that, so that a beam of five gives each hypothesis what it gets alone.
    """
    padded = b.op("Pad", rows, b.constant([0, 0, 0, 0, 1, 0]))  # (B, K+1, I)
    ends = b.constant([0]), b.constant([-1]), b.constant([1])
    return b.op("Slice", b.op("MatMul", padded, matrix), *ends)
