"""Parts of sentences and what stands for them in their translations, as texts of their own.

People type "train station" and "red car", and labels of programs are such texts. A model that has read only
sentences makes one up ("Cows" for "chat noir"). The parts are found by phrase extraction (Koehn, Och & Marcu
2003, section 3): no word of either is linked to a word outside the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from traverba.text import raised
from traverba_export.alignment.lexicon import WORD
from traverba_export.alignment.linking import UNLINKED, link_pairs
from traverba_export.corpora.variants import Pair
from traverba_export.words.counting import commonest_forms

LONGEST = 4
"""Words of a source."""
LONGER = 2
"""Words that its translation may have more."""
FEWEST = 2
"""Sentences that have both, behind their first words: what begins many is a clause."""
AT_THE_BEGINNING = 2
"""How many sentences one counts for that both parts begin: who acts stands there, in the nominative."""
LEAST_SHARE = 0.3
"""Of the sentences that have a part and any translation of it, those that have this one."""
GRAMMAR = 40
"""Commonest words of a language: people do not type what ends with one."""
RAISED, MARKS = 0.4, {".": 0.15, "?": 0.04, "!": 0.04}
"""Shares that begin with a capital, and that end with a mark."""
BETWEEN = re.compile(r"[ '’-]*")
"""What may stand between two words of a part."""
APOSTROPHES = ("'", "’")
CUT_BEHIND = re.compile(r"['’-]")
"""What stands behind no part: it would be a part of a word."""
SHORTEST_ELIDED = 3
"""Letters of a word behind an apostrophe that may begin a part: "eau" of "l'eau", not "ll" of "I'll"."""

Links = Sequence[int]
"""Of each word of the first side its word of the second one, or `UNLINKED`."""


def fragments(pairs: Sequence[Pair], seed: int) -> tuple[list[Pair], list[Pair]]:
    """Of sentence pairs: the parts of their first sides with translations, and those of their second sides.

    The first side stands first in both lists. Each part is there once, with the translation that most
    sentences have for it; some have a capital and a mark.
    """
    inside, beginning = _count(pairs)
    counts = Counter({p: n + AT_THE_BEGINNING * beginning[p] for p, n in inside.items() if n >= FEWEST})
    rng = np.random.default_rng(seed)
    forward, backward = (_surest(counts, side) for side in (0, 1))
    return [_dressed(pair, rng) for pair in forward], [_dressed(pair, rng) for pair in backward]


@dataclass(frozen=True)
class _Sentence:
    text: str
    words: Sequence[re.Match[str]]

    @classmethod
    def of(cls, text: str) -> _Sentence:
        return cls(text, [*WORD.finditer(text)])

    def ids(self, numbers: dict[str, int]) -> list[int]:
        """Its words, numbered in the order in which they are met."""
        return [numbers.setdefault(word[0].lower(), len(numbers)) for word in self.words]

    def is_cut(self, start: int, end: int) -> bool:
        """Whether a part of its text is a part of a word."""
        before, word = self.text[start - 1 : start], WORD.match(self.text, start)
        elided = before in APOSTROPHES and word is not None and len(word[0]) < SHORTEST_ELIDED
        return bool(
            (before and (before not in (" ", *APOSTROPHES) or elided)) or CUT_BEHIND.match(self.text, end)
        )


@dataclass(frozen=True)
class _Language:
    forms: dict[str, str]
    """A word in lower case -> as it is written most often inside a sentence."""
    grammar: frozenset[str]

    @classmethod
    def of(cls, sentences: Sequence[_Sentence]) -> _Language:
        inside = Counter(word[0] for sentence in sentences for word in sentence.words[1:])
        return cls(
            commonest_forms(inside), frozenset(word.lower() for word, _ in inside.most_common(GRAMMAR))
        )

    def part(self, sentence: _Sentence, first: int, last: int) -> str:
        """Words as written inside a sentence; nothing if one is cut, or they are none that people type."""
        text, words = sentence.text, sentence.words[first : last + 1]
        start, end = words[0].start(), words[-1].end()
        if any(not BETWEEN.fullmatch(text, a.end(), b.start()) for a, b in pairwise(words)):
            return ""
        if words[-1][0].lower() in self.grammar or sentence.is_cut(start, end):
            return ""
        head = words[0][0] if first else self.forms.get(words[0][0].lower(), words[0][0])
        return head + text[words[0].end() : end]


def _count(pairs: Sequence[Pair]) -> tuple[Counter[Pair], Counter[Pair]]:
    """Parts and their translations -> how many sentences have both, and how many begin with both."""
    both = [(_Sentence.of(left), _Sentence.of(right)) for left, right in pairs]
    both = [(left, right) for left, right in both if left.words and right.words]
    numbers: dict[str, int] = {}
    links = link_pairs([(left.ids(numbers), right.ids(numbers)) for left, right in both])
    left_language, right_language = (_Language.of([sides[i] for sides in both]) for i in (0, 1))
    inside, beginning = Counter[Pair](), Counter[Pair]()
    for (left, right), linked in zip(both, links, strict=True):
        for (first, last), (start, stop) in _consistent(linked.tolist()):
            part = left_language.part(left, first, last), right_language.part(right, start, stop)
            if all(part) and bool(first) == bool(start):
                (inside if first else beginning)[part] += 1
    return inside, beginning


def _consistent(links: Links) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """First and last word of either part: all are linked, and to none outside."""
    for first, last in _spans(links):
        targets = [at for at in links[first : last + 1] if at != UNLINKED]
        start, stop = min(targets), max(targets)
        inside = sum(start <= at <= stop for at in links) == len(targets)
        if inside and stop - start <= last - first + LONGER:
            yield (first, last), (start, stop)


def _spans(links: Links) -> Iterator[tuple[int, int]]:
    """Those that begin and end with a linked word."""
    linked = [i for i, at in enumerate(links) if at != UNLINKED]
    return ((first, last) for first in linked for last in linked if 0 <= last - first < LONGEST)


def _surest(counts: Counter[Pair], side: int) -> list[Pair]:
    """Of every part of a side the pair that most sentences have, if it is clearly that."""
    total, best = Counter[str](), dict[str, Pair]()
    for pair, count in counts.most_common():
        total[pair[side]] += count
        best.setdefault(pair[side], pair)
    return [p for part, p in best.items() if counts[p] >= LEAST_SHARE * total[part]]


def _dressed(pair: Pair, rng: np.random.Generator) -> Pair:
    """With a capital and a mark, if that is drawn."""
    if rng.random() < RAISED:
        pair = raised(pair[0]), raised(pair[1])
    mark = str(rng.choice(["", *MARKS], p=[1 - sum(MARKS.values()), *MARKS.values()]))
    return pair[0] + mark, pair[1] + mark
