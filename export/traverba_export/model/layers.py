"""A cell over a whole sequence. Generation is the same code with a sequence of length one."""

from __future__ import annotations

import torch
from torch import Tensor

from traverba_export.model.cells import Cell, LstmCell
from traverba_export.model.library_lstm import library_lstm
from traverba_export.model.lstm_sequence import lstm_sequence


def run_layer(
    cell: Cell, inputs: Tensor, state: Tensor, mask: Tensor | None = None, lengths: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Run ``inputs`` (B, T, I) from ``state`` (B, Ws); a step reads its last state times ``mask`` (B, Ws).

    Returns the hidden states (B, T, H) and the state (B, Ws) after each row's ``lengths`` (B,) tokens,
    all of them unless told otherwise.
    """
    if isinstance(cell, LstmCell) and torch.is_grad_enabled():
        if inputs.is_cuda and mask is None:
            return run_library_lstm(cell, inputs, state, lengths)
        return _run_lstm(cell, inputs, state, mask, lengths)
    steps = []
    for projected in cell.input(inputs).unbind(dim=1):
        state = cell(projected, state if mask is None else state * mask)
        steps.append(state)
    states = torch.stack(steps, dim=1)
    return states[..., : cell.hidden_size], state_at(states, lengths)


def _run_lstm(
    cell: LstmCell, inputs: Tensor, state: Tensor, mask: Tensor | None, lengths: Tensor | None
) -> tuple[Tensor, Tensor]:
    projected = cell.input(inputs.transpose(0, 1))  # (T, B, 4H)
    seen = None if mask is None else mask[:, : cell.hidden_size]
    hidden, memory = (
        values.transpose(0, 1) for values in lstm_sequence(projected, cell.recurrent.weight, state, seen)
    )
    return hidden, torch.cat((state_at(hidden, lengths), state_at(memory, lengths)), dim=-1)


def run_library_lstm(
    cell: LstmCell, inputs: Tensor, state: Tensor, lengths: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """`run_layer` by the library's kernel, for a GPU."""
    hidden, memory = library_lstm(cell, inputs, state, lengths)
    return hidden, torch.cat((state_at(hidden, lengths), memory), dim=-1)


def state_at(states: Tensor, lengths: Tensor | None) -> Tensor:
    """What follows the last real token: ``states`` (B, T, D), ``lengths`` (B,), None: all T -> (B, D)."""
    if lengths is None:
        return states[:, -1]
    return states[torch.arange(states.shape[0], device=states.device), lengths - 1]


def reverse_sequences(values: Tensor, lengths: Tensor) -> Tensor:
    """Reverse each row's first ``lengths[b]`` positions and leave its padding at the end.

    ``values`` (B, T, D), ``lengths`` (B,). Padding stays last, so a backward layer never reads it
    before the sentence.
    """
    position = torch.arange(values.shape[1], device=values.device)  # (T,)
    mirrored = lengths[:, None] - 1 - position  # (B, T)
    index = torch.where(mirrored >= 0, mirrored, position)
    return values.gather(1, index[..., None].expand_as(values))
