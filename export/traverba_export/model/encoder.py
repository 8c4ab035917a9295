"""The encoder: source embeddings to a memory of states, one for each source position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn

from traverba_export.model.cells import CELLS, Cell
from traverba_export.model.config import ModelConfig
from traverba_export.model.dropout import input_dropout, recurrent_mask
from traverba_export.model.layers import reverse_sequences, run_layer


class Encoder(nn.Module):
    """A stack of recurrent layers, the bottom one reading both ways (Wu et al. 2016, section 3.2)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        cell = CELLS[config.cell]
        self.forward_cell: Cell = cell(config.embedding_width, config.hidden_size)
        self.backward_cell = (
            cell(config.embedding_width, config.hidden_size) if config.bidirectional else None
        )
        self.upper = nn.ModuleList(
            cell(config.bottom_size if layer == 1 else config.hidden_size, config.hidden_size)
            for layer in range(1, config.encoder_layers)
        )
        self.dropout = input_dropout(config)

    def forward(self, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, list[Tensor]]:
        """``embedded`` (B, S, E), ``lengths`` (B,) -> memory (B, S, M), each layer's last state (B, Ws)."""
        hidden, final = self._bottom(self.dropout(embedded), lengths)
        finals = [final]
        for layer, cell in enumerate(cast("Iterable[Cell]", self.upper), start=1):
            output, final = self._run(cell, self.dropout(hidden), lengths)
            finals.append(final)
            residual = self.config.residual_from is not None and layer >= self.config.residual_from
            hidden = hidden + output if residual and hidden.shape == output.shape else output
        return hidden, finals

    def _bottom(self, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        output, final = self._run(self.forward_cell, inputs, lengths)
        if self.backward_cell is None:
            return output, final
        mirrored = reverse_sequences(inputs, lengths)
        back, back_final = self._run(self.backward_cell, mirrored, lengths)
        back, final = reverse_sequences(back, lengths), final + back_final
        merged = output + back if self.config.merge == "sum" else torch.cat((output, back), dim=-1)
        return merged, final

    def _run(self, cell: Cell, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        state = inputs.new_zeros(inputs.shape[0], cell.state_size)
        mask = recurrent_mask(cell, state, self.config.recurrent_dropout, training=self.training)
        return run_layer(cell, inputs, state, mask, lengths)
