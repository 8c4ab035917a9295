"""Names that say the opposite of their word are found out."""

from __future__ import annotations

import pytest

from traverba_export.words.negation import Negations, without_opposites

GERMAN = Negations("de", dict.fromkeys(["gültig", "gefährlich", "sicher", "gewöhnlich", "Recht", "los"], 9))
ENGLISH = Negations("en", dict.fromkeys(["valid", "invalid", "dangerous", "certain", "usual", "unusual"], 9))
COMMON = {"sicher": "certain", "gefährlich": "dangerous"}


def kept(word: str, name: str) -> bool:
    return bool(without_opposites({word: name}, COMMON, GERMAN, ENGLISH))


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("unsicher", "certain"),  # "not certain", by two words
        ("unsichere", "certain"),  # in another form
        ("Ungültig", "valid"),  # the language says it in one word as well: invalid
        ("ungewöhnlich", "usual"),
    ],
)
def test_a_name_without_the_negation_of_its_word_is_refused(word: str, name: str) -> None:
    assert not kept(word, name)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("ungültig", "invalid"),
        ("ungewöhnlich", "unusual"),
        ("ungefährlich", "safe"),  # what is negated is called otherwise
        ("Unrecht", "wrong"),
        ("Unterricht", "valid"),  # "terricht" is no word
        ("Unlos", "valid"),  # too short to tell
        ("gültig", "valid"),
    ],
)
def test_other_names_stay(word: str, name: str) -> None:
    assert kept(word, name)


def test_a_word_has_the_same_name_as_another_rare_one() -> None:
    names = {"ungeplant": "planned", "geplant": "planned", "nichtnegativ": "nonnegative"}
    assert without_opposites(names, {}, GERMAN, ENGLISH).keys() == {"geplant", "nichtnegativ"}


def test_a_language_whose_negations_nobody_wrote_down_keeps_all_names() -> None:
    names = {"unvalid": "valid", "valid": "valid"}
    assert without_opposites(names, {}, Negations("qaa", {"valid": 1}), ENGLISH) == names
