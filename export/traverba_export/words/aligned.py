"""What is known of two languages before their words are named: alignments, and how often words were met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from traverba_export.alignment.lexicon import WordTables, count_sentences
from traverba_export.alignment.naming import Name, name_words
from traverba_export.training.preparation import Pair
from traverba_export.words.counting import Counts

Languages = tuple[str, str]
LEAST = 0.03
"""Of a name's weight: of those below it half of a sample were wrong (benchmarks/quality/log.md)."""


@dataclass(frozen=True)
class Aligned:
    """An alignment of sentences of one kind, and how many of them have a word of either language."""

    tables: WordTables
    seen: tuple[Counts, Counts]

    @classmethod
    def learn(cls, pairs: Sequence[Pair]) -> Aligned:
        """From pairs of sentences."""
        left, right = (count_sentences(pair[side] for pair in pairs) for side in (0, 1))
        return cls(WordTables.learn(pairs), (left, right))

    @cached_property
    def names(self) -> tuple[dict[str, Name], dict[str, Name]]:
        """Of the words of either language, in small letters, that have one which anything can be made of."""
        return name_words(self.tables, LEAST)


@dataclass(frozen=True)
class Met:
    """How often the words of two languages were met in all their texts."""

    languages: Languages
    lists: Mapping[str, Counts]
    """Of each language, as its words are written inside sentences."""
    seen: tuple[Counts, Counts]
    """Sentences that have a word, in small letters."""

    @classmethod
    def among(cls, languages: Languages, lists: Mapping[str, Counts], kinds: Iterable[Aligned]) -> Met:
        """In sentences of these kinds together."""
        left, right = Counter[str](), Counter[str]()
        for kind in kinds:
            left.update(kind.seen[0])
            right.update(kind.seen[1])
        return cls(languages, lists, (left, right))
