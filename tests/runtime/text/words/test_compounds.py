"""Compounds that no list has: where they are cut, and what their parts are called."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text import Compounds, Dictionary, KnownWords, RareWord, RareWords, WordList

NOUNS = {
    "Gefängnis": (9, "prison"),
    "Kleidung": (50, "clothes"),
    "Szene": (9, "scene"),
    "Szenen": (2, "scenes"),
    "Gruppe": (20, "group"),
    "Arbeit": (90, "work"),
    "Tag": (400, "day"),
    "Tage": (90, "days"),
    "Bund": (5, "Bund"),
    "Straße": (90, "street"),
    "Staub": (20, "dust"),
    "Becken": (10, "basin"),
    "Stau": (30, "jam"),
    "Ecken": (3, "corners"),
    "tragen": (90, "carry"),
    "Reichstag": (3, None),
}
GERMAN = WordList({word: count for word, (count, _) in NOUNS.items()})
RARE = RareWords("de", {word: said for word, (_, said) in NOUNS.items() if said and word != "Tag"})
COMMON = Dictionary({"tag": ("Tag", "day")})
COMPOUNDS = Compounds("de", GERMAN, (RARE, COMMON))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Gefängniskleidung", "prison clothes"),
        ("Szenengruppe", "scene group"),
        ("Arbeitstag", "work day"),
        ("Arbeitstage", "work days"),
        ("Straßentage", "street days"),
    ],
)
def test_a_compound_is_said_as_its_parts_are_with_or_without_what_links_them(word: str, said: str) -> None:
    assert COMPOUNDS.look_up(word) == said


def test_of_two_places_to_cut_the_one_with_the_commoner_parts_is_meant() -> None:
    # The geometric mean of counts: √(30 · 10) for Stau and Becken, √(20 · 3) for Staub and Ecken.
    assert COMPOUNDS.look_up("Staubecken") == "jam basin"


@pytest.mark.parametrize(
    "word",
    [
        "Gefängnis",  # is known itself
        "Reichstag",  # likewise, though no list says what it is called
        "Bundestag",  # a part is called the same: rather a name
        "Kleidungsxyz",  # the rest is no word
        "Tragengruppe",  # a verb is no part
        "Gruppetragen",
        "gefängniskleidung",  # no noun
        "GEFÄNGNISKLEIDUNG",
        "Gefängnis2kleidung",
        "",
    ],
)
def test_other_words_are_left_to_the_model(word: str) -> None:
    assert COMPOUNDS.look_up(word) is None


def test_they_are_found_where_they_stand_in_a_text() -> None:
    text = "Die Gefängniskleidung und die 3D-Szenengruppe, Tag für Tag."
    found = list(COMPOUNDS.find(text))
    assert found == [RareWord((4, 21), "prison clothes"), RareWord((33, 45), "scene group")]


def test_only_languages_that_write_nouns_apart_in_the_same_order_say_them_so() -> None:
    assert Compounds.between("de", "en", GERMAN, (RARE,)) == Compounds("de", GERMAN, (RARE,))
    assert Compounds.between("de", "fr", GERMAN, (RARE,)) is None
    assert Compounds.between("en", "de", GERMAN, (RARE,)) is None


def test_known_words_have_them_as_rare_words_and_as_texts_of_one_word() -> None:
    known = KnownWords(compounds=COMPOUNDS, dictionaries=(COMMON,))
    assert known.rare_words("Die Szenengruppe") == (RareWord((4, 16), "scene group"),)
    assert known.look_up("Szenengruppe") == ("scene group",)
    assert known.look_up("Tag") == ("day",)
    assert known.look_up("Unbekannt") == ()


@given(st.lists(st.sampled_from("abc"), min_size=6, max_size=9), st.data())
def test_the_cut_is_the_best_that_there_is(letters: list[str], data: st.DataObject) -> None:
    word = "".join(letters)
    parts = {word[i:j].capitalize() for i, j in product(range(len(word)), range(len(word) + 1)) if j - i >= 3}
    counts = data.draw(st.dictionaries(st.sampled_from(sorted(parts)), st.integers(1, 1000)))
    counts.pop(word.capitalize(), None)
    counts.pop(word, None)
    called = {noun: f"<{noun}>" for noun in counts}
    found = Compounds("de", WordList(counts), (RareWords("de", called),)).look_up(word.capitalize())
    halves = [(word[:i].capitalize(), word[i:].capitalize()) for i in range(3, len(word) - 2)]
    means = {f"<{a}> <{b}>": (counts[a] * counts[b]) ** 0.5 for a, b in halves if a in counts and b in counts}
    assert (found is None) == (not means)  # no letter of these links anything
    if found:
        assert means[found] == max(means.values())
