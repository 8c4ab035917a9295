"""The encoder graph: runs once for a batch of sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import numpy as np
import onnx

from traverba.contract import ENCODER
from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.attention import memory_keys
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.model.attention import PADDING_BIAS
from traverba_export.model.cells import Cell
from traverba_export.model.encoder import Encoder


def build_recurrent_encoder(model: EncoderDecoder, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.ENCODER` with this model's weights."""
    b = GraphBuilder()
    encoded = encode(b, arithmetic, model)
    b.output("memory", encoded.memory)
    b.output("memory_keys", memory_keys(b, arithmetic, model.decoder.attention, encoded.states))
    b.output("memory_bias", encoded.bias)
    b.output("state", encoded.state)
    return b.build(ENCODER, model.config)


@dataclass(frozen=True)
class Encoded:
    """What the encoder computes, before it takes the types and shapes of a contract."""

    states: str  # (B, S, memory_size): what the top layer says
    memory: str  # (B, S, M): the same, and beside it the words' own vectors in a lexical model
    bias: str  # (B, S)
    state: str  # (B, W)


def encode(b: GraphBuilder, arithmetic: Arithmetic, model: EncoderDecoder) -> Encoded:
    """All of it but the keys, from the graph's inputs."""
    config = model.config
    table = "target_embedding" if config.tie_embeddings == "all" else "source_embedding"
    steps = b.op("Transpose", "src_ids", perm=[1, 0])  # (S, B): the recurrent operators want time first
    embedded = arithmetic.embed(b, table, steps, model.source_embedding.weight, config.embedding_scale)
    hidden, finals = encoder_layers(b, arithmetic, model.encoder, embedded)
    states = memory = b.op("Transpose", hidden, perm=[1, 0, 2])
    if config.lexical:
        vectors = b.scaled(embedded, 1 / config.embedding_scale)  # as they are stored
        memory = b.concat([states, b.op("Transpose", vectors, perm=[1, 0, 2])])
    return Encoded(states, memory, _padding_bias(b), _initial_state(b, config, finals))


def encoder_layers(
    b: GraphBuilder, arithmetic: Arithmetic, encoder: Encoder, x: str
) -> tuple[str, list[str]]:
    """``x`` (S, B, E) -> the top layer's states (S, B, M) and every layer's final state (B, Ws)."""
    config = encoder.config
    hidden, final = _bottom(b, arithmetic, encoder, x)
    width, finals = config.bottom_size, [final]
    for layer, cell in enumerate(cast("Iterable[Cell]", encoder.upper), start=1):
        found = arithmetic.layer(b, f"encoder.upper.{layer - 1}", [cell], (hidden, width), "src_lengths")
        finals.append(found.final[0])
        residual = config.residual_from is not None and layer >= config.residual_from
        hidden = (
            b.op("Add", hidden, found.hidden[0])
            if residual and width == config.hidden_size
            else found.hidden[0]
        )
        width = config.hidden_size
    return hidden, finals


def _bottom(b: GraphBuilder, arithmetic: Arithmetic, encoder: Encoder, x: str) -> tuple[str, str]:
    """The bottom layer in one or two directions: states (S, B, bottom_size) and the final state (B, Ws)."""
    config = encoder.config
    directions = [cell for cell in (encoder.forward_cell, encoder.backward_cell) if cell is not None]
    found = arithmetic.layer(b, "encoder.bottom", directions, (x, config.embedding_width), "src_lengths")
    merged = _sum(b, found.hidden) if config.merge == "sum" else b.concat(found.hidden)
    return merged, _sum(b, found.final)


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
