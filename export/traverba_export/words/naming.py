"""What words are called in another language, by alignment: single words, and rare ones in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from traverba.text import Forms, RareWords, WordList
from traverba_export.alignment.lexicon import CERTAIN, weigh_words
from traverba_export.alignment.naming import Name
from traverba_export.words.aligned import Aligned, Languages, Met
from traverba_export.words.counting import Counts, commonest_forms

Names = dict[Languages, dict[str, str]]
"""Direction -> word -> what it is called, both written as inside a sentence."""

COMMON = 50
CERTAIN_IF_COMMON = 0.06
"""Least product of both directions' probabilities for words that were met so often: such a word has several
translations that share them, while a rare one is aligned by chance."""
NAMED_IF_RARE = {10: 0.1, 100: 0.15}
"""Sentences that have a word, at most -> the least weight of its name. A word that more of them have the
model knows by itself: with those of 200 sentences as well, dev gained nothing."""
SHORTEST_RARE = 3
SELDOM_QUOTED = 0.25
"""How often a language has a word, for each time that the other one has it, if it has another word for it:
"Athens" 0.06 in French; "Schmidt" 0.4 in English, where the dictionary has Smith."""
QUOTED, OFTEN = 0.1, 10
"""The same, and how often at least the other one has it, if nothing else is known ("Vienna" in French)."""
NAMED_IF_OF_MANUALS = {10: 0.1, 1000: 0.15}
"""`NAMED_IF_RARE` of words of manuals, which training reads seldom: there a thousand sentences are few."""
FEWEST_OF_MANUALS = 2
EVERYDAY, EVERYDAY_SHARE = 15, 0.3
"""Everyday sentences that may have a word of manuals: so many, and such a share of all that have it. With 40
a swimming pool had the name that it has in manuals, which is "pool" in Spanish; chosen on dev."""
DOUBTED, BETTER_KNOWN = 2, 5
"""Sentences that have a word, at most, whose name is that of another form, and those that have the other, at
least. In news and dev text one in five of such words is what the alignment says, and one in three the other
(benchmarks/quality/log.md, Forms of words)."""


def pair_words(everyday: Aligned, met: Met) -> list[tuple[str, str]]:
    """Words that translate each other, the surest first, each written as its language has it most often."""
    own, others = (met.lists[language] for language in met.languages)
    lefts, rights = commonest_forms(own), commonest_forms(others)
    found = []
    weights = weigh_words(everyday.tables, CERTAIN_IF_COMMON)
    for (left, right), certainty in sorted(weights.items(), key=lambda entry: (-entry[1], entry[0])):
        if left in lefts and right in rights:
            a, b = lefts[left], rights[right]
            common = min(own[a], others[b]) >= COMMON
            if common or certainty >= CERTAIN:
                found.append((a, b))
    return found


def surest_pairs(pairs: Sequence[tuple[str, str]], side: int) -> dict[str, str]:
    """What each word of a side is paired with; of several, the first."""
    return {pair[side]: pair[1 - side] for pair in reversed(pairs)}


def name_rare_words(everyday: Aligned, met: Met, pairs: Sequence[tuple[str, str]]) -> Names:
    """For both directions: words that few sentences have, and what they are called.

    ``pairs`` are those of `pair_words`.
    """
    named: Names = {}
    for way in _directions(everyday, met, NAMED_IF_RARE):
        own, others = met.lists[way.source], met.lists[way.target]
        paired = surest_pairs(pairs, way.side)
        named[way.source, way.target] = {
            word: called
            for word in way.seen
            if (
                called := _name_of_both(word, own, others, paired)
                if word[:1].isupper() and way.forms.get(word.lower()) == word
                else way.name(word)
            )
        }
    return named


def name_words_of_manuals(manuals: Aligned, everyday: tuple[Counts, Counts], met: Met) -> Names:
    """For both directions: words that everyday sentences hardly have, and what manuals call them.

    ``everyday`` counts the sentences of that kind that have a word, for either language. What both kinds have
    is called as everyday sentences call it: in menus a "file" is no row of people.
    """
    named: Names = {}
    for way in _directions(manuals, met, NAMED_IF_OF_MANUALS):
        own, others = everyday[way.side], everyday[1 - way.side]
        named[way.source, way.target] = {
            word: called
            for word, count in way.seen.items()
            if count >= FEWEST_OF_MANUALS
            and own.get(word.lower(), 0) <= min(EVERYDAY, EVERYDAY_SHARE * count)
            and (called := way.name(word))
            and not (word == called and _is_quoted(word, own, others))
        }
    return named


def without_doubted(names: Mapping[str, str], seen: Counts, own: Counts, language: str) -> dict[str, str]:
    """Names without those that a translator finds better by another form of the word, or as well.

    Such a word was met so seldom that its alignment is chance; ``seen`` counts the sentences that have it,
    ``own`` how often it was met, as a translator counts.
    """
    known = {word: said for word, said in names.items() if seen.get(word.lower(), 0) >= BETTER_KNOWN}
    forms = Forms(language, WordList(own), (RareWords(language, known),))
    return {
        word: said
        for word, said in names.items()
        if word == said or seen.get(word.lower(), 0) > DOUBTED or not forms.look_up(word, begins=False)
    }


def _is_quoted(word: str, own: Counts, others: Counts) -> bool:
    """An ordinary word of one language alone, which manuals of the other have as code ("site" in Russian)."""
    return word.islower() and word in own and word not in others


@dataclass(frozen=True)
class _Direction:
    """What an alignment says in one direction of the words that few sentences have."""

    side: int
    """Of the source among the two languages."""
    source: str
    target: str
    seen: Counts
    """Words that may have a name -> sentences that have them."""
    names: Mapping[str, Name]
    forms: Mapping[str, str]
    """Of the target language, see `commonest_forms`."""
    least: Mapping[int, float]
    """As `NAMED_IF_RARE`."""

    def name(self, word: str) -> str | None:
        """What a word is called, by alignment."""
        needed = next(weight for most, weight in self.least.items() if self.seen[word] <= most)
        name = self.names.get(word.lower())
        return self.forms.get(name.text) if name and name.weight >= needed else None


def _directions(aligned: Aligned, met: Met, least: Mapping[int, float]) -> Iterator[_Direction]:
    for side, names in enumerate(aligned.names):
        source, target = met.languages[side], met.languages[1 - side]
        counts = {word: met.seen[side].get(word.lower(), 0) for word in met.lists[source]}
        few = {
            word: count
            for word, count in counts.items()
            if len(word) >= SHORTEST_RARE and word.isalpha() and 0 < count <= max(least)
        }
        yield _Direction(side, source, target, few, names, commonest_forms(met.lists[target]), least)


def _name_of_both(word: str, own: Counts, others: Counts, paired: Mapping[str, str]) -> str | None:
    """What a word with a capital is called that the other language has as well: itself, as most names are.

    Unless the other language has it far less often: that is a quotation ("London" in French text), and the
    dictionary has another word for it; or else the model.
    """
    share = others[word] / own[word]
    called = paired.get(word, word) if share <= SELDOM_QUOTED else word
    quoted = share <= QUOTED and own[word] >= OFTEN
    return None if called == word and quoted else called
