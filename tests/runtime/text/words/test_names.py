"""Names that no list has: what is taken for one, and what a translation calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text import KnownWords, Name, Names, RareWord, RareWords, Spelling, WordList
from traverba.text.words.names import romanised

ENGLISH = {"do": 9, "you": 9, "know": 9, "London": 5, "will": 3, "in": 2, "and": 2}
RUSSIAN = {"в": 9, "родился": 3, "Москва": 2}


def names(counts: Mapping[str, int], language: str, into: Iterable[str]) -> Names:
    return Names(Spelling(language, WordList(counts)), lambda: frozenset(into))


def said(found: Iterable[Name]) -> list[str]:
    return [name.said for name in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("do you know Goethe", ["Goethe"]),
        ("Goethe and Łukasz Å. Strindberg", ["Goethe", "Łukasz", "Strindberg"]),
        ("Goethe's and Cervantes' and McDonald’s", ["Goethe", "Cervantes", "McDonald"]),
        ("do you know London, LONDON, Will and WILL", []),
        ("do you know arachnophobia", []),
        ("do you know Al and X2000Max and @Goethe", []),
    ],
)
def test_a_name_is_a_word_with_a_capital_that_no_list_has_in_any_case(text: str, expected: list[str]) -> None:
    found = list(names(ENGLISH, "en", {"le", "la"}).find(text))
    assert said(found) == expected
    assert [text[slice(*name.span)] for name in found] == expected


def test_where_any_noun_has_a_capital_the_beginning_of_a_sentence_says_nothing() -> None:
    german = names({"kennst": 2, "du": 5}, "de", {"the"})
    assert said(german.find("Arachnophobie kennst du. Goethe, kennst du Schiller?")) == ["Schiller"]
    assert german.any_noun_has_a_capital


def test_at_the_beginning_of_a_sentence_a_form_of_a_known_word_is_no_name() -> None:
    spanish = names({"luchar": 3, "devuélveme": 2, "beau": 2, "Beaulne": 1, "gastar": 9}, "es", {"the"})
    text = "Lucharemos. Devuélvete. ¿Gastas? Beaulieu. Y Lucharemos"
    assert said(spanish.find(text)) == ["Beaulieu", "Lucharemos"]


@pytest.mark.parametrize(
    ("name", "in_english"),
    [  # as encyclopaedias and atlases have them
        ("Чехов", "Chekhov"),
        ("Достоевский", "Dostoevsky"),
        ("Щукин", "Shchukin"),
        ("Хабаровск", "Khabarovsk"),
        ("Жуковский", "Zhukovsky"),
        ("Юрий", "Yury"),
        ("Цой", None),  # ends as an adjective does
        ("Ґонґадзе", None),  # not Russian
    ],
)
def test_russian_names_are_written_in_latin_letters(name: str, in_english: str | None) -> None:
    found = said(names(RUSSIAN, "ru", {"the"}).find(f"родился в {name}"))
    assert found == ([in_english] if in_english else [])


def test_russian_adjectives_and_abbreviations_are_no_names() -> None:
    russian = names(RUSSIAN, "ru", {"the"})
    assert said(russian.find("в Чешского, в Средней, в Рудных, в Учредительное, в ЦРУ, в Пушкин")) == [
        "Pushkin"
    ]


def test_nothing_is_known_of_names_in_other_letters() -> None:
    assert not list(names(ENGLISH, "en", {"и", "в"}).find("do you know Goethe"))
    assert not list(names({"και": 2}, "el", {"the"}).find("και Σωκράτης"))


def test_a_dictionarys_word_comes_before_a_name_and_all_come_in_order() -> None:
    known = KnownWords(
        rare=RareWords("en", {"Vienna": "Wien", "Miller": "Miller"}),
        names=names(ENGLISH, "en", {"und"}),
    )
    assert known.rare_words("Beethoven and Vienna and Schubert and Miller") == (
        RareWord((0, 9), "Beethoven", is_name=True),
        RareWord((14, 20), "Wien"),
        RareWord((25, 33), "Schubert", is_name=True),
        RareWord((38, 44), "Miller", is_name=True),
    )


def test_at_the_beginning_of_a_sentence_a_known_word_is_no_name_of_a_dictionary() -> None:
    known = KnownWords(
        Spelling("en", WordList({"congratulations": 31, "Congratulations": 3, "rose": 30, "Rose": 3})),
        rare=RareWords("en", {"Congratulations": "Congratulations", "Rose": "Rose", "Tom": "Tom"}),
    )
    found = known.rare_words("Congratulations, Rose. Rose, Tom. Tom")
    assert [(word.span, word.translation) for word in found] == [
        ((17, 21), "Rose"),
        ((23, 27), "Rose"),
        ((29, 32), "Tom"),
        ((34, 37), "Tom"),
    ]


@given(st.text())
def test_any_text_has_its_names_in_order_and_within_it(text: str) -> None:
    found = list(names(ENGLISH, "en", {"le"}).find(text))
    assert all(text[slice(*name.span)] == name.said for name in found)
    ends = [edge for name in found for edge in name.span]
    assert ends == sorted(ends)


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=1))
def test_every_russian_word_can_be_written_in_latin_letters(word: str) -> None:
    found = romanised(word)
    assert found is not None and found.isascii() and (found.isalpha() or not word.strip("ъь"))
