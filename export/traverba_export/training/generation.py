"""Greedy translation with the PyTorch model: for watching dev quality while training, and for parity."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from traverba_export.corpora.batching import pad
from traverba_export.model import TranslationModel
from traverba_export.subwords import BOS, EOS, PAD, Subwords


@torch.no_grad()
def greedy_ids(
    model: TranslationModel,
    sources: Sequence[Sequence[int]],
    forbidden: Sequence[int] = (),
    max_ratio: float = 2.0,
) -> list[list[int]]:
    """The likeliest next token, again and again, until the end token or ``max_ratio`` * source + 10.

    ``sources`` are complete id sequences (language token and end token included); ``forbidden`` ids are
    never chosen. The result has neither start nor end token.
    """
    device = next(model.parameters()).device
    lengths = torch.tensor([len(s) for s in sources], device=device)
    memory, state = model.encode(torch.from_numpy(pad(sources)).to(device), lengths)
    limits = (lengths * max_ratio + 10).long()
    prev = torch.full((len(sources), 1), BOS, device=device)
    live = torch.ones(len(sources), dtype=torch.bool, device=device)
    chosen = []
    for step in range(int(limits.max())):
        hidden, state, _ = model.decode(prev, state, memory)
        scores = model.logits(hidden[:, 0]).float()  # (B, V)
        scores[:, [PAD, BOS, *forbidden]] = -torch.inf
        best = scores.argmax(dim=-1)
        live = live & (best != EOS) & (step < limits)
        if not live.any():
            break
        chosen.append(torch.where(live, best, PAD))
        prev = best[:, None]
    rows = torch.stack(chosen, dim=1).tolist() if chosen else [[] for _ in sources]
    return [[i for i in row if i != PAD] for row in rows]


def translate_greedily(
    model: TranslationModel,
    subwords: Subwords,
    texts: Sequence[str],
    target_language: str,
    batch_size: int = 200,
) -> list[str]:
    """Texts in, translations out, in order; sentences of similar length share a batch."""
    token = subwords.language_token(target_language)
    sources = [[token, *ids, EOS] for ids in subwords.encode_batch(texts)]
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    out = [""] * len(texts)
    for start in range(0, len(order), batch_size):
        chunk = order[start : start + batch_size]
        for index, ids in zip(chunk, greedy_ids(model, [sources[i] for i in chunk]), strict=True):
            out[index] = subwords.decode(ids)
    return out
