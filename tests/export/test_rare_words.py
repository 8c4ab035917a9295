"""Rare words that a model misses in back-translations, put in from a lexicon."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from traverba import AlignedWords, Translation, TranslationHypothesis
from traverba.results import Timings
from traverba_export.alignment.rare_words import EXAMPLES, RareWords

RARE = RareWords({"truck": ["грузовик"], "chicken": ["курица", "курицу"]}, "ru")


def translation(source: str, target: str, *pairs: tuple[str, str, float]) -> Translation:
    """With an alignment of (word of the source, word of the target, weight)."""

    def span(word: str, text: str) -> tuple[int, int]:
        match = re.search(rf"\b{word}\b", text)
        assert match
        return match.span()

    aligned = tuple(AlignedWords(span(a, source), span(b, target), weight) for a, b, weight in pairs)
    hypothesis = TranslationHypothesis(target, 0.0, 0.0, (), aligned, finished=True)
    times = Timings(0.0, 0.0, 0)
    return Translation(target, source, "en", "ru", (hypothesis,), (), (), (), times, "m-1", "cpu", "fp32")


def mended(source: str, target: str, *pairs: tuple[str, str, float]) -> str:
    return RARE.mended(translation(source, target, *pairs), np.random.default_rng(1))


def test_a_word_that_the_model_missed_stands_where_the_model_looked_at_it() -> None:
    assert mended("A truck stopped.", "Учитель встал.", ("truck", "Учитель", 0.9)) == "Грузовик встал."
    assert mended("I see a truck.", "Вижу шарф.", ("truck", "шарф", 0.9)) == "Вижу грузовик."


def test_a_word_that_is_there_in_any_form_stays_as_it_is() -> None:
    said = "Я веду грузовика."
    assert mended("I drive a truck.", said, ("truck", "грузовика", 0.9)) == said


def test_of_two_words_that_looked_at_it_the_one_that_looked_more_gives_way() -> None:
    pairs = (("truck", "старый", 0.3), ("truck", "шарф", 0.8))
    assert mended("The truck is old.", "Тут старый шарф.", *pairs) == "Тут старый грузовик."


@pytest.mark.parametrize(("missed", "put"), [("рыба", "курица"), ("рыбу", "курицу")])
def test_the_form_is_the_one_that_ends_like_the_word_that_gives_way(missed: str, put: str) -> None:
    assert mended("The chicken.", f"Вот {missed}.", ("chicken", missed, 0.9)) == f"Вот {put}."


def test_several_words_of_other_lengths_are_put_in_at_once() -> None:
    pairs = (("truck", "шар", 0.9), ("chicken", "ем", 0.9), ("I", "Я", 0.9))
    assert mended("I chicken truck", "Я ем шар!", *pairs) in ("Я курица грузовик!", "Я курицу грузовик!")


def test_words_are_rare_if_the_corpora_have_them_seldom_but_more_than_once() -> None:
    pairs = [("the book", "das buch")] * 90 + [("the cat", "das tier")] * 3 + [("the gnu", "das gnu")]
    rare = RareWords.learn(pairs, "de")
    sentences = ["a book", "a gnu", "a cat"]
    assert rare.first(sentences) == ["a cat", "a book", "a gnu"]


def test_examples_of_a_rare_word_come_first_and_no_sentence_is_lost() -> None:
    plain = [f"one {n}" for n in range(9)]
    rare = [f"truck {n}" for n in range(EXAMPLES + 2)]
    mixed = [text for pair in zip(rare, plain * 4, strict=False) for text in pair]
    ordered = RARE.first(mixed)
    assert ordered[:EXAMPLES] == rare[:EXAMPLES] and sorted(ordered) == sorted(mixed)
    assert all(mixed.index(a) <= mixed.index(b) for a, b in pairwise(ordered[:EXAMPLES]))
