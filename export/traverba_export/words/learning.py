"""What the sentence pairs of two languages say of their words: a dictionary, and names of rare words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from traverba_export.training.preparation import Pair
from traverba_export.words.counting import Counts
from traverba_export.words.naming import (
    Languages,
    Names,
    name_rare_words,
    name_words_of_manuals,
    pair_words,
    surest_pairs,
    without_doubted,
)
from traverba_export.words.negation import Negations, without_opposites
from traverba_export.words.single import Aligned, name_single_words


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
    seen = _together([kind.seen for kind in kinds])
    dictionary = pair_words(kinds[0].tables, lists, languages)
    rare = name_rare_words(kinds[0].tables, lists, languages, seen, dictionary)
    if manuals:
        others = name_words_of_manuals(kinds[1].tables, lists, languages, seen, kinds[0].seen)
        rare = {direction: others[direction] | names for direction, names in rare.items()}
    learnt = LearntWords(dictionary, {}, {})
    left, right = (Negations(language, lists[language]) for language in languages)
    for side, (own, other) in enumerate(((left, right), (right, left))):
        way = own.language, other.language
        common = surest_pairs(dictionary, side)
        certain = without_opposites(rare[way], common, own, other)
        learnt.rare[way] = without_doubted(certain, seen[side], own.words, own.language)
        named = common | learnt.rare[way]
        found = name_single_words(kinds, own.words, other.words, side, {word.lower() for word in named})
        learnt.single[way] = without_opposites(found, named, own, other)
    return learnt


def _together(counts: Iterable[tuple[Counts, Counts]]) -> tuple[Counts, Counts]:
    both = Counter[str](), Counter[str]()
    for left, right in counts:
        both[0].update(left)
        both[1].update(right)
    return both
