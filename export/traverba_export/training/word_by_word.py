"""What the rungs without generation learn from: one target token for each source token.

The links of a word alignment say which; a source token without one is to be silent. The lowest
rung, the dictionary, is counted from the same examples that the others are trained on.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from traverba_export.alignment.linking import UNLINKED, link_pairs
from traverba_export.corpora.examples import Pool, Sequences
from traverba_export.model import Dictionary, ModelConfig
from traverba_export.model.pointer import IMPOSSIBLE, SILENT
from traverba_export.recipe import Recipe
from traverba_export.training.checkpoints import save_atomically
from traverba_export.training.evaluation import evaluate
from traverba_export.training.preparation import Prepared

log = logging.getLogger(__name__)

FINAL = "final.pt"


def aligned_pools(pools: Sequence[Pool], out_dir: Path) -> list[Pool]:
    """The same examples with targets as long as their sources; what an earlier sitting aligned is kept."""
    return [_kept_or_aligned(pool, out_dir / f"aligned.{n}.npy") for n, pool in enumerate(pools)]


def _kept_or_aligned(pool: Pool, path: Path) -> Pool:
    if path.exists():
        ids = np.load(path)
        if len(ids) == len(pool.source.ids):
            return replace(pool, target=Sequences(ids, pool.source.offsets))
    made = aligned_pool(pool)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as stream:
        np.save(stream, made.target.ids)
    partial.replace(path)
    return made


def aligned_pool(pool: Pool) -> Pool:
    """Each target becomes, position by position, the token linked to the source's token, or `SILENT`."""
    pairs = [(pool.source[i], pool.target[i]) for i in range(len(pool.source))]
    targets = [
        np.where(links == UNLINKED, SILENT, target[np.maximum(links, 0)])
        for (_, target), links in zip(pairs, link_pairs(pairs), strict=True)
    ]
    silent = sum(int((target == SILENT).sum()) for target in targets)
    log.info("%s: %d of %d source tokens have no counterpart", pool.name, silent, len(pool.source.ids))
    return replace(pool, target=Sequences.pack([target.tolist() for target in targets]))


def count_dictionary(pools: Iterable[Pool], config: ModelConfig) -> Dictionary:
    """Relative frequencies of what each source token is aligned to in ``pools`` of `aligned_pool`."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for pool in pools:
        for source, target in zip(pool.source.ids.tolist(), pool.target.ids.tolist(), strict=True):
            counts[source][target] += 1
    model = Dictionary(config)
    for source, translations in counts.items():
        _fill_row(model, source, translations)
    return model.eval()


@torch.no_grad()
def _fill_row(model: Dictionary, source: int, translations: Counter[int]) -> None:
    """The likeliest C translations; places that are left go to other tokens, with no probability."""
    count, total = model.config.candidates, translations.total()
    best = translations.most_common(count)
    known = {token for token, _ in best}
    rest = [token for token in range(model.config.vocab_size) if token not in known][: count - len(best)]
    model.ids[source] = torch.tensor([token for token, _ in best] + rest)
    log_probs = [float(np.log(n / total)) for _, n in best] + [IMPOSSIBLE] * len(rest)
    model.translation_log_probs[source] = torch.tensor(log_probs)


def learn_dictionary(recipe: Recipe, prepared: Prepared, out_dir: Path) -> Path:
    """Count, score on dev and write what the trainer would write: `final.pt`."""
    model = count_dictionary(prepared.pools, recipe.model)
    scores = evaluate(model, prepared.subwords, prepared.dev, "fp32")
    for s in scores:
        log.info("dictionary %s: BLEU %.2f chrF %.2f (%s)", s.direction, s.bleu, s.chrf, s.bleu_signature)
    state = {
        "model": model.state_dict(),
        "config": recipe.model.to_dict(),
        "dev": [asdict(s) for s in scores],
    }
    save_atomically(state, out_dir / FINAL)
    return out_dir / FINAL
