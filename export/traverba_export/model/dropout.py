"""Dropout for recurrent layers: what is left out may stay left out for a whole sentence.

Gal & Ghahramani 2016 (arXiv 1512.05287): a mask drawn anew at every word lets a layer see through it by
looking twice; one mask a sentence, on what enters a layer and on what it hands to itself, does not.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from traverba_export.model.cells import Cell
from traverba_export.model.config import ModelConfig


class SentenceDropout(nn.Module):
    """Leaves out the same units at every position."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, values: Tensor) -> Tensor:
        """``values`` (B, T, D) -> some of the D units of each row zero, the others scaled up."""
        return values * nn.functional.dropout(
            torch.ones_like(values[:, :1]), self.probability, training=self.training
        )


def input_dropout(config: ModelConfig) -> nn.Module:
    """For the inputs of recurrent layers and of the output layer."""
    return (
        SentenceDropout(config.dropout) if config.dropout_mask == "sentence" else nn.Dropout(config.dropout)
    )


def recurrent_mask(cell: Cell, state: Tensor, probability: float, *, training: bool) -> Tensor | None:
    """What a layer may read of its own last state (B, Ws), or None for all of it.

    An LSTM's memory cell is never touched: it would lose a share of what it holds at every word.
    """
    if not (training and probability):
        return None
    hidden = nn.functional.dropout(torch.ones_like(state[:, : cell.hidden_size]), probability)
    return torch.cat((hidden, torch.ones_like(state[:, cell.hidden_size :])), dim=-1)
