"""The decoder: previous words, memory and state to the next words' hidden vectors.

Teacher forcing passes all T target positions, generation passes T = 1 and the state of the
step before: the same code, so that stepping cannot drift from training.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from traverba_export.model.attention import Attention
from traverba_export.model.cells import CELLS, Cell
from traverba_export.model.config import ModelConfig
from traverba_export.model.dropout import input_dropout, recurrent_mask
from traverba_export.model.layers import run_layer

if TYPE_CHECKING:
    from traverba_export.model.interface import Memory


class Decoder(nn.Module):
    """A stack of recurrent layers; attention is computed once a step, from the bottom layer.

    Follows Wu et al. 2016, section 3: one attention, its context concatenated to the input of
    the layers it can reach. Which ones that is depends on `ModelConfig.attention_query`.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        cell = CELLS[config.cell]
        context = 0 if config.attention == "none" else config.memory_size
        bottom_context = context if config.attention_query == "previous" else 0
        self.attention = None if config.attention == "none" else Attention(config)
        self.bottom = cell(config.embedding_width + bottom_context, config.hidden_size)
        self.upper = nn.ModuleList(
            cell(config.hidden_size + context, config.hidden_size) for _ in range(1, config.decoder_layers)
        )
        self.lexical = (
            nn.Linear(config.embedding_width, config.hidden_size, bias=False) if config.lexical else None
        )
        self.dropout = input_dropout(config)

    def forward(self, embedded: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """``embedded`` (B, T, E), ``state`` (B, W) -> hidden (B, T, H), state (B, W), attention (B, T, S)."""
        layer_states = list(state.split(self.config.layer_state_size, dim=-1))
        hidden, attended, weights, layer_states[0] = self._bottom(
            self.dropout(embedded), layer_states[0], memory
        )
        context, *words = (None,) if attended is None else attended.split(self.config.value_parts, dim=-1)
        for layer, cell in enumerate(cast("Iterable[Cell]", self.upper), start=1):
            inputs = self.dropout(hidden)
            if context is not None:
                inputs = torch.cat((inputs, context), dim=-1)
            output, layer_states[layer] = self._run(cell, inputs, layer_states[layer])
            residual = self.config.residual_from is not None and layer >= self.config.residual_from
            hidden = hidden + output if residual else output
        if self.lexical is not None:
            hidden = hidden + self.lexical(self.dropout(words[0]))
        return hidden, torch.cat(layer_states, dim=-1), weights

    def _bottom(
        self, inputs: Tensor, state: Tensor, memory: Memory
    ) -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
        """The bottom layer and the attention it asks for: hidden, (B, T, M) or None, weights, new state."""
        if self.attention is None:
            hidden, final = self._run(self.bottom, inputs, state)
            weights = memory.bias.new_zeros(*inputs.shape[:2], memory.bias.shape[1])
            return hidden, None, weights, final
        if self.config.attention_query == "current":
            hidden, final = self._run(self.bottom, inputs, state)
            attended, weights = self.attention(hidden, memory.values, memory.keys, memory.bias)
            return hidden, attended, weights, final
        return self._bottom_with_previous_context(inputs, state, memory)

    def _bottom_with_previous_context(
        self, inputs: Tensor, state: Tensor, memory: Memory
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The paper's order: the context of step i answers the bottom output of step i - 1."""
        assert self.attention is not None
        size = self.config.hidden_size
        hiddens, attended, weights = [], [], []
        mask = self._mask(self.bottom, state)
        for embedded in inputs.split(1, dim=1):  # (B, 1, E)
            found, weight = self.attention(state[:, None, :size], memory.values, memory.keys, memory.bias)
            context = found[..., : self.config.memory_size]
            hidden, state = run_layer(self.bottom, torch.cat((embedded, context), dim=-1), state, mask)
            hiddens.append(hidden)
            attended.append(found)
            weights.append(weight)
        return torch.cat(hiddens, 1), torch.cat(attended, 1), torch.cat(weights, 1), state

    def _run(self, cell: Cell, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return run_layer(cell, inputs, state, self._mask(cell, state))

    def _mask(self, cell: Cell, state: Tensor) -> Tensor | None:
        return recurrent_mask(cell, state, self.config.recurrent_dropout, training=self.training)
