"""An independent, slow beam search in PyTorch: one sentence, whole distributions, no shortcuts.

It states in the plainest way what the engine promises: at every step all continuations of the
K live hypotheses are ranked by log-probability; an end token among the K best completes its
hypothesis, the K best others live on; the search ends when K have finished or the length limit
is reached; finished hypotheses are compared by Wu et al. 2016, equation 14.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from traverba_export.model import EncoderDecoder, Memory
from traverba_export.subwords import BOS, EOS


@dataclass(frozen=True)
class Settings:
    """The part of the engine's options that the reference knows."""

    beam_size: int
    length_penalty: float
    coverage_penalty: float
    max_length: int
    never: tuple[int, ...]
    """Ids that are not words: padding, start and language tokens."""


@dataclass(frozen=True)
class Live:
    """A hypothesis that has not ended."""

    ids: tuple[int, ...]
    log_prob: float
    state: Tensor  # (1, W)
    coverage: Tensor  # (S,)


@dataclass(frozen=True)
class Finished:
    """A hypothesis that ended, and its score."""

    ids: tuple[int, ...]
    score: float


@torch.no_grad()
def reference_beam(model: EncoderDecoder, source: list[int], settings: Settings) -> list[Finished]:
    """All finished hypotheses of one sentence, best first."""
    memory, state = model.encode(torch.tensor([source]), torch.tensor([len(source)]))
    live = [Live((), 0.0, state, torch.zeros(len(source)))]
    finished: list[Finished] = []
    for _ in range(settings.max_length + 1):
        ranked = _continuations(model, memory, live, settings)
        for log_prob, token, parent in ranked[: settings.beam_size]:
            if token == EOS:
                finished.append(_finish(parent, log_prob, settings))
        if len(finished) >= settings.beam_size:
            break
        live = [
            Live((*parent.ids, token), log_prob, parent.state, parent.coverage)
            for log_prob, token, parent in ranked
            if token != EOS
        ][: settings.beam_size]
    return sorted(finished, key=lambda hypothesis: -hypothesis.score)


def _continuations(
    model: EncoderDecoder, memory: Memory, live: list[Live], settings: Settings
) -> list[tuple[float, int, Live]]:
    """The 2K best (log-probability, token, hypothesis whose state and coverage include this step)."""
    rows = torch.zeros(len(live), dtype=torch.long)
    prev = torch.tensor([[h.ids[-1] if h.ids else BOS] for h in live])
    hidden, states, attention = model.decode(prev, torch.cat([h.state for h in live]), memory.select(rows))
    log_probs = model.log_probs(hidden[:, 0])  # (K, V)
    log_probs[:, list(settings.never)] = -math.inf
    found: list[tuple[float, int, Live]] = []
    for k, hypothesis in enumerate(live):
        parent = Live(
            hypothesis.ids, hypothesis.log_prob, states[k : k + 1], hypothesis.coverage + attention[k, 0]
        )
        best = log_probs[k].topk(2 * settings.beam_size)
        found += [
            (hypothesis.log_prob + value, token, parent)
            for value, token in zip(best.values.tolist(), best.indices.tolist(), strict=True)
        ]
    return sorted(found, key=lambda entry: -entry[0])[: 2 * settings.beam_size]


def _finish(parent: Live, log_prob: float, settings: Settings) -> Finished:
    length = len(parent.ids) + 1
    penalty = ((5 + length) / 6) ** settings.length_penalty
    coverage = settings.coverage_penalty * float(parent.coverage.clamp(1e-10, 1.0).log().sum())
    return Finished(parent.ids, log_prob / penalty + coverage)
