"""Translation without generation: a pointer goes through the source and reads each position once.

The pointer starts at the language token, which says nothing, and ends on the end token, which says
that the translation ends. A word that has no counterpart in the other language is silent: the
encoder finds that out, and the pointer passes it by.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from traverba_export.model.attention import PADDING_BIAS
from traverba_export.model.interface import Memory
from traverba_export.subwords import BOS, EOS

SILENT = BOS
"""The target of a source token without a counterpart: the one token that is never a translation."""
IMPOSSIBLE = -100.0
"""As a log-probability nothing in float32, yet small enough that sums keep their decimals."""


def sentence_ends(src_lengths: Tensor, width: int) -> Tensor:
    """``src_lengths`` (B,) -> (B, S): True on each sentence's last token."""
    return torch.arange(width, device=src_lengths.device) == src_lengths[:, None] - 1


def speaking_bias(silent: Tensor, src_lengths: Tensor) -> Tensor:
    """``silent`` (B, S) -> (B, S): 0 where the pointer stops, `PADDING_BIAS` elsewhere.

    It stops on the end token in any case; and if a whole sentence is silent, on each of its words,
    since a poor translation says more than none.
    """
    places = torch.arange(silent.shape[1], device=silent.device)
    words = (places > 0) & (places < src_lengths[:, None] - 1)  # (B, S)
    speaking = words & ~silent
    mute = ~speaking.any(dim=1, keepdim=True)
    stops = speaking | (words & mute) | sentence_ends(src_lengths, silent.shape[1])
    return torch.zeros(silent.shape, device=silent.device).masked_fill(~stops, PADDING_BIAS)


def follow(position: Tensor, bias: Tensor) -> Tensor:
    """``position`` (B, 1), ``bias`` (B, S) -> the next place to stop at, (B, 1); the end is not left."""
    width = bias.shape[1]
    places = torch.arange(width, device=bias.device, dtype=position.dtype)
    ahead = torch.where((places > position) & (bias == 0), places, float(width))
    nearest = ahead.amin(dim=1, keepdim=True)
    return torch.where(nearest < width, nearest, position)


def read_off(steps: int, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
    """``steps`` T stops from ``state`` (B, 1): memory there (B, T, M), state, attention (B, T, S)."""
    stops = []
    for _ in range(steps):
        state = follow(state, memory.bias)
        stops.append(state)
    position = torch.cat(stops, dim=1).long()  # (B, T)
    index = position[..., None].expand(-1, -1, memory.values.shape[2])
    attention = functional.one_hot(position, memory.bias.shape[1]).to(memory.bias.dtype)
    return memory.values.gather(1, index), state, attention


def with_end(scores: Tensor, ended: Tensor) -> Tensor:
    """``scores`` (..., V), ``ended`` (..., 1): the end token is certain at the end, impossible before it."""
    tokens = torch.arange(scores.shape[-1], device=scores.device)
    at_end = torch.where(tokens == EOS, 0.0, IMPOSSIBLE)
    before = scores.masked_fill((tokens == EOS) | (tokens == SILENT), IMPOSSIBLE)
    return torch.where(ended > 0, at_end, before)
