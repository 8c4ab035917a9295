"""Russian sentences with the object first, and nothing where no form tells who acts."""

import pytest

from traverba_export.corpora.word_order import with_object_first


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("Курица переходила дорогу.", "Дорогу переходила курица."),
        ("Том очень любит свою собаку.", "Свою собаку очень любит Том."),
        ("Я потерял книгу!", "Книгу я потерял!"),
        ("Он ушёл, потому что мать звала детей.", "Он ушёл, потому что детей звала мать."),
        ("Грузовик сбил собаку", "Собаку сбил грузовик"),
        ("Моя сестра пишет ему, и я читаю газету.", "Моя сестра пишет ему, и газету я читаю."),
    ],
)
def test_an_object_that_shows_its_case_comes_before_verb_and_subject(written: str, other: str) -> None:
    assert with_object_first((written, "as it was")) == (other, "as it was")


@pytest.mark.parametrize(
    "sentence",
    [
        "Грузовик обогнал автобус.",  # either could be the subject
        "Кто читает книгу?",
        "Том спит.",
        "Он знает, что вас.",
        "Она видела людей, которые пели.",  # the relative clause would lose its noun
        "Том читает книгу брата.",  # and so would the owner
        "Открой Photoshop и книгу.",
        "Le camion a écrasé le chien.",
        "Der Hund beißt den Mann.",
        "",
    ],
)
def test_a_sentence_stays_alone_where_nothing_tells_who_acts(sentence: str) -> None:
    assert with_object_first((sentence, "as it was")) is None
