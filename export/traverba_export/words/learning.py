"""What the sentence pairs of two languages say of their words: a dictionary, and names of rare words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from traverba_export.alignment.lexicon import WordTables, count_sentences
from traverba_export.training.preparation import Pair
from traverba_export.words.counting import Counts
from traverba_export.words.naming import (
    Languages,
    Names,
    name_rare_words,
    name_words_of_manuals,
    pair_words,
    without_doubted,
)
from traverba_export.words.negation import Negations, without_opposites


def learn_words(
    everyday: Sequence[Pair], manuals: Sequence[Pair], lists: Mapping[str, Counts], languages: Languages
) -> tuple[list[Pair], Names]:
    """The dictionary of two languages, and the names of rare words in both directions.

    ``everyday`` and ``manuals`` are pairs of sentences, ``lists`` how often the words of each language were
    met in all texts.
    """
    of_everyday, of_manuals = _sentences_with_words(everyday), _sentences_with_words(manuals)
    seen = of_everyday[0] + of_manuals[0], of_everyday[1] + of_manuals[1]
    tables = WordTables.learn(everyday)
    dictionary = pair_words(tables, lists, languages)
    names = name_rare_words(tables, lists, languages, seen, dictionary)
    if manuals:
        others = name_words_of_manuals(WordTables.learn(manuals), lists, languages, seen, of_everyday)
        names = {direction: others[direction] | rare for direction, rare in names.items()}
    return dictionary, _checked(names, dictionary, lists, languages, seen)


def _checked(
    names: Names,
    dictionary: Sequence[Pair],
    lists: Mapping[str, Counts],
    languages: Languages,
    seen: tuple[Counts, Counts],
) -> Names:
    """The names that are neither opposites nor doubted."""
    left, right = (Negations(language, lists[language]) for language in languages)
    common = dict(reversed(dictionary)), {b: a for a, b in reversed(dictionary)}  # of several, the surest
    checked: Names = {}
    for side, (own, other) in enumerate(((left, right), (right, left))):
        kept = without_opposites(names[own.language, other.language], common[side], own, other)
        checked[own.language, other.language] = without_doubted(kept, seen[side], own.words, own.language)
    return checked


def _sentences_with_words(pairs: Sequence[Pair]) -> tuple[Counter[str], Counter[str]]:
    return count_sentences(left for left, _ in pairs), count_sentences(right for _, right in pairs)
