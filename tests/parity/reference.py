"""An independent, slow beam search in PyTorch: one sentence, whole distributions, no shortcuts.

It states in the plainest way what the engine promises: at every step all continuations of the K
live hypotheses are ranked by log-probability; an end token among the K best completes its
hypothesis, the K best others live on. The search ends when K finished hypotheses are at least as
good, by log P / lp, as the best live one as it stands, or at the length limit, where live ones are
cut. What has ended is compared by Wu et al. 2016, equation 14.
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
class Ended:
    """A hypothesis that has, with its end token or cut at the limit."""

    ids: tuple[int, ...]
    standing: float
    """log P / lp."""
    score: float
    """The same with the coverage penalty."""


@dataclass(frozen=True)
class Found:
    """What the reference found."""

    ended: list[Ended]
    """Best first."""
    closest: float
    """The smallest difference that decided what lived on or when to stop: below what float32 can tell,
    another order of adding up decides otherwise."""


@torch.no_grad()
def reference_beam(model: EncoderDecoder, source: list[int], limit: int, settings: Settings) -> Found:
    """All hypotheses of one sentence that have ended; none has more than ``limit`` tokens."""
    closest = math.inf
    memory, state = model.encode(torch.tensor([source]), torch.tensor([len(source)]))
    live = [Live((), 0.0, state, torch.zeros(len(source)))]
    ended: list[Ended] = []
    for length in range(limit + 1):
        ranked = _continuations(model, memory, live, settings)
        ending = [(log_prob, of) for log_prob, token, of in ranked[: settings.beam_size] if token == EOS]
        ended += [_end(of, log_prob, length + 1, settings) for log_prob, of in ending]
        if length == limit:
            finished = {of.ids for _, of in ending}
            ended += [_end(h, h.log_prob, length, settings) for h in live if h.ids not in finished]
            break
        growing = [entry for entry in ranked if entry[1] != EOS]
        closest = min(closest, _gap(ranked, settings.beam_size), _gap(growing, settings.beam_size))
        live = [
            Live((*of.ids, token), log_prob, of.state, of.coverage)
            for log_prob, token, of in growing[: settings.beam_size]
        ]
        standing = live[0].log_prob / _length_penalty(length + 1, settings)
        closest = min([closest, *(abs(hypothesis.standing - standing) for hypothesis in ended)])
        if sum(hypothesis.standing >= standing for hypothesis in ended) >= settings.beam_size:
            break
    return Found(sorted(ended, key=lambda hypothesis: -hypothesis.score), closest)


def _gap(ranked: list[tuple[float, int, Live]], kept: int) -> float:
    """How far the last that is kept is from the first that is not."""
    return ranked[kept - 1][0] - ranked[kept][0] if len(ranked) > kept else math.inf


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


def _end(of: Live, log_prob: float, steps: int, settings: Settings) -> Ended:
    """``log_prob`` and ``of.coverage`` are those after ``steps`` tokens, an end token included."""
    standing = log_prob / _length_penalty(steps, settings)
    coverage = float(of.coverage.clamp(1e-10, 1.0).log().sum())
    return Ended(of.ids, standing, standing + settings.coverage_penalty * coverage)


def _length_penalty(length: int, settings: Settings) -> float:
    return float(((5 + length) / 6) ** settings.length_penalty)
