"""The lowest rung beside a bundle: a dictionary of the same corpora and subwords, a word at a time.

What a translator scores above this row is what its network is good for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from traverba_export.corpora.examples import VariantShares, build_pool
from traverba_export.model import Dictionary, ModelConfig
from traverba_export.quality.challenge.checks import Identify
from traverba_export.quality.evaluation import Scored, score_output
from traverba_export.quality.test_sets import TestSet
from traverba_export.recipe import Recipe, split_direction
from traverba_export.subwords import Subwords
from traverba_export.training.generation import translate_greedily
from traverba_export.training.preparation import training_pairs
from traverba_export.training.word_by_word import aligned_pool, count_dictionary

log = logging.getLogger(__name__)

PAIRS = 60_000
"""Sentences of each direction from which its dictionary is counted: more change it little."""
SETTINGS = "lookup, word for word"


def score_lookup(
    recipe: Recipe,
    data_dir: Path,
    subwords: Subwords,
    test_sets: Iterable[TestSet],
    identify: Identify | None = None,
) -> Iterator[Scored]:
    """Score a dictionary of each direction on the test sets; what the recipe does not train is left out."""
    pairs = training_pairs(recipe, data_dir, PAIRS)
    dictionaries: dict[str, Dictionary] = {}
    for test_set in test_sets:
        direction = test_set.direction
        if direction not in pairs:
            continue
        if direction not in dictionaries:
            dictionaries[direction] = learn_dictionary(direction, pairs[direction], subwords, recipe.seed)
        target = split_direction(direction)[1]
        texts = translate_greedily(dictionaries[direction], subwords, test_set.sources, target)
        yield score_output(test_set, texts, SETTINGS, identify)


def learn_dictionary(
    direction: str, pairs: Sequence[tuple[str, str]], subwords: Subwords, seed: int
) -> Dictionary:
    """Counted from the word alignments of source-target ``pairs``."""
    target = split_direction(direction)[1]
    log.info("%s: a dictionary from %d pairs", direction, len(pairs))
    pool = build_pool(f"lookup {direction}", pairs, target, 1.0, subwords, VariantShares(), seed)
    config = ModelConfig(vocab_size=subwords.vocab_size, decoder="dictionary")
    return count_dictionary([aligned_pool(pool)], config)
