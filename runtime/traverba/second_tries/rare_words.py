"""Words that training hardly met: where the model wrote something else for one, the dictionary has the word.

A small model guesses such a word from its pieces ("spiders" became "épiders"). Luong et al. 2015
(Addressing the rare word problem in neural machine translation, section 3) put a dictionary's word in
the place that the alignment names; here the model writes the sentence anew from there, so that what
follows agrees with the word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from traverba.assembly import Answer, PreparedSegment, RestoredHypothesis, restore
from traverba.decoding import Control, Decoded, DecodeOptions, Request, SpecialIds
from traverba.glossary import says
from traverba.second_tries.again import decode_again
from traverba.text import NextWord, RareWord, Span, TextTokenizer, WordTokens, overlap
from traverba.timing import TimedModel

SURE = 0.6
"""A word that the model gives this probability may be another one that means the same."""
SURE_BESIDE_A_FORM = 0.4
"""The same where the dictionary names another form of the word: four in ten of such names are right."""
ROUNDS = 8
"""Words of a sentence that are put right, from its beginning on."""
ROUND_TOKENS = 240
"""Source tokens that all rounds of a sentence may read together: a longer one has fewer, but one at least."""


@dataclass(frozen=True)
class Place:
    """A rare word, and which word of a translation stands for it."""

    word: RareWord
    span: Span


@dataclass(frozen=True, eq=False)
class RareWordRepair:
    """What stays the same for all texts of a call."""

    tokenizer: TextTokenizer
    options: DecodeOptions
    special: SpecialIds
    tokens: Callable[[], WordTokens]
    target: str
    control: Control

    def __call__(
        self, model: TimedModel, segments: Mapping[int, PreparedSegment], answers: list[Answer]
    ) -> None:
        """Put better answers in the place of those that lack the dictionary's word for a rare one."""
        tried: dict[int, list[RareWord]] = {i: [] for i, each in segments.items() if each.reading.rare_words}
        for done in range(ROUNDS):
            tried = {i: words for i, words in tried.items() if done < _rounds(segments[i])}
            found = {i: self._place(segments[i], answers[i].decoded, words) for i, words in tried.items()}
            places = {i: place for i, place in found.items() if place}
            requests = {i: self._request(segments[i], answers[i].decoded, p) for i, p in places.items()}
            again = decode_again(model, requests, self.options, self.special, self.control)
            if not again:
                return
            for i, retried in again.items():
                better = is_said(places[i].word, self.tokenizer.decode(retried.best.ids), self.target)
                answers[i] = answers[i].or_again(retried, better=better, retried=["looked_up"])
            tried = {i: [*tried[i], place.word] for i, place in places.items()}

    def _place(self, segment: PreparedSegment, decoded: Decoded, tried: Collection[RareWord]) -> Place | None:
        """The first word of a translation that stands for a rare one without being the dictionary's."""
        if segment.request.is_steered or decoded.was_stopped:
            return None
        text = self.tokenizer.decode(decoded.best.ids)
        untried = [word for word in segment.reading.rare_words if word not in tried]
        rare = [word for word in untried if not is_said(word, text, self.target)]
        if not rare:
            return None
        found = restore(segment, decoded.best, self.tokenizer)
        places = [self._stands_for(word, found, text) for word in rare]
        return min((place for place in places if place), key=lambda place: place.span, default=None)

    def _stands_for(self, word: RareWord, found: RestoredHypothesis, text: str) -> Place | None:
        """The word of ``text`` that the alignment has for a rare one, unless the model is sure of it."""
        pairs = [pair for pair in found.alignment if overlap(pair.source, word.span)]
        words = [pair for pair in pairs if text[slice(*pair.target)].isalpha()]
        if word.is_name:
            raised = [pair for pair in words if pair.target[0] and text[pair.target[0]].isupper()]
            words = raised if raised or word.is_noun_or_name else words
        if not words:
            return None
        span = max(words, key=lambda pair: pair.weight).target
        if word.is_name and word.translation.startswith(text[slice(*span)]):
            return Place(word, span)  # the model broke off, however sure it is: "Go" of "Goethe"
        stand = [pair.target for pair in words] if word.is_name else [span]  # "The cups" may be for one name
        least = min(_log_prob(found, each) for each in stand)
        sure = SURE_BESIDE_A_FORM if word.is_form else SURE
        return Place(word, span) if least <= math.log(sure) else None

    def _request(self, segment: PreparedSegment, decoded: Decoded, place: Place) -> Request:
        """The translation up to the place, the dictionary's word, and on with another word.

        A beam compares what may stand before the word; a greedy search would choose it without looking ahead.
        """
        before = self.tokenizer.decode(decoded.best.ids)[: place.span[0]]
        put_right = before.rstrip().endswith(tuple(word.translation for word in segment.reading.rare_words))
        begun = NextWord(
            self.tokenizer,
            self.tokens(),
            before,
            place.word.translation,
            open_lead=self.options.beam_size > 1 and not put_right and not place.word.is_name,
        )
        return replace(segment.request, prefix=begun.ids, allowed_next=begun.allowed_next)


def is_said(word: RareWord, text: str, language: str) -> bool:
    """Whether a text in ``language`` has the dictionary's word, in whatever form."""
    return says(text, (word.translation,), language) > 0


def _log_prob(found: RestoredHypothesis, span: Span) -> float:
    """Of a word that was written."""
    steps = zip(found.tokens, found.hypothesis.log_probs.tolist(), strict=False)  # the end has no token
    return float(sum(lp for token, lp in steps if overlap(token, span)))


def _rounds(segment: PreparedSegment) -> int:
    return max(1, ROUND_TOKENS // len(segment.request.source))
