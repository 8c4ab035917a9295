"""The fp16 graphs, for a GPU: memory in the shapes a step needs, and a step without a shape to compute.

A shape that is computed is computed on the CPU, in the middle of a GPU's step. The contract's device
step therefore has the rows of a sentence on an axis of their own, (B, K), and everything that follows
from them keeps it; the only Reshape has a constant for a shape. The cells are spelled out, as in
`decoder_step`.
"""

from __future__ import annotations

import onnx

from traverba.contract import DEVICE_ENCODER, DEVICE_STEP
from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.attention import SITE, memory_keys
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.graphs.decoder_step import advance, candidates, output_table
from traverba_export.graphs.encoder import encode
from traverba_export.graphs.half import HalfArithmetic, HalfBuilder
from traverba_export.model import EncoderDecoder
from traverba_export.model.attention import Attention


def build_device_encoder(model: EncoderDecoder) -> onnx.ModelProto:
    """`traverba.contract.DEVICE_ENCODER` with this model's weights."""
    b, arithmetic = HalfBuilder(), HalfArithmetic()
    encoded = encode(b, arithmetic, model)
    keys = memory_keys(b, arithmetic, model.decoder.attention, encoded.states)
    b.output("memory", b.half(encoded.memory))
    b.output("memory_keys", b.op("Unsqueeze", b.half(keys), b.constant([1])))
    b.output("memory_bias", b.op("Unsqueeze", encoded.bias, b.constant([1])))
    b.output("state", encoded.state)
    return b.build(DEVICE_ENCODER, model.config)


def build_device_step(model: EncoderDecoder) -> onnx.ModelProto:
    """`traverba.contract.DEVICE_STEP` with this model's weights."""
    b, arithmetic = HalfBuilder(), HalfArithmetic()
    hidden, state, attention = advance(b, model, arithmetic, attend_on_device)
    b.output("next_state", b.op("Reshape", state, b.constant([-1, model.config.state_size])))
    b.output("attention", attention)
    part = (hidden, model.config.hidden_size)
    table = model.output.weight
    candidates(b, arithmetic.logits(b, output_table(model), part, table, model.output.bias))
    return b.build(DEVICE_STEP, model.config)


def attend_on_device(
    b: GraphBuilder, arithmetic: Arithmetic, attention: Attention, queries: str, width: int
) -> tuple[str, str]:
    """``queries`` (B, K, H) -> contexts (B, K, M) and weights (B, K, S), from the graph's memory inputs.

    No row of zeros is added, as `attend` does to get the CPU's same kernel for one row and for many: a
    GPU promises no equal bits anyway. The softmax is in float32, since the padding's bias is.
    """
    assert isinstance(b, HalfBuilder)
    scores = b.wide(_scores(b, attention, queries))
    weights = b.op("Softmax", b.op("Add", scores, "memory_bias"), axis=-1)
    return b.wide(b.op("MatMul", b.half(weights), "memory")), weights


def _scores(b: HalfBuilder, attention: Attention, queries: str) -> str:
    """(B, K, S) in float16."""
    if attention.kind != "additive":
        keys = b.op("Squeeze", "memory_keys", b.constant([1]))  # (B, S, A)
        return b.op("MatMul", b.half(queries), b.op("Transpose", keys, perm=[0, 2, 1]))
    projected = b.op("MatMul", b.half(queries), b.weight(f"{SITE}.query.weight", attention.query.weight.T))
    apart = b.op("Unsqueeze", projected, b.constant([2]))  # (B, K, 1, A)
    mixed = b.op("Tanh", b.op("Add", apart, "memory_keys"))  # (B, K, S, A)
    vector = b.stored(f"{SITE}.score_vector.half", attention.score_vector()[:, None])  # (A, 1)
    return b.op("Squeeze", b.op("MatMul", mixed, vector), b.constant([3]))
