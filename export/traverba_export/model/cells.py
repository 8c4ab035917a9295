"""One step of a recurrent layer: input projection and previous state in, new state out.

A cell's state is one tensor (B, Ws): the hidden state h, and for an LSTM the cell state c
beside it, so that a whole decoder packs into a single tensor. The projection of the input
is separate from the recurrence because it can be computed for all time steps at once.
Gate order is that of the ONNX operators, so that exported weights need no shuffling.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from traverba_export.model.config import CellKind


class Cell(nn.Module):
    """Weights shared by all cells: G gates of H units over an input and a hidden state."""

    gates = 1

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.input = nn.Linear(input_size, self.gates * hidden_size)
        self.recurrent = nn.Linear(hidden_size, self.gates * hidden_size, bias=False)

    @property
    def state_size(self) -> int:
        """Ws: width of this cell's state."""
        return self.hidden_size

    def forward(self, projected: Tensor, state: Tensor) -> Tensor:
        """``projected`` (B, G*H), the input's share of the gates; ``state`` (B, Ws) -> (B, Ws)."""
        raise NotImplementedError


class RnnCell(Cell):
    """Elman 1990: tanh of an affine map of the input plus a linear map of the hidden state."""

    def forward(self, projected: Tensor, state: Tensor) -> Tensor:
        return torch.tanh(projected + self.recurrent(state))


class GruCell(Cell):
    """Cho et al. 2014, with the reset gate applied after the recurrent map. Gates: update, reset, new."""

    gates = 3

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        self.reset_bias = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, projected: Tensor, state: Tensor) -> Tensor:
        x_gates, x_new = projected.split((2 * self.hidden_size, self.hidden_size), dim=-1)
        h_gates, h_new = self.recurrent(state).split((2 * self.hidden_size, self.hidden_size), dim=-1)
        update, reset = torch.sigmoid(x_gates + h_gates).chunk(2, dim=-1)
        new = torch.tanh(x_new + reset * (h_new + self.reset_bias))
        return update * state + (1 - update) * new


class LstmCell(Cell):
    """Hochreiter & Schmidhuber 1997 with forget gates. Gates: input, output, forget, candidate.

    The forget gate's bias starts at 1, so that memory is kept until training says otherwise.
    """

    gates = 4

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        with torch.no_grad():
            self.input.bias[2 * hidden_size : 3 * hidden_size] = 1.0

    @property
    def state_size(self) -> int:
        return 2 * self.hidden_size

    def forward(self, projected: Tensor, state: Tensor) -> Tensor:
        hidden, memory = state.chunk(2, dim=-1)
        gates = projected + self.recurrent(hidden)
        sigmoids, candidate = gates.split((3 * self.hidden_size, self.hidden_size), dim=-1)
        update, out, forget = torch.sigmoid(sigmoids).chunk(3, dim=-1)
        memory = forget * memory + update * torch.tanh(candidate)
        return torch.cat((out * torch.tanh(memory), memory), dim=-1)


CELLS: dict[CellKind, type[Cell]] = {"rnn": RnnCell, "gru": GruCell, "lstm": LstmCell}
