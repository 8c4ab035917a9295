"""Recurrent cells as operators: fused over a sequence, or what follows the products of one step.

The gate order of `traverba_export.model.cells` is that of the ONNX operators, so weights pass unshuffled.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model.cells import Cell, GruCell, LstmCell

State = tuple[str, ...]
"""(h,), or (h, c) of an LSTM, each (N, H)."""


def fused_layer(
    b: GraphBuilder, site: str, directions: Sequence[Cell], x: str, lengths: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One operator runs a whole layer: ``x`` (S, B, I), ``lengths`` (B,).

    Returns, for each direction, hidden states (S, B, H) and the final state (B, Ws). The backward
    direction starts at each sentence's own end; padding comes out as zeros.
    """
    cell, count = directions[0], len(directions)
    weights = [torch.stack([getattr(c, part).weight for c in directions]) for part in ("input", "recurrent")]
    states, *last = b.ops(
        _operator(cell),
        3 if isinstance(cell, LstmCell) else 2,
        x,
        b.weight(f"{site}.input", weights[0]),  # (D, G*H, I)
        b.weight(f"{site}.recurrent", weights[1]),  # (D, G*H, H)
        b.weight(f"{site}.bias", torch.stack([_both_biases(c) for c in directions])),  # (D, 2*G*H)
        lengths,
        hidden_size=cell.hidden_size,
        direction="forward" if count == 1 else "bidirectional",
        **({"linear_before_reset": 1} if isinstance(cell, GruCell) else {}),
    )
    ends = zip(*(_directions(b, part, 0, count) for part in last), strict=True)
    return _directions(b, states, 1, count), tuple(b.concat(end) for end in ends)


def _operator(cell: Cell) -> str:
    if isinstance(cell, LstmCell):
        return "LSTM"
    return "GRU" if isinstance(cell, GruCell) else "RNN"


def _both_biases(cell: Cell) -> Tensor:
    """Input biases, then recurrent biases, (2*G*H,)."""
    recurrent = recurrent_bias(cell)
    return torch.cat((cell.input.bias, torch.zeros_like(cell.input.bias) if recurrent is None else recurrent))


def recurrent_bias(cell: Cell) -> Tensor | None:
    """Only the GRU has one: behind the reset gate, (G*H,)."""
    if not isinstance(cell, GruCell):
        return None
    return torch.cat((cell.reset_bias.new_zeros(2 * cell.hidden_size), cell.reset_bias))


def _directions(b: GraphBuilder, value: str, axis: int, count: int) -> tuple[str, ...]:
    """A recurrent operator's output, one tensor for each direction."""
    parts = (value,) if count == 1 else b.ops("Split", count, value, axis=axis)
    return tuple(b.op("Squeeze", part, b.constant([axis])) for part in parts)


def next_state(b: GraphBuilder, cell: Cell, projected: str, recurrent: str, state: State) -> State:
    """The input's and the hidden state's share of the gates, each (N, G*H), to the new state."""
    if isinstance(cell, GruCell):
        return _gru_state(b, cell.hidden_size, projected, recurrent, state[0])
    return gated_state(b, cell, b.op("Add", projected, recurrent), state)


def gated_state(b: GraphBuilder, cell: Cell, gates: str, state: State) -> State:
    """For cells whose gates (N, G*H) are one sum: LSTM and Elman."""
    if not isinstance(cell, LstmCell):
        return (b.op("Tanh", gates),)
    size = cell.hidden_size
    sigmoids, candidate = b.split(gates, (3 * size, size))
    update, out, forget = b.split(b.op("Sigmoid", sigmoids), (size, size, size))
    kept = b.op("Mul", forget, state[1])
    memory = b.op("Add", kept, b.op("Mul", update, b.op("Tanh", candidate)))
    return b.op("Mul", out, b.op("Tanh", memory)), memory


def _gru_state(b: GraphBuilder, size: int, projected: str, recurrent: str, hidden: str) -> State:
    """update * hidden + (1 - update) * new, with one product."""
    x_gates, x_new = b.split(projected, (2 * size, size))
    h_gates, h_new = b.split(recurrent, (2 * size, size))
    update, reset = b.split(b.op("Sigmoid", b.op("Add", x_gates, h_gates)), (size, size))
    new = b.op("Tanh", b.op("Add", x_new, b.op("Mul", reset, h_new)))
    return (b.op("Add", new, b.op("Mul", update, b.op("Sub", hidden, new))),)
