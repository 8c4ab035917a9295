"""The lowest rung beside a bundle: a dictionary of the same corpora and subwords, a word at a time.

What a translator scores above this row is what its network is good for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path

from traverba_export.corpora.examples import build_pool
from traverba_export.corpora.variants import VariantShares
from traverba_export.model import Dictionary, ModelConfig
from traverba_export.quality.evaluation import Task
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


class Lookup:
    """A dictionary for each direction, counted when it is first asked for."""

    def __init__(self, recipe: Recipe, data_dir: Path, subwords: Subwords) -> None:
        self.recipe, self.data_dir, self.subwords = recipe, data_dir, subwords
        self._dictionaries: dict[str, Dictionary] = {}

    def tasks(self, test_sets: Iterable[TestSet]) -> Iterator[Task]:
        """One for each test set of a direction that the recipe trains."""
        trained = {f"{source}-{target}" for source, target in self.recipe.directions}
        for test_set in test_sets:
            if test_set.direction in trained:
                yield Task(test_set, SETTINGS, partial(self._translate, test_set))

    def _translate(self, test_set: TestSet) -> list[str]:
        dictionary = self._dictionary(test_set.direction)
        target = split_direction(test_set.direction)[1]
        return translate_greedily(dictionary, self.subwords, test_set.sources, target)

    def _dictionary(self, direction: str) -> Dictionary:
        if direction not in self._dictionaries:
            pairs = self._pairs[direction]
            self._dictionaries[direction] = learn_dictionary(
                direction, pairs, self.subwords, self.recipe.seed
            )
        return self._dictionaries[direction]

    @cached_property
    def _pairs(self) -> dict[str, list[tuple[str, str]]]:
        return training_pairs(self.recipe, self.data_dir, PAIRS)


def learn_dictionary(
    direction: str, pairs: Sequence[tuple[str, str]], subwords: Subwords, seed: int
) -> Dictionary:
    """Counted from the word alignments of source-target ``pairs``."""
    target = split_direction(direction)[1]
    log.info("%s: a dictionary from %d pairs", direction, len(pairs))
    pool = build_pool(f"lookup {direction}", pairs, target, 1.0, subwords, VariantShares(), seed)
    config = ModelConfig(vocab_size=subwords.vocab_size, decoder="dictionary")
    return count_dictionary([aligned_pool(pool)], config)
