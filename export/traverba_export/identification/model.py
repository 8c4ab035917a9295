"""The network: words as bags of n-grams, read by a GRU in both directions, pooled into one vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from traverba_export.identification.recipe import IdentifierModel


class Identifier(nn.Module):
    """B texts to logits over L languages: the many-to-one recurrent network, with gates (Cho et al. 2014)."""

    def __init__(self, config: IdentifierModel, ngrams: int, languages: int) -> None:
        super().__init__()
        self.config = config
        self.ngrams = nn.EmbeddingBag(ngrams + 1, config.embedding_size, mode="sum", padding_idx=0)
        nn.init.normal_(self.ngrams.weight, std=0.1)
        with torch.no_grad():
            self.ngrams.weight[0] = 0
        self.reader = nn.GRU(config.embedding_size, config.hidden_size, bidirectional=True)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(4 * config.hidden_size, languages)

    def forward(self, ids: Tensor, counts: Tensor, lengths: Tensor) -> Tensor:
        """Logits ``(B, L)``.

        ``ids (n,)`` are the n-grams of all words of all texts, ``counts (words,)`` how many each word
        has, ``lengths (B,)`` how many words each text has.
        """
        if self.training and self.config.ngram_dropout:
            ids = ids * (torch.rand(len(ids)) >= self.config.ngram_dropout)
        words = self.ngrams(ids, counts.cumsum(0) - counts) / counts.sqrt()[:, None]
        mask = torch.arange(int(lengths.max()))[:, None] < lengths  # (S, B)
        padded = words.new_zeros(*mask.shape, words.shape[1])
        padded = padded.transpose(0, 1).masked_scatter(mask.T[:, :, None], words).transpose(0, 1)
        packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.reader(packed)[0])  # (S, B, 2H)
        mean = states.sum(0) / lengths[:, None]
        largest = states.masked_fill(~mask[:, :, None], -1.0).amax(0)
        pooled = torch.cat([mean, largest], dim=1)
        logits: Tensor = self.output(self.dropout(pooled))
        return logits
