"""A recurrent layer as a loop of integer products.

onnxruntime's own quantised LSTM measures its activations anew for every batch, so a sentence's
result would depend on its neighbours. A Scan with fixed ranges does not, and ran twice as fast as
the fused float32 LSTM (H = 384 and 512, 1 to 32 sentences).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from traverba_export.graphs.arithmetic import LayerOutput, Part
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.graphs.cells import State, next_state, recurrent_bias
from traverba_export.model.cells import Cell
from traverba_export.quantisation.products import as_array, fold, product, quantise, scaled_product
from traverba_export.quantisation.weights import IntegerMatrix


@dataclass(frozen=True)
class LayerWeights:
    """A layer's matrices, one for each direction, and what the integers that meet them count in."""

    input: tuple[IntegerMatrix, ...]
    recurrent: tuple[IntegerMatrix, ...]
    x_unit: float
    h_unit: float


def fold_layer(directions: Sequence[Cell], x: Part, x_unit: float, h_unit: float) -> LayerWeights:
    """The weights of a layer that reads ``x``."""
    hidden = ("", directions[0].hidden_size)
    return LayerWeights(
        tuple(fold(cell.input.weight, [x], [x_unit]) for cell in directions),
        tuple(fold(cell.recurrent.weight, [hidden], [h_unit]) for cell in directions),
        x_unit,
        h_unit,
    )


def scan_layer(
    b: GraphBuilder, site: str, directions: Sequence[Cell], x: Part, lengths: str, weights: LayerWeights
) -> LayerOutput:
    """``x`` (S, B, I), ``lengths`` (B,); initialisers are called ``site``.input.0.integers and so on.

    The D directions run side by side as D * B rows of one loop; the backward one reads each
    sentence mirrored within its own length.
    """
    many = b.op("Cast", lengths, to=TensorProto.INT64)
    forward = quantise(b, x[0], weights.x_unit)  # (S, B, I)
    sources = [forward, *(_mirror(b, forward, many) for _ in directions[1:])]
    projected = [
        product(b, f"{site}.input.{d}", source, weights.input[d], cell.input.bias)
        for d, (cell, source) in enumerate(zip(directions, sources, strict=True))
    ]
    states = _loop(b, site, directions, _side_by_side(b, projected, axis=1), weights)  # each (S, D*B, H)
    final = b.concat(_last(b, states, _side_by_side(b, [many] * len(directions), axis=0)))  # (D*B, Ws)
    hidden = _apart(b, states[0], len(directions), axis=1)
    return LayerOutput(
        (hidden[0], *(_mirror(b, back, many) for back in hidden[1:])),
        _apart(b, final, len(directions), axis=0),
    )


def _loop(
    b: GraphBuilder, site: str, directions: Sequence[Cell], projected: str, weights: LayerWeights
) -> State:
    """Run over ``projected`` (S, D*B, G*H); returns every state that was passed, each (S, D*B, H)."""
    cell = directions[0]
    names = [f"{site}.{part}" for part in ("h", "c")][: cell.state_size // cell.hidden_size]
    shape = b.op("Concat", b.dim(projected, 1), b.constant([cell.hidden_size]), axis=0)
    zeros = b.op("Expand", b.constant(0, np.float32), shape)
    inner = GraphBuilder(prefix=f"{site}.loop.")
    state = tuple(names)
    names_of_products = [
        _stored(b, f"{site}.recurrent.{d}", cell, matrix)
        for d, (cell, matrix) in enumerate(zip(directions, weights.recurrent, strict=True))
    ]
    recurrent = _recurrent(inner, names_of_products, state[0], weights.h_unit)
    new = next_state(inner, cell, f"{site}.projected", recurrent, state)
    passed = tuple(inner.op("Identity", part) for part in new)
    body = inner.body([*names, f"{site}.projected"], [*new, *passed])
    outputs = b.ops("Scan", 2 * len(names), *[zeros] * len(names), projected, body=body, num_scan_inputs=1)
    return outputs[len(names) :]


def _stored(b: GraphBuilder, name: str, cell: Cell, matrix: IntegerMatrix) -> tuple[str, str, str]:
    """Weight, scales and bias outside the loop, where another graph can share them."""
    bias = recurrent_bias(cell)
    return (
        b.initialiser(f"{name}.integers", matrix.values.T),
        b.initialiser(f"{name}.scales", matrix.scales),
        "" if bias is None else b.initialiser(f"{name}.bias", as_array(bias)),
    )


def _recurrent(b: GraphBuilder, weights: Sequence[tuple[str, str, str]], hidden: str, unit: float) -> str:
    """The hidden state's share of the gates: ``hidden`` (D*B, H) -> (D*B, G*H)."""
    rows = _apart(b, quantise(b, hidden, unit), len(weights), axis=0)
    products = [scaled_product(b, row, *stored) for row, stored in zip(rows, weights, strict=True)]
    return _side_by_side(b, products, axis=0)


def _mirror(b: GraphBuilder, values: str, lengths: str) -> str:
    """Each sentence of ``values`` (S, B, ...) backwards, its padding still behind it."""
    return b.op("ReverseSequence", values, lengths, time_axis=0, batch_axis=1)


def _last(b: GraphBuilder, states: State, lengths: str) -> list[str]:
    """The states after each row's last token: each (S, R, H), ``lengths`` (R,) -> each (R, H)."""
    rows = b.op("Range", b.constant(0), b.op("Squeeze", b.dim(lengths, 0)), b.constant(1))
    last = b.op("Sub", lengths, b.constant(1))
    where = b.op("Concat", *(b.op("Unsqueeze", index, b.constant([1])) for index in (last, rows)), axis=1)
    return [b.op("GatherND", part, where) for part in states]


def _side_by_side(b: GraphBuilder, values: Sequence[str], axis: int) -> str:
    return values[0] if len(values) == 1 else b.op("Concat", *values, axis=axis)


def _apart(b: GraphBuilder, value: str, count: int, axis: int) -> tuple[str, ...]:
    """The equal shares that `_side_by_side` joined."""
    return (value,) if count == 1 else b.ops("Split", count, value, axis=axis)
