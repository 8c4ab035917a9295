"""An LSTM over a whole sequence by the library's own kernel: for training on a GPU.

cuDNN's kernel is one call for all steps; it knows 16-bit floats (float16, not bfloat16) and no mask on
what a layer hands to itself. It has no lengths either, other than by packing.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from traverba_export.model.cells import LstmCell

GATES = (0, 2, 3, 1)
"""Where the library's input, forget, candidate and output gates are in `LstmCell`'s order."""
HOLD = 1000.0
"""Opens a gate wholly or shuts it wholly, whatever else is added; float16 has it exactly."""
FLAGS = 8
"""Columns for the one flag: products of 16-bit numbers want a multiple of it."""


def library_lstm(
    cell: LstmCell, inputs: Tensor, state: Tensor, lengths: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """``inputs`` (B, T, I), ``state`` (B, 2H) -> hidden (B, T, H), memory (B, H) after ``lengths`` (B,).

    Padding must not touch memory, so one more input says "padding" and forces the gates: nothing in,
    nothing forgotten. What is held at the end is exactly what stood at the last real token.
    """
    weight = cell.input.weight
    if lengths is not None:
        padding = torch.arange(inputs.shape[1], device=inputs.device) >= lengths[:, None]  # (B, T)
        flags = nn.functional.pad(padding[..., None].to(inputs.dtype), (0, FLAGS - 1))
        inputs, weight = torch.cat((inputs, flags), dim=-1), torch.cat((weight, _hold(weight)), dim=-1)
    device = inputs.device.type
    narrow = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else weight.dtype
    bias = cell.input.bias
    matrices = (weight, cell.recurrent.weight, bias, torch.zeros_like(bias))
    parameters = [_library_order(each).to(narrow) for each in matrices]
    hidden, memory = (part.to(narrow)[None].contiguous() for part in state.chunk(2, dim=-1))
    with torch.autocast(device, enabled=False):
        outputs, _, memory = torch._VF.lstm(
            inputs.transpose(0, 1).to(narrow), (hidden, memory), parameters, True, 1, 0.0, True, False, False
        )
    return outputs.transpose(0, 1), memory[0]


def _library_order(gates: Tensor) -> Tensor:
    """``gates`` (4H, ...) as the library has them."""
    parts = gates.chunk(4)
    return torch.cat([parts[gate] for gate in GATES])


def _hold(weight: Tensor) -> Tensor:
    """What the flag says to the gates: (4H, FLAGS). Input shut, output as it is, forget gate open."""
    size = len(weight) // 4
    columns = weight.new_zeros(len(weight), FLAGS)
    columns[:size, 0] = -HOLD
    columns[2 * size : 3 * size, 0] = HOLD
    return columns
