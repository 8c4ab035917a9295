"""Names of words that no dictionary has: from the kind of sentences that knows a word best."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from traverba_export.words.aligned import Aligned
from traverba_export.words.counting import count_words
from traverba_export.words.learning import learn_words
from traverba_export.words.single import name_single_words

GERMAN = {"bank": "Bank", "account": "Konto", "run": "laufen", "tea": "Tee", "old": "alt"}


def sentences(words: dict[str, str], count: int, seed: int) -> list[tuple[str, str]]:
    """Three words of each side, in their order: alignment is sure of all of them."""
    rng = random.Random(seed)
    drawn = [rng.sample(sorted(words), 3) for _ in range(count)]
    return [(" ".join(each), " ".join(words[word] for word in each)) for each in drawn]


def names(kinds: list[list[tuple[str, str]]], taken: set[str] | None = None) -> dict[str, str]:
    english, german = (
        Counter(count_words((pair[side] for pairs in kinds for pair in pairs), language))
        for side, language in enumerate(("en", "de"))
    )
    return name_single_words([Aligned.learn(pairs) for pairs in kinds], english, german, 0, taken or set())


def test_a_word_is_called_what_alignment_says_as_the_other_language_writes_it() -> None:
    assert names([sentences(GERMAN, 100, 1)]) == GERMAN


@pytest.mark.parametrize(("everyday", "manuals", "called"), [(100, 6, "laufen"), (6, 100, "ausführen")])
def test_the_kind_of_sentences_that_knows_a_word_better_says_what_it_is_called(
    everyday: int, manuals: int, called: str
) -> None:
    kinds = [sentences(GERMAN, everyday, 1), sentences(GERMAN | {"run": "ausführen"}, manuals, 2)]
    assert names(kinds)["run"] == called


def test_a_word_that_stands_for_itself_in_manuals_has_another_name_if_there_is_one() -> None:
    """In manuals "run" is code; there it stands in 60 of 100 sentences, in everyday ones in half as many."""
    kinds = [sentences(GERMAN, 50, 1), sentences(GERMAN | {"run": "run"}, 100, 2)]
    assert names(kinds)["run"] == "laufen"
    assert names(kinds[1:])["run"] == "run"


def test_words_that_have_a_name_already_or_were_hardly_met_are_left_out() -> None:
    pairs = [*sentences(GERMAN, 100, 1), *[("old Zyx tea", "alt Xyz Tee")] * 3]
    assert names([pairs], {"bank", "old"}).keys() == GERMAN.keys() - {"bank", "old"}


def test_half_a_contraction_is_no_name_but_a_word_that_looks_like_one_is() -> None:
    """Of "I'll" an alignment has two words. Somebody wrote "ll" by itself, too; "won" is a word."""
    pairs = [("werde", f"{who}'ll") for who in ("I", "he", "she") * 20]
    pairs += [("Taste", "key ll")] * 2 + [("gewann", "won")] * 20 + [("willnicht", "won't")] * 60
    german, english = (Counter(count_words((p[i] for p in pairs), ("de", "en")[i])) for i in (0, 1))
    named = name_single_words([Aligned.learn(pairs)], german, english, 0, ())
    assert named["gewann"] == "won"
    assert "werde" not in named


def test_what_is_learnt_names_each_word_in_one_place_and_none_by_its_opposite() -> None:
    """Twenty translations share "dog": no pair of words is sure, and any of them is better than none."""
    words = [f"hund{letter}" for letter in "abcdefghijklmnopqrst"]
    everyday = sentences(GERMAN, 200, 1)
    for i, english in enumerate(sorted(GERMAN) * 80):
        everyday.append((f"dog {english}", f"{words[i % 20]} {GERMAN[english]}"))
    everyday += [("unsure tea", "nicht sicher Tee")] * 150 + [("sure tea", "sicher Tee")] * 150
    lists = {side: count_words((pair[i] for pair in everyday), side) for i, side in enumerate(("en", "de"))}
    learnt = learn_words(everyday, [], lists, ("en", "de"))
    dictionary = {left for left, _ in learnt.dictionary}
    single = learnt.single["en", "de"]
    assert GERMAN.keys() <= dictionary
    assert not dictionary & single.keys()
    assert single["dog"] in words
    assert "unsure" not in single
