"""What every rung offers: read a source once, then say one target token after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from traverba_export.model.config import ModelConfig


@dataclass(frozen=True)
class Memory:
    """What a decoder reads, computed once for a source sentence."""

    values: Tensor  # (B, S, M)
    keys: Tensor  # (B, S, A)
    bias: Tensor  # (B, S): 0, or PADDING_BIAS where there is nothing to read

    def select(self, rows: Tensor) -> Memory:
        """The memory of some sentences, repeats allowed: ``rows`` (R,)."""
        return Memory(self.values[rows], self.keys[rows], self.bias[rows])


class TranslationModel(nn.Module):
    """The calls that generation, the graphs and their verification make of a model."""

    config: ModelConfig

    def into(self, target: str) -> TranslationModel:
        """The model that translates into one language: itself, unless each has a decoder of its own."""
        return self

    @property
    def members(self) -> Mapping[str, TranslationModel]:
        """Target language -> the model that translates into it; "" for all, where one decoder says all."""
        return {"": self}

    def encode(self, src_ids: Tensor, src_lengths: Tensor) -> tuple[Memory, Tensor]:
        """``src_ids`` (B, S), ``src_lengths`` (B,) -> memory and initial decoder state (B, W)."""
        raise NotImplementedError

    def decode(self, prev_ids: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """``prev_ids`` (B, T), ``state`` (B, W) -> hidden (B, T, F), state (B, W), attention (B, T, S).

        F is whatever `logits` reads.
        """
        raise NotImplementedError

    def logits(self, hidden: Tensor) -> Tensor:
        """``hidden`` (..., F) -> scores (..., V) whose softmax is the distribution of the next token."""
        raise NotImplementedError

    def log_probs(self, hidden: Tensor) -> Tensor:
        """``hidden`` (..., F) -> log-probabilities (..., V)."""
        return torch.log_softmax(self.logits(hidden).float(), dim=-1)


def count_parameters(model: nn.Module) -> dict[str, int]:
    """Parameters per part, shared matrices counted once, under the part that comes first."""
    parts: dict[str, int] = {}
    seen: set[int] = set()
    for name, parameter in model.named_parameters(remove_duplicate=False):
        if id(parameter) not in seen:
            seen.add(id(parameter))
            part = name.split(".")[0]
            parts[part] = parts.get(part, 0) + parameter.numel()
    return parts
