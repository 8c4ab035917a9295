"""Forms of words that no list has: which listed form they are taken for, and which words are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text import Dictionary, Forms, KnownWords, RareWord, RareWords, Spelling, WordList, stem

CALLED = {
    "художникам": "artists",
    "художник": "artist",
    "вертолёта": "helicopter",
    "партия": "party",
    "партизан": "guerrilla",
    "художниц": "paintresses",
    "Финляндия": "Finland",
    "Чехов": "Чехов",
}
MET = {"партией": 4, "партиями": 3, "партия": 9, "вертолёты": 50, "художницам": 1, "художниц": 1}
RUSSIAN = WordList(MET)
FORMS = Forms("ru", RUSSIAN, (RareWords("ru", CALLED),))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("художниками", "artists"),  # has more in common with the plural
        ("художнику", "artist"),  # of two that have as much in common the shorter one
        ("Художнику", "Artist"),  # any word may have a capital here
        ("партию", "party"),
        ("партиями", "party"),  # three times met is hardly met
        ("Финляндии", "Finland"),
        ("художницами", "paintresses"),  # never met, so that any form will do
    ],
)
def test_a_form_is_called_what_the_listed_form_is_that_has_most_in_common_with_it(
    word: str, said: str
) -> None:
    assert FORMS.look_up(word) == said


@pytest.mark.parametrize(
    "word",
    [
        "художник",  # is listed itself
        "партией",  # training met it often enough to know it
        "вертолёты",
        "художницам",  # met as often as the listed form: its name would be as much of a guess
        "партер",  # begins alike, but has another stem
        "художествами",
        "партизанскими",  # has more letters than an ending
        "Чехова",  # a name that stays as it is has no forms
        "финляндии",  # a name has a capital
        "пар",
        "парти3",
        "",
    ],
)
def test_other_words_are_left_to_the_model(word: str) -> None:
    assert FORMS.look_up(word) is None


def test_a_capital_inside_a_sentence_belongs_to_the_word() -> None:
    text = "Художнику рады. А Художнику, и Финляндию и художниками видели."
    assert list(FORMS.find(text)) == [
        RareWord((0, 9), "artist", is_form=True),
        RareWord((31, 40), "Finland", is_form=True),
        RareWord((43, 54), "artists", is_form=True),
    ]


def test_the_first_book_that_has_a_word_says_what_it_is_called() -> None:
    books = (RareWords("de", {"Filiale": "branch"}), Dictionary({"filiale": ("Filiale", "shop")}))
    assert Forms("de", WordList({}), books).look_up("Filialen") == "branch"
    assert Forms("de", WordList({}), books[::-1]).look_up("Filialen") == "shop"


def test_a_language_without_a_stemmer_has_no_forms() -> None:
    assert Forms("qaa", WordList({}), (RareWords("qaa", {"machine": "x"}),)).look_up("machines") is None


def test_known_words_have_them_as_rare_words_and_as_texts_of_one_word() -> None:
    common = Dictionary({"год": ("год", "year")})
    known = KnownWords(Spelling("ru", RUSSIAN), (common,), RareWords("ru", CALLED), forms=FORMS)
    assert known.rare_words("Художник с художниками") == (
        RareWord((0, 8), "artist"),
        RareWord((11, 22), "artists", is_form=True),
    )
    assert known.look_up("художниками") == ("artists",)
    assert known.look_up("год") == ("year",)
    assert known.look_up("партер") == ()


LETTERS = st.text("абн", min_size=4, max_size=8)


@given(st.dictionaries(LETTERS, st.sampled_from(["one", "two"]), max_size=20), LETTERS)
def test_the_form_is_the_nearest_that_there_is(called: dict[str, str], word: str) -> None:
    def common(form: str) -> int:
        return next((i for i in range(len(word)) if form[: i + 1] != word[: i + 1]), len(word))

    near = [
        form
        for form in called
        if common(form) >= 4
        and max(len(word), len(form)) <= common(form) + 3
        and stem(form, "ru") == stem(word, "ru")
    ]
    found = Forms("ru", WordList({}), (RareWords("ru", called),)).look_up(word)
    if word in called or not near:
        assert found is None
    else:
        most = max(map(common, near))
        shortest = min(len(form) for form in near if common(form) == most)
        assert found in {called[form] for form in near if (common(form), len(form)) == (most, shortest)}
