"""Several translations of one sentence by one bundle, and how good each of them is."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from traverba import DecodeOptions, TextOptions, Translator, load_translator
from traverba_export.corpora.examples import Sequences
from traverba_export.corpora.keeping import sequences_in, write_sequences
from traverba_export.recipe import Recipe, RecipeError, Refining, split_direction
from traverba_export.subwords import Subwords
from traverba_export.training.refining.gleu import gleu
from traverba_export.training.synthesis import drawn, pairs_between

log = logging.getLogger(__name__)

Pair = tuple[str, str]
LEAST_DIFFERENCE = 0.02
"""Between the best and the worst rival: where all are alike there is nothing to learn."""
AS_TRAINED = TextOptions(split="lines", fix_spelling=False, look_up=False, protect=False, match_case=False)
"""The network alone, which is what learns."""
FOLDER = "rivals"
SEQUENCES = ("source", "reference", "rival")


@dataclass(frozen=True)
class RivalPool:
    """n sentences of one direction and m rivals of theirs; no special tokens yet."""

    direction: str
    target_token: int
    source: Sequences  # n
    reference: Sequences  # n
    rival: Sequences  # m, a sentence's behind those of the one before
    first: NDArray[np.int64]
    """(n + 1,) where the rivals of each begin."""
    rewards: NDArray[np.float32]  # (m,)


def rival_pools(
    recipe: Recipe, texts: Sequence[list[Pair]], subwords: Subwords, out_dir: Path
) -> list[RivalPool]:
    """One for each direction, of the recipe's clean pairs ``texts``; what is written already is kept."""
    assert recipe.refining is not None
    folder = out_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for direction in ("-".join(way) for way in recipe.directions):
        path = folder / f"{direction}.npz"
        if not path.exists():
            _write(path, _contests(recipe, recipe.refining, texts, direction), subwords)
    pools = [_read(folder / f"{source}-{target}.npz", subwords) for source, target in recipe.directions]
    if not any(len(pool.source) for pool in pools):
        raise RecipeError(f"[refining]: {recipe.refining.by} gives no sentence two translations that differ")
    return [pool for pool in pools if len(pool.source)]


@dataclass(frozen=True)
class _Contest:
    """A sentence, one of its references, and the rivals with their rewards."""

    source: str
    reference: str
    rivals: dict[str, float]


def _contests(
    recipe: Recipe, options: Refining, texts: Sequence[list[Pair]], direction: str
) -> Iterator[_Contest]:
    """Sentences of a direction at random, without those whose rivals are all alike."""
    references = _references(recipe, options, texts, direction)
    rng = np.random.default_rng(recipe.seed)
    sources = drawn(list(references), options.sentences, rng)
    with load_translator(options.by) as translator:
        for source, rivals in zip(sources, _rivals(translator, sources, options, direction), strict=True):
            rewards = {rival: gleu(rival, references[source]) for rival in rivals}
            if rewards and max(rewards.values()) - min(rewards.values()) >= LEAST_DIFFERENCE:
                yield _Contest(source, references[source][rng.integers(len(references[source]))], rewards)


def _references(
    recipe: Recipe, options: Refining, texts: Sequence[list[Pair]], direction: str
) -> dict[str, list[str]]:
    """Every source of the direction in the corpora that are asked for -> all its translations there."""
    found: dict[str, list[str]] = {}
    for source, target in pairs_between(recipe, texts, split_direction(direction), options.corpora):
        found.setdefault(source, []).append(target)
    return found


def _rivals(
    translator: Translator, sources: Iterable[str], options: Refining, direction: str
) -> Iterator[list[str]]:
    """The different texts among a beam's hypotheses, best first."""
    source, target = split_direction(direction)
    search = DecodeOptions(
        beam_size=options.rivals, num_hypotheses=options.rivals, made_up_penalty=0.0, guards="off"
    )
    answers = translator.translate_iter(
        sources, source=source, target=target, options=search, text_options=AS_TRAINED
    )
    for answer in answers:
        yield list(dict.fromkeys(each.text for each in answer.hypotheses if each.text.strip()))


def _write(path: Path, contests: Iterable[_Contest], subwords: Subwords) -> None:
    """All of a direction at once."""
    found = list(contests)
    log.info("%s: %d sentences whose rivals differ", path.name, len(found))
    texts = (
        [each.source for each in found],
        [each.reference for each in found],
        [rival for each in found for rival in each.rivals],
    )
    encoded = [Sequences.pack(subwords.encode_batch(each)) for each in texts]
    first = np.cumsum([0, *(len(each.rivals) for each in found)])
    rewards = np.array([reward for each in found for reward in each.rivals.values()], np.float32)
    write_sequences(path, dict(zip(SEQUENCES, encoded, strict=True)), {"first": first, "rewards": rewards})


def _read(path: Path, subwords: Subwords) -> RivalPool:
    with np.load(path) as arrays:
        source, reference, rival = (sequences_in(arrays, name) for name in SEQUENCES)
        first, rewards = arrays["first"], arrays["rewards"]
    token = subwords.language_token(split_direction(path.stem)[1])
    return RivalPool(path.stem, token, source, reference, rival, first, rewards)
