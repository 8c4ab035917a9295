"""Rare words in back-translations: the model that writes them hardly knows such a word, a lexicon does.

Like Fadaee et al. 2017 (Data augmentation for low-resource neural machine translation), this puts rare
words into sentences that had none of them. There a language model says where a word may stand; here
people wrote the sentence around it, and only the side that a model wrote is mended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

import numpy as np

from traverba import Translation
from traverba.text import Span, raised, stem
from traverba_export.alignment.lexicon import WORD, count_sentences, learn_lexicon, words_of

FEWEST, MOST = 2, 80
"""Sentences that have a word: with fewer the lexicon guesses, with more the model knows it by itself."""
EXAMPLES = 25
"""Sentences wanted for each rare word."""


class RareWords:
    """Rare words of one language, and the forms that they take in another."""

    def __init__(self, forms: Mapping[str, Sequence[str]], language: str) -> None:
        """``forms``: a word in lower case -> its translations into ``language``, in lower case."""
        self._forms = forms
        self._language = language

    @classmethod
    def learn(cls, pairs: Sequence[tuple[str, str]], language: str) -> RareWords:
        """From sentence pairs (text with the words, the same in ``language``)."""
        seen = count_sentences(text for text, _ in pairs)
        forms: dict[str, list[str]] = {}
        for word, form in learn_lexicon(pairs):
            if FEWEST <= seen[word] <= MOST:
                forms.setdefault(word, []).append(form)
        return cls(forms, language)

    def first(self, sentences: Iterable[str]) -> list[str]:
        """``sentences`` in their order, but first those that are wanted as examples of a rare word."""
        count, wanted, others = Counter[str](), [], []
        for sentence in sentences:
            rare = {word for word in words_of(sentence) if word in self._forms}
            if any(count[word] < EXAMPLES for word in rare):
                wanted.append(sentence)
                count.update(rare)
            else:
                others.append(sentence)
        return wanted + others

    def mended(self, translation: Translation, rng: np.random.Generator) -> str:
        """The text; a rare word that it lacks stands in place of the word that attended to its source."""
        text, edits = translation.text, dict[Span, str]()
        said, done = {stem(word, self._language) for word in words_of(text)}, set[Span]()
        for pair in sorted(translation.alignment, key=lambda pair: -pair.weight):
            word = WORD.search(translation.source_text[slice(*pair.source)].lower())
            forms = self._forms.get(word.group(), ()) if word else ()
            missing = forms and said.isdisjoint(stem(form, self._language) for form in forms)
            place = WORD.search(text, *pair.target)
            if missing and place and pair.source not in done:
                done.add(pair.source)
                edits[place.span()] = _in_place_of(place.group(), forms, rng)
        for (start, end), form in sorted(edits.items(), reverse=True):
            text = text[:start] + form + text[end:]
        return text


def _in_place_of(word: str, forms: Sequence[str], rng: np.random.Generator) -> str:
    """The form that ends most like ``word``, since endings say case and number; capitalised if it is."""
    alike = [_common_ending(form, word.lower()) for form in forms]
    best = [form for form, length in zip(forms, alike, strict=True) if length == max(alike)]
    form = best[rng.integers(len(best))]
    return raised(form) if word[:1].isupper() else form


def _common_ending(a: str, b: str) -> int:
    """How many last letters two words share."""
    pairs = zip(reversed(a), reversed(b), strict=False)
    return sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], pairs))
