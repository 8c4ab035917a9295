"""What a larger model of the same subwords makes of the run's own sentences, as ids.

Sequence-level distillation (Kim & Rush 2016) where sources are people's and targets the teacher's;
back-translation (Sennrich et al. 2016) of the same pairs the other way round, tagged. Unlike
`synthesis`, which has a bundle write text on a CPU, the teacher is a run's weights on the device at
hand.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from traverba_export.corpora.examples import Pool, Sequences
from traverba_export.corpora.keeping import read_encoded, write_encoded
from traverba_export.model import ModelConfig, TranslationModel, build_network
from traverba_export.recipe import Recipe, RecipeError, Synthetic, split_direction
from traverba_export.subwords import EOS, Subwords
from traverba_export.training.floats import products_in
from traverba_export.training.searching import beam_ids
from traverba_export.training.transfer import Origin, load_parent

log = logging.getLogger(__name__)

SOURCE_TOKENS = 40_000
"""Of a batch, padding included: with a beam of four, 160,000 keys of attention."""


def taught_pools(
    recipe: Recipe, pools: Sequence[Pool], subwords: Subwords, teacher: Origin, device: str, out_dir: Path
) -> list[Pool]:
    """The pools of what the recipe wants of a run; what an earlier sitting wrote is kept."""
    found: list[Pool] = []
    model: TranslationModel | None = None
    for each in recipe.of_a_run:
        path = out_dir / each.path
        if not path.exists():
            model = model or load_teacher(teacher, device)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_encoded(path, _written(model, each, pools, subwords, recipe.seed))
        found += _pools(each, *read_encoded(path), subwords)
    return found


def load_teacher(origin: Origin, device: str) -> TranslationModel:
    """The model of a run or a bundle, ready to translate."""
    teacher = load_parent(origin)
    if not teacher.config:
        raise RecipeError(f"{origin} does not say what its weights are of; give the folder of a run")
    model = build_network(ModelConfig(**teacher.config))
    model.load_state_dict(teacher.weights)
    return model.to(device).eval()


def _pools(each: Synthetic, given: Sequences, written: Sequences, subwords: Subwords) -> Iterator[Pool]:
    """The teacher's pairs as they are and the other way round, as often as the recipe says."""
    for direction, passes, tagged in each.ways:
        sides = (written, given) if tagged else (given, written)
        token = subwords.language_token(split_direction(direction)[1])
        yield Pool(f"{each.path} {direction}", *sides, token, passes, tagged)


def _written(
    model: TranslationModel, each: Synthetic, pools: Sequence[Pool], subwords: Subwords, seed: int
) -> tuple[Sequences, Sequences]:
    """Sentences that are wanted, and what the teacher makes of them; without what has no end."""
    source, target = split_direction(each.direction)
    sentences = distinct_sentences(pools, each.corpora, source)
    if each.sentences < len(sentences):
        chosen = np.random.default_rng(seed).permutation(len(sentences))[: each.sentences]
        sentences = [sentences[i] for i in sorted(chosen.tolist())]
    token = subwords.language_token(target)
    translations = _translate(model.into(target), [[token, *s, EOS] for s in sentences], each.beam)
    kept = [(s, t) for s, t in zip(sentences, translations, strict=True) if t]
    log.info("%s: the teacher wrote %d of %d sentences", each.direction, len(kept), len(sentences))
    return Sequences.pack([s for s, _ in kept]), Sequences.pack([t for _, t in kept])


def distinct_sentences(pools: Sequence[Pool], corpora: Sequence[str], language: str) -> list[list[int]]:
    """Every sentence in ``language`` that ``corpora`` have as people wrote it, once."""
    found: dict[bytes, list[int]] = {}
    of_corpus = {pool.corpus: pool for pool in pools}  # both directions of a corpus have the same pairs
    for pool in of_corpus.values():
        if pool.corpus in corpora and language in split_direction(pool.direction):
            side = pool.source if pool.direction.startswith(f"{language}-") else pool.target
            for ids in (side[i] for i in range(pool.as_written)):
                if len(ids):
                    found.setdefault(ids.tobytes(), ids.tolist())
    return list(found.values())


def _translate(model: TranslationModel, sources: list[list[int]], beam: int) -> list[list[int]]:
    """In order; sentences of similar length share a batch."""
    order = sorted(range(len(sources)), key=lambda i: -len(sources[i]))
    out: list[list[int]] = [[]] * len(sources)
    device = next(model.parameters()).device.type
    with products_in("fp16" if device == "cuda" else "bf16", device):
        while order:
            count = max(1, SOURCE_TOKENS // len(sources[order[0]]))
            chunk, order = order[:count], order[count:]
            for index, ids in zip(chunk, beam_ids(model, [sources[i] for i in chunk], beam), strict=True):
                out[index] = ids
    return out
