"""Beam search with the PyTorch model, many sentences at once: for a teacher on a GPU.

The runtime's own search (`traverba.decoding`) is what ships; this one keeps all its arrays on the
device and asks it once in a while whether every sentence is done.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from traverba_export.corpora.batching import pad
from traverba_export.model import TranslationModel
from traverba_export.subwords import BOS, EOS, PAD

ASK_EVERY = 4
"""Steps between two looks at whether all is done: each look waits for the device."""


@torch.no_grad()
def beam_ids(
    model: TranslationModel,
    sources: Sequence[Sequence[int]],
    beam_size: int,
    length_penalty: float = 1.0,
    max_ratio: float = 2.0,
) -> list[list[int]]:
    """The best of ``beam_size`` translations of each source, without start and end token.

    ``sources`` are complete (language token and end token included). Scores are log-probabilities over
    ((5 + length) / 6) ** ``length_penalty`` (Wu et al. 2016, section 7). What has no end after
    ``max_ratio`` * source + 10 tokens is no translation: [].
    """
    device = next(model.parameters()).device
    lengths = torch.tensor([len(s) for s in sources], device=device)
    memory, state = model.encode(torch.from_numpy(pad(sources)).to(device), lengths)
    count, width = len(sources), beam_size
    rows = torch.arange(count, device=device).repeat_interleave(width)
    memory, state = memory.select(rows), state[rows]
    scores = torch.zeros(count, width, device=device)
    scores[:, 1:] = -torch.inf  # all beams are one at first
    done = torch.zeros(count, width, dtype=torch.bool, device=device)
    tokens = torch.empty(count, width, 0, dtype=torch.long, device=device)
    prev = torch.full((count * width, 1), BOS, device=device)
    limits = (lengths * max_ratio + 10).long()
    for step in range(int(limits.max())):
        hidden, state, _ = model.decode(prev, state, memory)
        best, ids = _candidates(model, hidden[:, 0], done, width)
        scores, chosen = (scores[..., None] + best).flatten(1).topk(width)
        origin = chosen // ids.shape[-1]
        latest = ids.flatten(1).gather(1, chosen)
        done = done.gather(1, origin) | (latest == EOS) | (step + 1 >= limits)[:, None]
        before = tokens.gather(1, origin[..., None].expand_as(tokens))
        tokens = torch.cat((before, latest[..., None]), dim=-1)
        state = state[(origin + width * torch.arange(count, device=device)[:, None]).flatten()]
        prev = latest.reshape(-1, 1)
        if step % ASK_EVERY == ASK_EVERY - 1 and bool(done.all()):
            break
    return _best(tokens, scores, length_penalty)


def _candidates(model: TranslationModel, hidden: Tensor, done: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """The ``width`` (or V, if that is less) likeliest next tokens of each beam: log-probabilities, ids.

    A beam that is done goes on as itself: PAD, at no cost.
    """
    logits = model.logits(hidden).float()
    total = logits.logsumexp(dim=-1, keepdim=True)
    logits[:, [PAD, BOS]] = -torch.inf
    best, ids = logits.topk(min(width, logits.shape[1]), dim=-1)
    best, ids = (best - total).view(*done.shape, -1), ids.view(*done.shape, -1)
    stay = torch.full_like(best[:1, :1], -torch.inf)
    stay[..., 0] = 0.0
    return torch.where(done[..., None], stay, best), torch.where(done[..., None], PAD, ids)


def _best(tokens: Tensor, scores: Tensor, length_penalty: float) -> list[list[int]]:
    """``tokens`` (B, K, T), ``scores`` (B, K) -> the ids of the best that has an end."""
    lengths = (tokens != PAD).sum(dim=-1)
    ended = (tokens == EOS).any(dim=-1)
    ranked = (scores / ((5 + lengths) / 6) ** length_penalty).masked_fill(~ended, -torch.inf)
    chosen = ranked.argmax(dim=1)
    rows = tokens[torch.arange(len(tokens), device=tokens.device), chosen].cpu().numpy()
    fine = ended.any(dim=1).cpu().numpy()
    return [
        row[(row != PAD) & (row != EOS)].tolist() if ok else [] for row, ok in zip(rows, fine, strict=True)
    ]
