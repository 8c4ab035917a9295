"""Recurrent cells as operators: fused over a sequence (encoder), spelled out for one step (decoder).

The gate order of `traverba_export.model.cells` is that of the ONNX operators, so weights pass unshuffled.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model.cells import Cell, GruCell, LstmCell
from traverba_export.model.config import CellKind

_OPERATORS: dict[CellKind, str] = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}


def fused_layer(
    b: GraphBuilder, site: str, kind: CellKind, cells: Sequence[Cell], x: str, lengths: str
) -> tuple[str, tuple[str, ...]]:
    """One operator runs a whole layer, in D = 1 or 2 directions.

    ``x`` (S, B, I), ``lengths`` (B,) -> hidden states (S, D, B, H) and the last states, each
    (D, B, H): h, and c for an LSTM. Padding comes out as zeros, and the backward direction starts
    at each sentence's own end.
    """
    weights = [torch.stack([c.input.weight for c in cells]), torch.stack([c.recurrent.weight for c in cells])]
    outputs = b.ops(
        _OPERATORS[kind],
        3 if kind == "lstm" else 2,
        x,
        b.weight(f"{site}.input", weights[0]),  # (D, G*H, I)
        b.weight(f"{site}.recurrent", weights[1]),  # (D, G*H, H)
        b.weight(f"{site}.bias", torch.stack([_both_biases(c) for c in cells])),  # (D, 2*G*H)
        lengths,
        hidden_size=cells[0].hidden_size,
        direction="forward" if len(cells) == 1 else "bidirectional",
        **({"linear_before_reset": 1} if kind == "gru" else {}),
    )
    return outputs[0], outputs[1:]


def _both_biases(cell: Cell) -> Tensor:
    """Input biases, then recurrent biases: zero but for the GRU's, which sits behind the reset gate."""
    recurrent = torch.zeros_like(cell.input.bias)
    if isinstance(cell, GruCell):
        recurrent[2 * cell.hidden_size :] = cell.reset_bias
    return torch.cat((cell.input.bias, recurrent))


def step(
    b: GraphBuilder, arithmetic: Arithmetic, site: str, cell: Cell, x: Sequence[str], state: tuple[str, ...]
) -> tuple[str, ...]:
    """One step of N rows: inputs ``x``, parts of width I in all, and state (h,) or (h, c), each (N, H)."""
    if isinstance(cell, GruCell):
        return _gru_step(b, arithmetic, site, cell, x, state[0])
    weight = torch.cat((cell.input.weight, cell.recurrent.weight), dim=1)  # (G*H, I+H)
    gates = arithmetic.linear(b, site, b.concat([*x, state[0]]), weight, cell.input.bias)
    if isinstance(cell, LstmCell):
        return _lstm_state(b, cell.hidden_size, gates, state[1])
    return (b.op("Tanh", gates),)


def _lstm_state(b: GraphBuilder, size: int, gates: str, memory: str) -> tuple[str, str]:
    """``gates`` (N, 4H) and cell state ``memory`` (N, H) -> the new h and c."""
    sigmoids, candidate = b.split(gates, (3 * size, size))
    update, out, forget = b.split(b.op("Sigmoid", sigmoids), (size, size, size))
    kept = b.op("Mul", forget, memory)
    memory = b.op("Add", kept, b.op("Mul", update, b.op("Tanh", candidate)))
    return b.op("Mul", out, b.op("Tanh", memory)), memory


def _gru_step(
    b: GraphBuilder, arithmetic: Arithmetic, site: str, cell: GruCell, x: Sequence[str], hidden: str
) -> tuple[str]:
    """The reset gate stands between the recurrent map and the sum, so the two maps stay apart."""
    size = cell.hidden_size
    recurrent_bias = _both_biases(cell)[3 * size :]
    projected = arithmetic.linear(b, f"{site}.input", b.concat(x), cell.input.weight, cell.input.bias)
    recurrent = arithmetic.linear(b, f"{site}.recurrent", hidden, cell.recurrent.weight, recurrent_bias)
    x_gates, x_new = b.split(projected, (2 * size, size))
    h_gates, h_new = b.split(recurrent, (2 * size, size))
    update, reset = b.split(b.op("Sigmoid", b.op("Add", x_gates, h_gates)), (size, size))
    new = b.op("Tanh", b.op("Add", x_new, b.op("Mul", reset, h_new)))
    # update * hidden + (1 - update) * new, with one product
    return (b.op("Add", new, b.op("Mul", update, b.op("Sub", hidden, new))),)
