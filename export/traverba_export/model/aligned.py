"""The rungs without generation: a recurrent encoder whose every state names one target word."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from traverba_export.model.config import ModelConfig
from traverba_export.model.dropout import input_dropout
from traverba_export.model.encoder import Encoder
from traverba_export.model.interface import Memory, TranslationModel
from traverba_export.model.pointer import SILENT, read_off, sentence_ends, speaking_bias, with_end


class AlignedTranslator(TranslationModel):
    """Embedding, recurrent layers, output layer: as many target words as source words.

    This is sequence labelling with the other language's words as labels. It learns from word
    alignments, `SILENT` standing for "nothing"; order and number of words are those of the source.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.source_embedding = nn.Embedding(config.vocab_size, config.embedding_width)
        self.encoder = Encoder(config)
        self.dropout = input_dropout(config)
        self.output = nn.Linear(config.memory_size, config.vocab_size)
        if config.tie_embeddings != "none":
            self.output.weight = self.source_embedding.weight
        self._initialise()

    def _initialise(self) -> None:
        """As `EncoderDecoder`, so that rungs differ in their parts alone."""
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
        nn.init.normal_(self.source_embedding.weight, std=self.config.embedding_width**-0.5)
        nn.init.zeros_(self.output.bias)

    def read(self, src_ids: Tensor, src_lengths: Tensor) -> Tensor:
        """``src_ids`` (B, S), ``src_lengths`` (B,) -> a state for every source token, (B, S, H)."""
        embedded = self.source_embedding(src_ids) * self.config.embedding_scale
        hidden: Tensor = self.dropout(self.encoder(embedded, src_lengths)[0])
        return hidden

    def encode(self, src_ids: Tensor, src_lengths: Tensor) -> tuple[Memory, Tensor]:
        """Memory is the states, and a last column that is 1 on the end token; see `pointer`."""
        hidden = self.read(src_ids, src_lengths)
        silent = self.output(hidden).argmax(dim=-1) == SILENT
        ends = sentence_ends(src_lengths, src_ids.shape[1])
        values = torch.cat((hidden, ends[..., None].to(hidden.dtype)), dim=-1)  # (B, S, H + 1)
        bias = speaking_bias(silent, src_lengths)
        return Memory(values, values, bias), bias.new_zeros(len(bias), 1)

    def decode(self, prev_ids: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """Only the shape of ``prev_ids`` matters: what was said does not change what comes."""
        return read_off(prev_ids.shape[1], state, memory)

    def logits(self, hidden: Tensor) -> Tensor:
        return with_end(self.output(hidden[..., :-1]).float(), hidden[..., -1:])

    def forward(self, src_ids: Tensor, src_lengths: Tensor, prev_ids: Tensor) -> Tensor:
        """Training: the states (B, T, H) of all tokens behind the language token, silent ones included."""
        return self.read(src_ids, src_lengths)[:, 1 : 1 + prev_ids.shape[1]]
