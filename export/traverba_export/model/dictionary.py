"""The lowest rung: a table of words and their translations, and no network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from traverba_export.model.config import ModelConfig
from traverba_export.model.interface import Memory, TranslationModel
from traverba_export.model.pointer import (
    IMPOSSIBLE,
    SILENT,
    read_off,
    sentence_ends,
    speaking_bias,
    with_end,
)


class Dictionary(TranslationModel):
    """For each source token its C likeliest translations, the likeliest first.

    A token whose first translation is `SILENT` says nothing. What is not filled in says itself.
    """

    ids: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        token = torch.arange(config.vocab_size)[:, None]
        own = (token + torch.arange(config.candidates)) % config.vocab_size  # different in each row
        self.register_buffer("ids", own)  # (V, C)
        table = torch.full(own.shape, IMPOSSIBLE)
        table[:, 0] = 0.0
        self.translation_log_probs = nn.Parameter(table)  # (V, C)

    def table(self) -> Tensor:
        """Both side by side as numbers, (V, 2C): what memory is made of."""
        return torch.cat((self.ids.float(), self.translation_log_probs), dim=1)

    def encode(self, src_ids: Tensor, src_lengths: Tensor) -> tuple[Memory, Tensor]:
        """Memory is each token's row of the table, and a last column that is 1 on the end token."""
        rows = self.table()[src_ids]  # (B, S, 2C)
        ends = sentence_ends(src_lengths, src_ids.shape[1])
        values = torch.cat((rows, ends[..., None].to(rows.dtype)), dim=-1)
        bias = speaking_bias(rows[..., 0] == SILENT, src_lengths)
        return Memory(values, values, bias), bias.new_zeros(len(bias), 1)

    def decode(self, prev_ids: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """Only the shape of ``prev_ids`` matters."""
        return read_off(prev_ids.shape[1], state, memory)

    def logits(self, hidden: Tensor) -> Tensor:
        count = self.config.candidates
        ids, log_probs, ended = hidden.split((count, count, 1), dim=-1)
        scores = log_probs.new_full((*hidden.shape[:-1], self.config.vocab_size), IMPOSSIBLE)
        return with_end(scores.scatter(-1, ids.long(), log_probs), ended)
