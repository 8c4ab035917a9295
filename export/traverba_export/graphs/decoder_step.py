"""The decoder step: every row one token further. Beam reorder, softmax and top-k happen inside.

The recurrent cells are spelled out as matrix products: those can be quantised, and captured by
CUDA graphs, which the fused operators cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import numpy as np
import onnx
import torch

from traverba.contract import DECODER_STEP
from traverba_export.graphs.arithmetic import Arithmetic, Part
from traverba_export.graphs.attention import attend
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.graphs.cells import State, gated_state, next_state, recurrent_bias
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.model.attention import Attention
from traverba_export.model.cells import Cell, GruCell
from traverba_export.model.decoder import Decoder

Attend = Callable[[GraphBuilder, Arithmetic, Attention, str, int], tuple[str, str]]
"""`traverba_export.graphs.attention.attend`, or another way to the same numbers."""


def build_recurrent_step(model: EncoderDecoder, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.DECODER_STEP` with this model's weights."""
    b = GraphBuilder()
    hidden = recurrent_layers(b, model, arithmetic)
    logits = arithmetic.logits(b, output_table(model), hidden, model.output.weight, model.output.bias)
    candidates(b, logits)
    return b.build(DECODER_STEP, model.config)


def output_table(model: EncoderDecoder) -> str:
    """The output matrix as an initialiser: the embedding, if they are one."""
    return "output.weight" if model.config.tie_embeddings == "none" else "target_embedding"


def recurrent_layers(
    b: GraphBuilder, model: EncoderDecoder, arithmetic: Arithmetic, attend: Attend = attend
) -> Part:
    """All but the output layer: from the graph's inputs to the top layer's output (N, H)."""
    hidden, state, attention = advance(b, model, arithmetic, attend)
    b.output("next_state", state)
    b.output("attention", attention)
    return hidden, model.config.hidden_size


def advance(
    b: GraphBuilder, model: EncoderDecoder, arithmetic: Arithmetic, attend: Attend
) -> tuple[str, str, str]:
    """The top layer's output (N, H), the new packed state (N, W) and the attention weights."""
    config = model.config
    states = _layer_states(b, config)
    table, scale = model.target_embedding.weight, config.embedding_scale
    embedded = arithmetic.embed(b, "target_embedding", "prev_ids", table, scale)
    hidden, states, attention = _layers(b, arithmetic, model.decoder, embedded, states, attend)
    return hidden, b.concat([part for state in states for part in state]), attention


def _layer_states(b: GraphBuilder, config: ModelConfig) -> list[State]:
    """The rows that continue, unpacked: beams are reordered here, by `parents`."""
    rows = b.op("Gather", "state", "parents", axis=0)  # (N, W)
    parts = config.layer_state_size // config.hidden_size
    flat = b.split(rows, [config.hidden_size] * (parts * config.decoder_layers))
    return [flat[start : start + parts] for start in range(0, len(flat), parts)]


def _layers(
    b: GraphBuilder,
    arithmetic: Arithmetic,
    decoder: Decoder,
    embedded: str,
    states: list[State],
    attend: Attend,
) -> tuple[str, list[State], str]:
    """``embedded`` (N, E) -> the top layer's output (N, H), new states, attention weights (N, S)."""
    config = decoder.config
    context, words, weights = list[Part](), list[Part](), ""
    if decoder.attention is None:
        weights = _no_attention(b)
    elif config.attention_query == "previous":
        context, words, weights = _attended(b, arithmetic, decoder, states[0][0], attend)
    inputs = [(embedded, config.embedding_width), *context]
    new = [_step(b, arithmetic, "decoder.bottom", decoder.bottom, inputs, states[0])]
    hidden = new[0][0]
    if decoder.attention is not None and config.attention_query == "current":
        context, words, weights = _attended(b, arithmetic, decoder, hidden, attend)
    for layer, cell in enumerate(cast("Iterable[Cell]", decoder.upper), start=1):
        inputs = [(hidden, config.hidden_size), *context]
        new.append(_step(b, arithmetic, f"decoder.upper.{layer - 1}", cell, inputs, states[layer]))
        residual = config.residual_from is not None and layer >= config.residual_from
        hidden = b.op("Add", hidden, new[-1][0]) if residual else new[-1][0]
    if decoder.lexical is not None:
        way = arithmetic.linear(b, "decoder.lexical", words, decoder.lexical.weight, None)
        hidden = b.op("Add", hidden, way)
    return hidden, new, weights


def _attended(
    b: GraphBuilder, arithmetic: Arithmetic, decoder: Decoder, queries: str, attend: Attend
) -> tuple[list[Part], list[Part], str]:
    """For ``queries`` (N, H): context, the words' own vectors if a lexical way reads them, weights (N, S)."""
    assert decoder.attention is not None
    sizes = decoder.config.value_parts
    found, weights = attend(b, arithmetic, decoder.attention, queries, sum(sizes))
    context, *words = zip(b.split(found, sizes), sizes, strict=True)
    return [context], words, weights


def _step(
    b: GraphBuilder, arithmetic: Arithmetic, site: str, cell: Cell, inputs: list[Part], state: State
) -> State:
    """One layer, one token further: ``inputs`` side by side (N, I) and ``state`` to the new state.

    Where gates are a plain sum, input and hidden state share one product.
    """
    hidden = (state[0], cell.hidden_size)
    if isinstance(cell, GruCell):
        projected = arithmetic.linear(b, f"{site}.input", inputs, cell.input.weight, cell.input.bias)
        weight, bias = cell.recurrent.weight, recurrent_bias(cell)
        recurrent = arithmetic.linear(b, f"{site}.recurrent", [hidden], weight, bias)
        return next_state(b, cell, projected, recurrent, state)
    weight = torch.cat((cell.input.weight, cell.recurrent.weight), dim=1)  # (G*H, I+H)
    gates = arithmetic.linear(b, site, [*inputs, hidden], weight, cell.input.bias)
    return gated_state(b, cell, gates, state)


def _no_attention(b: GraphBuilder) -> str:
    """(N, S) of zeros."""
    shape = b.op("Concat", b.dim("prev_ids", 0), b.dim("memory_bias", 1), axis=0)
    return b.op("Expand", b.constant(0, np.float32), shape)


def candidates(b: GraphBuilder, logits: str) -> None:
    """``logits`` (N, V) -> the distribution, and the best few of it chosen by their logits."""
    log_probs, ids = best_few(b, logits)
    b.output("top_ids", ids)
    b.output("log_probs", log_probs)


def best_few(b: GraphBuilder, logits: str) -> tuple[str, str]:
    """``logits`` (N, L) -> the distribution (N, L), and the columns (N, C) of its `top_k` best.

    The whole log-softmax is no waste: onnxruntime computes it ten times faster than a ReduceLogSumExp.
    """
    log_probs = b.op("LogSoftmax", logits, axis=-1)
    _, ids = b.ops("TopK", 2, logits, "top_k", axis=-1, largest=1, sorted=1)
    b.output("top_log_probs", b.op("GatherElements", log_probs, ids, axis=-1))
    return log_probs, ids
