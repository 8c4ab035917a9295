"""A recurrent layer as a loop of integer products.

onnxruntime's own quantised LSTM measures its activations anew for every batch, so a sentence's
result would depend on its neighbours. A Scan with fixed ranges does not, and ran twice as fast as
the fused float32 LSTM (H = 384 and 512, 1 to 32 sentences).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from onnx import TensorProto

from traverba_export.graphs.arithmetic import LayerOutput, Part
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.graphs.cells import State, next_state, recurrent_bias
from traverba_export.model.cells import Cell
from traverba_export.quantisation.products import fold, product, quantise


def scan_layer(
    b: GraphBuilder, site: str, directions: Sequence[Cell], x: Part, lengths: str, units: tuple[float, float]
) -> LayerOutput:
    """``x`` (S, B, I), ``lengths`` (B,), ``units`` of the input's and the hidden state's integers.

    The D directions run side by side as D * B rows of one loop; the backward one reads each
    sentence mirrored within its own length.
    """
    x_unit, h_unit = units
    many = b.op("Cast", lengths, to=TensorProto.INT64)
    forward = quantise(b, x[0], x_unit)  # (S, B, I)
    sources = [forward, *(_mirror(b, forward, many) for _ in directions[1:])]
    projected = [
        product(b, f"{site}.input.{d}", source, fold(cell.input.weight, [x], [x_unit]), cell.input.bias)
        for d, (cell, source) in enumerate(zip(directions, sources, strict=True))
    ]
    states = _loop(b, site, directions, _side_by_side(b, projected, axis=1), h_unit)  # each (S, D*B, H)
    final = b.concat(_last(b, states, _side_by_side(b, [many] * len(directions), axis=0)))  # (D*B, Ws)
    hidden = _apart(b, states[0], len(directions), axis=1)
    return LayerOutput(
        (hidden[0], *(_mirror(b, back, many) for back in hidden[1:])),
        _apart(b, final, len(directions), axis=0),
    )


def _loop(b: GraphBuilder, site: str, directions: Sequence[Cell], projected: str, h_unit: float) -> State:
    """Run over ``projected`` (S, D*B, G*H); returns every state that was passed, each (S, D*B, H)."""
    cell = directions[0]
    names = [f"{site}.{part}" for part in ("h", "c")][: cell.state_size // cell.hidden_size]
    shape = b.op("Concat", b.dim(projected, 1), b.constant([cell.hidden_size]), axis=0)
    zeros = b.op("Expand", b.constant(0, np.float32), shape)
    inner = GraphBuilder(prefix=f"{site}.loop.")
    state = tuple(names)
    recurrent = _recurrent(inner, directions, state[0], h_unit)
    new = next_state(inner, cell, f"{site}.projected", recurrent, state)
    passed = tuple(inner.op("Identity", part) for part in new)
    body = inner.body([*names, f"{site}.projected"], [*new, *passed])
    outputs = b.ops("Scan", 2 * len(names), *[zeros] * len(names), projected, body=body, num_scan_inputs=1)
    return outputs[len(names) :]


def _recurrent(b: GraphBuilder, directions: Sequence[Cell], hidden: str, unit: float) -> str:
    """The hidden state's share of the gates: ``hidden`` (D*B, H) -> (D*B, G*H)."""
    rows = _apart(b, quantise(b, hidden, unit), len(directions), axis=0)
    products = []
    for d, (cell, row) in enumerate(zip(directions, rows, strict=True)):
        matrix = fold(cell.recurrent.weight, [(hidden, cell.hidden_size)], [unit])
        products.append(product(b, f"recurrent.{d}", row, matrix, recurrent_bias(cell)))
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
