"""Where a text says a term: exactly, with the case that a term insists on, or with another ending."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from traverba.glossary.terms import Term
from traverba.text import Span, stem

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class TermMatch:
    """A term and where it stands."""

    term: Term
    span: Span


@dataclass(frozen=True)
class _Phrase:
    """A text as words, and what stands between them with white space as one blank."""

    words: tuple[re.Match[str], ...]
    gaps: tuple[str, ...]  # between word i and word i + 1

    @classmethod
    def read(cls, text: str) -> _Phrase:
        words = tuple(WORD.finditer(text))
        gaps = (text[a.end() : b.start()] for a, b in pairwise(words))
        return cls(words, tuple(" ".join(gap.split()) if gap.strip() else " " for gap in gaps))


class TermFinder:
    """The terms of one language, ready to be looked for in many texts.

    A term written in lower case is found in any case and with any ending that the language's
    stemmer takes off; a term with a capital ("Apple", "IT") only with its capitals, or in a text
    that shouts.
    """

    def __init__(self, terms: Iterable[Term], language: str) -> None:
        self._language = language
        self._by_stem: dict[str, list[tuple[_Phrase, Term]]] = {}  # of the first word; longest phrase first
        for term in terms:
            phrase = _Phrase.read(term.source)
            if phrase.words:
                self._by_stem.setdefault(stem(phrase.words[0][0], language), []).append((phrase, term))
        for same in self._by_stem.values():
            same.sort(key=lambda entry: -len(entry[0].words))

    def find(self, text: str) -> list[TermMatch]:
        """Terms in order and without overlap: the leftmost first, of those the longest."""
        return list(self._scan(_Phrase.read(text)))

    def _scan(self, text: _Phrase) -> Iterator[TermMatch]:
        start = 0
        while start < len(text.words):
            for phrase, term in self._by_stem.get(stem(text.words[start][0], self._language), ()):
                if _stands_at(phrase, text, start, self._language):
                    start += len(phrase.words) - 1
                    yield TermMatch(
                        term, (text.words[start - len(phrase.words) + 1].start(), text.words[start].end())
                    )
                    break
            start += 1


def _stands_at(phrase: _Phrase, text: _Phrase, start: int, language: str) -> bool:
    words = text.words[start : start + len(phrase.words)]
    return (
        len(words) == len(phrase.words)
        and text.gaps[start : start + len(phrase.gaps)] == phrase.gaps
        and all(_same(mine[0], theirs[0], language) for mine, theirs in zip(phrase.words, words, strict=True))
    )


def _same(term: str, word: str, language: str) -> bool:
    """Whether a word of a text is a form of a word of a term."""
    insists = term != term.lower() and not word.isupper()
    if insists and any(a.isupper() != b.isupper() for a, b in zip(term, word, strict=False)):
        return False
    return stem(term, language) == stem(word, language)


def says(text: str, translations: Iterable[str], language: str) -> int:
    """How many times a text says one of a term's translations, in any case and with any ending."""
    wanted = [Term(translation.lower(), (translation,)) for translation in translations]
    return len(TermFinder(wanted, language).find(text))
