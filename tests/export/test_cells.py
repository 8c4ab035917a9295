"""Cells and layers against torch's own recurrent modules."""

import pytest
import torch
from torch import Tensor, nn

from traverba_export.model.cells import CELLS, Cell
from traverba_export.model.layers import reverse_sequences, run_layer, state_at

TOLERANCE = 1e-6  # float32 sums of a few dozen terms, taken in another order

BATCH, TIME, INPUT, HIDDEN = 3, 5, 7, 6

OUR_GATES_IN_TORCH_ORDER = {"rnn": [0], "gru": [1, 0, 2], "lstm": [0, 2, 3, 1]}
"""torch: reset, update, new; input, forget, candidate, output. Ours follow ONNX."""


def reference(kind: str, cell: Cell) -> nn.RNNBase:
    """torch's module with the same weights."""
    module = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind](INPUT, HIDDEN, batch_first=True)
    order = OUR_GATES_IN_TORCH_ORDER[kind]

    def reordered(weights: Tensor) -> Tensor:
        return torch.cat([weights.chunk(len(order))[gate] for gate in order])

    with torch.no_grad():
        module.weight_ih_l0.copy_(reordered(cell.input.weight))
        module.weight_hh_l0.copy_(reordered(cell.recurrent.weight))
        module.bias_ih_l0.copy_(reordered(cell.input.bias))
        module.bias_hh_l0.zero_()
        if kind == "gru":
            module.bias_hh_l0[2 * HIDDEN :] = cell.reset_bias
    return module


@pytest.mark.parametrize("kind", CELLS)
def test_a_layer_computes_what_torch_computes(kind: str) -> None:
    torch.manual_seed(0)
    cell = CELLS[kind](INPUT, HIDDEN)
    if kind == "gru":
        nn.init.normal_(cell.reset_bias)
    inputs = torch.randn(BATCH, TIME, INPUT)
    hidden, _ = run_layer(cell, inputs, torch.zeros(BATCH, cell.state_size))
    expected, _ = reference(kind, cell)(inputs)
    assert (hidden - expected).abs().max() < TOLERANCE


def test_lstm_forget_gates_start_open() -> None:
    cell = CELLS["lstm"](INPUT, HIDDEN)
    assert cell.input.bias[2 * HIDDEN : 3 * HIDDEN].eq(1).all()


def test_reversal_leaves_padding_at_the_end() -> None:
    values = torch.tensor([[1, 2, 3, 0], [4, 0, 0, 0]]).float()[..., None]
    mirrored = reverse_sequences(values, torch.tensor([3, 1]))[..., 0]
    assert mirrored.tolist() == [[3, 2, 1, 0], [4, 0, 0, 0]]


def test_reversing_twice_changes_nothing() -> None:
    torch.manual_seed(0)
    values, lengths = torch.randn(4, 6, 2), torch.tensor([6, 1, 3, 5])
    assert torch.equal(reverse_sequences(reverse_sequences(values, lengths), lengths), values)


def test_state_at_takes_the_last_real_position() -> None:
    states = torch.arange(8.0).reshape(2, 4, 1)
    assert state_at(states, torch.tensor([4, 2])).tolist() == [[3.0], [5.0]]
