"""The identifier as one ONNX graph, its n-gram table in int8 and the rest in float16."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto
from torch import Tensor, nn

from traverba.identification.contract import FORMAT_VERSION, IDENTIFIER
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.identification.model import Identifier

METADATA_FORMAT_KEY = "traverba.identifier_format_version"


@torch.no_grad()
def round_weights(model: Identifier) -> None:
    """Round in place to what the graph stores, so that both compute with the same numbers."""
    table, scales = quantise_rows(model.ngrams.weight)
    model.ngrams.weight.copy_(table.float() * scales.float())
    for parameter in (*model.reader.parameters(), *model.output.parameters()):
        parameter.copy_(parameter.half().float())


def quantise_rows(weight: Tensor) -> tuple[Tensor, Tensor]:
    """``(rows, D)`` in int8 and one float16 scale for each row ``(rows, 1)``."""
    scales = (weight.abs().amax(1, keepdim=True) / 127).clamp(min=1e-4).half()
    return (weight / scales.float()).round().clamp(-127, 127).to(torch.int8), scales


def build_graph(model: Identifier) -> onnx.ModelProto:
    """The graph of `traverba.identification.contract.IDENTIFIER`."""
    b = GraphBuilder()
    words = _words(b, model)  # (S, D)
    states = _states(b, model, b.op("Unsqueeze", words, b.constant([1])))  # (S, 2H)
    mean = b.op("ReduceMean", states, axes=[0], keepdims=1)
    largest = b.op("ReduceMax", states, axes=[0], keepdims=1)
    pooled = b.op("Concat", mean, largest, axis=1)  # (1, 4H)
    logits = b.op(
        "Gemm",
        pooled,
        b.weight("output.weight", model.output.weight),
        b.weight("output.bias", model.output.bias),
        transB=1,
    )
    b.output("logits", b.op("Squeeze", logits, b.constant([0])))
    return b.finish(IDENTIFIER, {METADATA_FORMAT_KEY: str(FORMAT_VERSION)})


def _words(b: GraphBuilder, model: Identifier) -> str:
    """(S, D): the sum of each word's n-grams, divided by the root of their number."""
    table, scales = quantise_rows(model.ngrams.weight.detach())
    rows = b.op("Gather", b.initialiser("ngrams.table", table.numpy()), "ngrams")  # (S, N, D) int8
    scale = b.op("Gather", b.initialiser("ngrams.scales", scales.numpy()), "ngrams")  # (S, N, 1)
    as_float = [b.op("Cast", value, to=TensorProto.FLOAT) for value in (rows, scale)]
    total = b.op("ReduceSum", b.op("Mul", *as_float), b.constant([1]), keepdims=0)
    known = b.op("Cast", b.op("Greater", "ngrams", b.constant(0, np.int32)), to=TensorProto.FLOAT)
    counts = b.op("ReduceSum", known, b.constant([1]), keepdims=1)  # (S, 1)
    return b.op("Div", total, b.op("Sqrt", counts))


def _states(b: GraphBuilder, model: Identifier, words: str) -> str:
    """(S, 2H): what the GRU says after each word in either direction."""
    reader, hidden = model.reader, model.config.hidden_size
    inputs, recurrent, biases = zip(*(_direction(reader, suffix) for suffix in ("", "_reverse")), strict=True)
    states, _ = b.ops(
        "GRU",
        2,
        words,
        b.weight("reader.input", torch.stack(inputs)),
        b.weight("reader.recurrent", torch.stack(recurrent)),
        b.weight("reader.bias", torch.stack(biases)),
        hidden_size=hidden,
        direction="bidirectional",
        linear_before_reset=1,
    )  # (S, 2, 1, H)
    return b.op("Reshape", states, b.constant([-1, 2 * hidden]))


def _direction(reader: nn.GRU, suffix: str) -> tuple[Tensor, Tensor, Tensor]:
    """Weights of one direction, gates in ONNX's order: update, reset, new; torch has reset first."""

    def ordered(name: str) -> Tensor:
        reset, update, new = getattr(reader, f"{name}_l0{suffix}").chunk(3)
        return torch.cat([update, reset, new])

    bias = torch.cat([ordered("bias_ih"), ordered("bias_hh")])
    return ordered("weight_ih"), ordered("weight_hh"), bias
