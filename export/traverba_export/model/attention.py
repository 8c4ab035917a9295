"""Attention: which source positions matter for this target position.

Keys are computed once for a source sentence; queries come from the bottom decoder layer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from traverba_export.model.additive_scores import additive_scores
from traverba_export.model.config import ModelConfig

PADDING_BIAS = -1.0e9
"""Added to the scores of padding: large enough that its softmax weight is exactly zero."""


class Attention(nn.Module):
    """Scores ``dot | general`` (Luong et al. 2015) or ``additive`` (Bahdanau et al. 2015).

    The additive score is normalised as GNMT does it: the vector v is reduced to its direction
    and given a learned length, so that its scale trains apart from its direction (weight
    normalisation, Salimans & Kingma 2016).
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.kind = config.attention
        if self.kind == "general":
            self.key = nn.Linear(config.memory_size, config.key_size, bias=False)
        if self.kind == "additive":
            self.key = nn.Linear(config.memory_size, config.key_size)
            self.query = nn.Linear(config.hidden_size, config.key_size, bias=False)
            self.direction = nn.Parameter(torch.empty(config.key_size).uniform_(-0.1, 0.1))
            self.gain = nn.Parameter(torch.ones(()))  # larger gains saturate before content matters

    def keys(self, memory: Tensor) -> Tensor:
        """``memory`` (B, S, M) -> keys (B, S, A)."""
        keys: Tensor = memory if self.kind == "dot" else self.key(memory)
        return keys

    def score_vector(self) -> Tensor:
        """The normalised v of the additive score, (A,)."""
        vector: Tensor = self.gain * self.direction / self.direction.norm()
        return vector

    def forward(self, queries: Tensor, memory: Tensor, keys: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """``queries`` (B, T, H), ``bias`` (B, S) -> contexts (B, T, M) and weights (B, T, S)."""
        scores = self._additive(queries, keys) if self.kind == "additive" else queries @ keys.transpose(1, 2)
        weights = torch.softmax(scores.float() + bias[:, None], dim=-1)
        return weights.to(memory.dtype) @ memory, weights

    def _additive(self, queries: Tensor, keys: Tensor) -> Tensor:
        queries, vector = self.query(queries), self.score_vector()
        if torch.is_grad_enabled():
            return additive_scores(queries, keys, vector)
        mixed = torch.tanh(queries[:, :, None] + keys[:, None])  # (B, T, S, A)
        return mixed @ vector.to(mixed.dtype)
