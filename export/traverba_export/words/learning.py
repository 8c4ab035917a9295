"""What the sentence pairs of two languages say of their words: a dictionary, and names of rare words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traverba_export.training.preparation import Pair
from traverba_export.words.aligned import Aligned, Languages, Met
from traverba_export.words.counting import Counts
from traverba_export.words.naming import (
    Names,
    name_rare_words,
    name_words_of_manuals,
    pair_words,
    surest_pairs,
    without_doubted,
)
from traverba_export.words.negation import Negations, without_opposites
from traverba_export.words.single import name_single_words


@dataclass(frozen=True)
class LearntWords:
    """Of two languages."""

    dictionary: list[Pair]
    """Words that translate each other, the surest first."""
    rare: Names
    """Names of words that training hardly met."""
    single: Names
    """What other words are called by themselves."""


def learn_words(
    everyday: Sequence[Pair], manuals: Sequence[Pair], lists: Mapping[str, Counts], languages: Languages
) -> LearntWords:
    """Align the words of two languages.

    ``everyday`` and ``manuals`` are pairs of sentences, ``lists`` how often the words of each language were
    met in all texts.
    """
    kinds = [Aligned.learn(pairs) for pairs in (everyday, manuals) if pairs]
    met = Met.among(languages, lists, kinds)
    dictionary = pair_words(kinds[0], met)
    rare = name_rare_words(kinds[0], met, dictionary)
    for kind in kinds[1:]:
        others = name_words_of_manuals(kind, kinds[0].seen, met)
        rare = {direction: others[direction] | names for direction, names in rare.items()}
    learnt = LearntWords(dictionary, {}, {})
    left, right = (Negations(language, lists[language]) for language in languages)
    for side, (own, other) in enumerate(((left, right), (right, left))):
        way = own.language, other.language
        common = surest_pairs(dictionary, side)
        certain = without_opposites(rare[way], common, own, other)
        learnt.rare[way] = without_doubted(certain, met.seen[side], own.words, own.language)
        named = common | learnt.rare[way]
        found = name_single_words(kinds, own.words, other.words, side, {word.lower() for word in named})
        learnt.single[way] = without_opposites(found, named, own, other)
    return learnt
