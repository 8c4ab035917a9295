"""The rungs without generation as the same two graphs: memory first, then a pointer over it.

The operators of `traverba_export.model.pointer`. The step's state is the pointer's position, its
attention is all on that position, and what was said before (`prev_ids`) is not read.
"""

from __future__ import annotations

import numpy as np
import onnx
from torch import Tensor

from traverba.contract import DECODER_STEP, ENCODER
from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.graphs.decoder_step import candidates
from traverba_export.graphs.encoder import encoder_layers
from traverba_export.model import AlignedTranslator, Dictionary, ModelConfig
from traverba_export.model.attention import PADDING_BIAS
from traverba_export.model.pointer import IMPOSSIBLE, SILENT
from traverba_export.subwords import EOS


def build_aligned_encoder(model: AlignedTranslator, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.ENCODER`: the encoder's states, and which of them have something to say."""
    b, config = GraphBuilder(), model.config
    steps = b.op("Transpose", "src_ids", perm=[1, 0])  # (S, B)
    table = model.source_embedding.weight
    embedded = arithmetic.embed(b, "source_embedding", steps, table, config.embedding_scale)
    layers, _ = encoder_layers(b, arithmetic, model.encoder, embedded)
    hidden = b.op("Transpose", layers, perm=[1, 0, 2])  # (B, S, M)
    flat = b.op("Reshape", hidden, b.constant([-1, config.memory_size]))
    likeliest = b.op("ArgMax", _scores(b, arithmetic, model, flat), axis=-1, keepdims=0)  # (B * S,)
    silent = b.op("Equal", b.op("Reshape", likeliest, b.op("Shape", "src_ids")), b.constant(SILENT))
    _encoder_outputs(b, hidden, silent)
    return b.build(ENCODER, config)


def build_aligned_step(model: AlignedTranslator, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.DECODER_STEP`: the output layer on the state that the pointer has reached."""
    b, config = GraphBuilder(), model.config
    stop = _follow(b, config.memory_size + 1)
    hidden, ended = b.split(stop, (config.memory_size, 1))
    candidates(b, _with_end(b, config, _scores(b, arithmetic, model, hidden), ended))
    return b.build(DECODER_STEP, config)


def build_dictionary_encoder(model: Dictionary) -> onnx.ModelProto:
    """`traverba.contract.ENCODER`: every token's row of the table."""
    b, config = GraphBuilder(), model.config
    rows = b.op("Gather", b.initialiser("dictionary", _float32(model.table())), "src_ids")  # (B, S, 2C)
    first, _ = b.split(rows, (1, 2 * config.candidates - 1))
    silent = b.op("Equal", b.op("Squeeze", first, b.constant([2])), b.constant(SILENT, np.float32))  # (B, S)
    _encoder_outputs(b, rows, silent)
    return b.build(ENCODER, config)


def build_dictionary_step(model: Dictionary) -> onnx.ModelProto:
    """`traverba.contract.DECODER_STEP`: a row of the table, spread over the vocabulary."""
    b, config = GraphBuilder(), model.config
    count = config.candidates
    ids, log_probs, ended = b.split(_follow(b, 2 * count + 1), (count, count, 1))
    shape = b.op("Concat", b.dim(ids, 0), b.constant([config.vocab_size]), axis=0)
    empty = b.op("Expand", b.constant(IMPOSSIBLE, np.float32), shape)  # (N, V)
    places = b.op("Cast", ids, to=onnx.TensorProto.INT64)
    candidates(b, _with_end(b, config, b.op("ScatterElements", empty, places, log_probs, axis=1), ended))
    return b.build(DECODER_STEP, config)


def _scores(b: GraphBuilder, arithmetic: Arithmetic, model: AlignedTranslator, hidden: str) -> str:
    """``hidden`` (R, M) -> (R, V)."""
    name = "output.weight" if model.config.tie_embeddings == "none" else "source_embedding"
    part = (hidden, model.config.memory_size)
    return arithmetic.logits(b, name, part, model.output.weight, model.output.bias)


def _encoder_outputs(b: GraphBuilder, values: str, silent: str) -> None:
    """``values`` (B, S, F), ``silent`` (B, S) -> all outputs; memory is values and where sentences end."""
    lengths = b.op("Unsqueeze", b.op("Cast", "src_lengths", to=onnx.TensorProto.INT64), b.constant([1]))
    last = b.op("Sub", lengths, b.constant(1))  # (B, 1)
    places = _places(b, "src_ids")
    ends = b.op("Equal", places, last)  # (B, S)
    column = b.op("Unsqueeze", b.op("Cast", ends, to=onnx.TensorProto.FLOAT), b.constant([2]))
    memory = b.concat([values, column])
    b.output("memory", memory)
    b.output("memory_keys", memory)
    b.output("memory_bias", _speaking_bias(b, silent, ends, places, last))
    shape = b.op("Concat", b.dim("src_ids", 0), b.constant([1]), axis=0)
    b.output("state", b.op("Expand", b.constant(0, np.float32), shape))


def _speaking_bias(b: GraphBuilder, silent: str, ends: str, places: str, last: str) -> str:
    """`pointer.speaking_bias`, (B, S)."""
    words = b.op("And", b.op("Greater", places, b.constant(0)), b.op("Less", places, last))
    speaking = b.op("And", words, b.op("Not", silent))
    as_number = b.op("Cast", speaking, to=onnx.TensorProto.FLOAT)
    anyone = b.op("Cast", b.op("ReduceMax", as_number, axes=[1], keepdims=1), to=onnx.TensorProto.BOOL)
    mute_words = b.op("And", words, b.op("Not", anyone))
    stops = b.op("Or", b.op("Or", speaking, mute_words), ends)
    return b.op("Where", stops, b.constant(0, np.float32), b.constant(PADDING_BIAS, np.float32))


def _follow(b: GraphBuilder, width: int) -> str:
    """`pointer.follow`: names the state and the attention, and returns memory at the stop, (N, ``width``)."""
    rows = b.op("Gather", "state", "parents", axis=0)  # (N, 1)
    shape = b.op("Concat", b.dim("memory_bias", 0), b.constant([-1, 1]), axis=0)
    position = b.op("Reshape", rows, shape)  # (B, K, 1)
    places = b.op("Cast", _places(b, "memory_bias"), to=onnx.TensorProto.FLOAT)  # (S,)
    beyond = b.op("Cast", b.dim("memory_bias", 1), to=onnx.TensorProto.FLOAT)  # (1,)
    stops = b.op("Equal", b.op("Unsqueeze", "memory_bias", b.constant([1])), b.constant(0, np.float32))
    ahead = b.op("And", b.op("Greater", places, position), stops)  # (B, K, S)
    nearest = b.op("ReduceMin", b.op("Where", ahead, places, beyond), axes=[2], keepdims=1)
    reached = b.op("Where", b.op("Less", nearest, beyond), nearest, position)  # (B, K, 1)
    weights = b.op("Cast", b.op("Equal", places, reached), to=onnx.TensorProto.FLOAT)  # (B, K, S)
    b.output("next_state", b.op("Reshape", reached, b.constant([-1, 1])))
    b.output("attention", b.op("Flatten", weights, axis=2))
    # A sum of one value and zeros is that value: ids of a dictionary arrive whole.
    return b.op("Reshape", b.op("MatMul", weights, "memory"), b.constant([-1, width]))


def _with_end(b: GraphBuilder, config: ModelConfig, scores: str, ended: str) -> str:
    """`pointer.with_end`: ``scores`` (N, V), ``ended`` (N, 1) -> (N, V)."""
    tokens = np.arange(config.vocab_size)
    at_end = b.initialiser("at_end", np.where(tokens == EOS, 0.0, IMPOSSIBLE).astype(np.float32))
    excluded = b.initialiser("excluded", (tokens == EOS) | (tokens == SILENT))
    before = b.op("Where", excluded, b.constant(IMPOSSIBLE, np.float32), scores)
    return b.op("Where", b.op("Greater", ended, b.constant(0, np.float32)), at_end, before)


def _places(b: GraphBuilder, like: str) -> str:
    """0 … S - 1 for a ``like`` of (B, S)."""
    width = b.op("Squeeze", b.dim(like, 1), b.constant([0]))
    return b.op("Range", b.constant(0), width, b.constant(1))


def _float32(values: Tensor) -> np.ndarray:
    return values.detach().numpy().astype(np.float32)
