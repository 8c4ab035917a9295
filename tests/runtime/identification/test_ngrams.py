"""Words and n-grams of a text, however long or odd it is."""

from __future__ import annotations

import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traverba.identification.ngrams import (
    MAX_ORDER,
    MAX_WORD_CHARS,
    SAMPLE_CHARS,
    NgramVocabulary,
    ngram_keys,
    words_of,
)

LETTERS = st.characters(categories=["L", "M"])


def vocabulary_of(words: list[str]) -> NgramVocabulary:
    """All n-grams of some words."""
    keys, inside, _ = ngram_keys(words)
    return NgramVocabulary(np.unique(keys[inside]))


def test_words_lose_case_digits_punctuation_and_addresses() -> None:
    text = "L'Été: 3 camions (rouges)! Voir https://example.org/page ou moi@example.org; peut-être…"
    assert words_of(text) == ["l'été", "camions", "rouges", "voir", "ou", "peut-être…"]


def test_a_text_says_the_same_in_both_normal_forms() -> None:
    text = "Dès Noël où un zéphyr haï me vêt"
    assert words_of(unicodedata.normalize("NFD", text)) == words_of(text)


def test_runs_without_spaces_are_cut() -> None:
    assert [len(word) for word in words_of("字" * 40)] == [16, 16, 8]


def test_of_a_long_text_beginning_middle_and_end_are_read() -> None:
    words = words_of("begin " + "x " * 5_000 + "middle " + "y " * 5_000 + "end")
    assert {"begin", "middle", "end"} <= set(words)


def test_a_word_of_three_letters_has_thirteen_ngrams_with_its_marks() -> None:
    # Three letters, and of five characters with the marks 4 + 3 + 2 + 1 n-grams of two to five.
    _, inside, _ = ngram_keys(["abc"])
    assert inside.sum() == 3 + 4 + 3 + 2 + 1


def test_ngrams_do_not_reach_into_the_next_word() -> None:
    one_by_one = [ngram_keys([word]) for word in ("ab", "cd")]
    keys, inside, word_of = ngram_keys(["ab", "cd"])
    for number, (alone, alone_inside, _) in enumerate(one_by_one):
        mine = word_of == number
        assert np.array_equal(keys[mine][inside[mine]], alone[alone_inside])


def test_ids_of_words_that_are_unknown_take_no_row() -> None:
    vocabulary = NgramVocabulary(np.sort(ngram_keys(["а"])[0][1:2, 0]))
    assert vocabulary.ids(["xyz", "да", "qrs"]).tolist() == [[1]]
    assert vocabulary.ids(["xyz"]).shape == (0, 1)
    assert vocabulary.ids([]).shape == (0, 1)


def test_rows_are_filled_up_with_zero() -> None:
    vocabulary = vocabulary_of(["a", "bcd"])
    ids = vocabulary.ids(["a", "bcd"])
    assert (ids[0] > 0).tolist() == [True] * 4 + [False] * 9
    assert (ids[1] > 0).all()


@given(st.text(max_size=3 * SAMPLE_CHARS))
def test_any_text_gives_bounded_words_with_letters(text: str) -> None:
    for word in words_of(text):
        # Lower case and NFC may lengthen a word: "İ" becomes two characters.
        assert 0 < len(word) <= 3 * MAX_WORD_CHARS
        assert any(map(str.isalpha, unicodedata.normalize("NFKD", word) + word))


@given(st.lists(st.text(LETTERS, min_size=1, max_size=20), max_size=8))
def test_every_ngram_of_known_words_is_found(words: list[str]) -> None:
    vocabulary = vocabulary_of(["a", *words])
    flat, word_of = vocabulary.flat_ids(words)
    expected = [len(word) + sum(max(0, len(word) + 2 - n) for n in range(1, MAX_ORDER)) for word in words]
    assert np.bincount(word_of, minlength=len(words)).tolist() == expected
    assert (flat > 0).all()
