"""What a text of one word is called: by the dictionary, else by the next list that has it."""

from __future__ import annotations

import pytest

from traverba.text import Dictionary, Forms, KnownWords, Phrasebook, RareWords, Spelling, WordList, raised

DICTIONARY = Dictionary({"bett": ("Bett", "bed"), "alt": ("alt", "old")})
RARE = RareWords("de", {"Bett": "berth", "Berlin": "Berlin", "Oase": "oasis", "raufen": "scuffle"})
SINGLE = RareWords("de", {**RARE.translations, "laufen": "run", "je": "each"})
KNOWN = KnownWords(
    dictionaries=(DICTIONARY,),
    rare=RARE,
    single=lambda: (SINGLE,),
    forms=Forms("de", WordList({}), (RARE,)),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bett", "bed"),  # the dictionary is surest
        ("Oase", "oasis"),
        ("laufen", "run"),
        ("Oasen", "oasis"),  # another form, last of all
        ("Laufen", "Run"),  # a capital of its own accord
        ("oase", "oasis"),  # typed small
        ("berlin", "Berlin"),
        ("Raufen", "Scuffle"),
    ],
)
def test_a_text_of_one_word_is_called_what_the_surest_list_says(text: str, said: str) -> None:
    assert KNOWN.look_up(text) == (said,)


@pytest.mark.parametrize("text", ["Xyz", "Oase!", "die Oase", ""])
def test_other_texts_are_left_to_the_model(text: str) -> None:
    assert KNOWN.look_up(text) == ()


def test_each_language_that_a_word_may_be_of_has_its_say() -> None:
    french, english = (
        RareWords("fr", {"chat": "Katze"}),
        RareWords("en", {"chat": "Unterhaltung", "cat": "Katze"}),
    )
    known = KnownWords(single=lambda: (french, english))
    assert known.look_up("chat") == ("Katze", "Unterhaltung")
    assert known.look_up("cat") == ("Katze",)


def test_names_for_single_words_are_not_read_for_texts_that_need_none() -> None:
    def single() -> tuple[RareWords, ...]:
        raise AssertionError("it takes time to unpack them")

    known = KnownWords(dictionaries=(DICTIONARY,), rare=RARE, single=single)
    assert known.look_up("Bett") == ("bed",)
    assert known.look_up("Das Bett") == ()
    assert [word.translation for word in known.rare_words("Eine Oase laufen")] == ["oasis"]


@pytest.mark.parametrize(
    ("text", "said"), [("Thanks, Tom.", "спасибо, Том."), ("Thanks, Doctor.", "спасибо, врач.")]
)
def test_behind_a_phrase_a_name_stays_one_and_a_title_is_a_word(text: str, said: str) -> None:
    """Russian has "том" mostly in other senses: a volume, that."""
    words = WordList({"Tom": 100, "doctor": 50, "Doctor": 3})
    known = KnownWords(
        Spelling("en", words),
        dictionaries=(Dictionary({"tom": ("Tom", "том"), "doctor": ("doctor", "врач")}),),
        phrasebooks=(Phrasebook.between([{"en": "thanks", "ru": "спасибо"}], "en", "ru"),),
    )
    assert known.look_up(text) == (raised(said),)
