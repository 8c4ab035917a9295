"""The encoder graph: runs once for a batch of sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np
import onnx

from traverba.contract import ENCODER
from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.attention import memory_keys
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.graphs.cells import fused_layer
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.model.attention import PADDING_BIAS
from traverba_export.model.cells import Cell
from traverba_export.model.encoder import Encoder


def build_encoder(model: EncoderDecoder, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.ENCODER` with this model's weights."""
    b, config = GraphBuilder(ENCODER), model.config
    table = "target_embedding" if config.tie_embeddings == "all" else "source_embedding"
    steps = b.op("Transpose", "src_ids", perm=[1, 0])  # (S, B): the recurrent operators want time first
    embedded = arithmetic.embed(b, table, steps, model.source_embedding.weight)
    hidden, finals = _layers(b, model.encoder, embedded)
    memory = b.op("Transpose", hidden, perm=[1, 0, 2])  # (B, S, M)
    b.output("memory", memory)
    b.output("memory_keys", memory_keys(b, arithmetic, model.decoder.attention, memory))
    b.output("memory_bias", _padding_bias(b))
    b.output("state", _initial_state(b, config, finals))
    return b.build(config)


def _layers(b: GraphBuilder, encoder: Encoder, x: str) -> tuple[str, list[str]]:
    """``x`` (S, B, E) -> the top layer's states (S, B, M) and every layer's final state (B, Ws)."""
    config = encoder.config
    hidden, final = _bottom(b, encoder, x)
    finals = [final]
    for layer, cell in enumerate(cast("Iterable[Cell]", encoder.upper), start=1):
        site = f"encoder.upper.{layer - 1}"
        states, last = fused_layer(b, site, config.cell, [cell], hidden, "src_lengths")
        output = b.op("Squeeze", states, b.constant([1]))  # (S, B, H)
        finals.append(b.concat([b.op("Squeeze", part, b.constant([0])) for part in last]))
        as_wide = layer > 1 or config.bottom_size == config.hidden_size
        residual = config.residual_from is not None and layer >= config.residual_from and as_wide
        hidden = b.op("Add", hidden, output) if residual else output
    return hidden, finals


def _bottom(b: GraphBuilder, encoder: Encoder, x: str) -> tuple[str, str]:
    """The bottom layer in one or two directions: states (S, B, bottom_size) and the final state (B, Ws)."""
    config = encoder.config
    cells = [cell for cell in (encoder.forward_cell, encoder.backward_cell) if cell is not None]
    states, last = fused_layer(b, "encoder.bottom", config.cell, cells, x, "src_lengths")
    ways = _directions(b, states, axis=1, count=len(cells))  # each (S, B, H)
    ends = [_directions(b, part, axis=0, count=len(cells)) for part in last]  # each (B, H)
    final = b.concat([_sum(b, parts) for parts in ends])
    return _sum(b, ways) if config.merge == "sum" else b.concat(ways), final


def _directions(b: GraphBuilder, value: str, axis: int, count: int) -> tuple[str, ...]:
    """The directions of a recurrent operator's output, one tensor each."""
    parts = (value,) if count == 1 else b.ops("Split", count, value, axis=axis)
    return tuple(b.op("Squeeze", part, b.constant([axis])) for part in parts)


def _sum(b: GraphBuilder, parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else b.op("Add", *parts)


def _padding_bias(b: GraphBuilder) -> str:
    """(B, S): 0 on tokens, `PADDING_BIAS` behind them."""
    length = b.op("Squeeze", b.dim("src_ids", 1), b.constant([0]))
    positions = b.op("Range", b.constant(0), length, b.constant(1))  # (S,)
    lengths = b.op("Unsqueeze", b.op("Cast", "src_lengths", to=onnx.TensorProto.INT64), b.constant([1]))
    padding = b.op("GreaterOrEqual", positions, lengths)
    return b.op("Where", padding, b.constant(PADDING_BIAS, np.float32), b.constant(0, np.float32))


def _initial_state(b: GraphBuilder, config: ModelConfig, finals: list[str]) -> str:
    """(B, W): zeros, or each decoder layer starts from the encoder layer of its height (or the top one)."""
    if config.bridge == "encoder_state":
        return b.concat([finals[min(layer, len(finals) - 1)] for layer in range(config.decoder_layers)])
    shape = b.op("Concat", b.dim("src_ids", 0), b.constant([config.state_size]), axis=0)
    return b.op("Expand", b.constant(0, np.float32), shape)
