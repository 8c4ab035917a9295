"""A cell over a whole sequence. Generation is the same code with a sequence of length one."""

from __future__ import annotations

import torch
from torch import Tensor

from traverba_export.model.cells import Cell


def run_layer(cell: Cell, inputs: Tensor, state: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Run ``inputs`` (B, T, I) from ``state`` (B, Ws); a step reads its last state times ``mask`` (B, Ws).

    Returns the hidden states (B, T, H) and every whole state (B, T, Ws).
    """
    steps = []
    for projected in cell.input(inputs).unbind(dim=1):
        state = cell(projected, state if mask is None else state * mask)
        steps.append(state)
    states = torch.stack(steps, dim=1)
    return states[..., : cell.hidden_size], states


def state_at(states: Tensor, lengths: Tensor) -> Tensor:
    """The state after the last real token: ``states`` (B, T, Ws), ``lengths`` (B,) -> (B, Ws)."""
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
