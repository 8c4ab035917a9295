"""Dates with the month in letters, as each language writes them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text.figures.calendars import CALENDARS
from traverba.text.figures.dates import find_dates
from traverba.text.protection import Protected
from traverba.text.stand_ins import put_back, stand_for

LANGUAGES = st.sampled_from(sorted(CALENDARS))


def said(text: str, source: str, target: str) -> list[str]:
    """Each date of a text and what it is called."""
    return [f"{text[slice(*d.span)]} = {d.said.text}" for d in find_dates(text, source, target)]


@pytest.mark.parametrize(
    ("direction", "text", "expected"),
    [
        ("en-fr", "I was born on May 12, 1975.", "on May 12, 1975 = le 12 mai 1975"),
        ("en-fr", "on the 1st of May", "on the 1st of May = le 1er mai"),
        ("en-de", "We met on Monday, June 3.", "on Monday, June 3 = am Montag, 3. Juni"),
        ("en-de", "since 3 June 2020", "3 June 2020 = 3. Juni 2020"),
        ("en-de", "Today is October 11th.", "October 11th = der 11. Oktober"),
        ("en-de", "The party is on March 3.", "on March 3 = am 3. März"),
        ("en-es", "on November 5, 1999", "on November 5, 1999 = el 5 de noviembre de 1999"),
        (
            "en-ru",
            "on Tuesday, August 8, 2017",
            "on Tuesday, August 8, 2017 = во вторник, 8 августа 2017 года",
        ),
        ("en-ru", "BORN ON MAY 12", "ON MAY 12 = 12 мая"),
        ("fr-en", "Il est né le 12 mai 1975.", "le 12 mai 1975 = on May 12, 1975"),
        ("fr-en", "le lundi 1er aout", "le lundi 1er aout = on Monday, August 1"),
        ("fr-en", "Nous sommes ici depuis le 12 mai.", "le 12 mai = May 12"),
        ("fr-en", "jusqu'au 25 décembre", "25 décembre = December 25"),
        ("fr-de", "Le 1er mai est férié.", "Le 1er mai = der 1. Mai"),
        ("de-en", "Er kam am 12. Mai 1975.", "am 12. Mai 1975 = on May 12, 1975"),
        ("de-en", "am Montag, dem 3.März", "am Montag, dem 3.März = on Monday, March 3"),
        ("de-en", "Der Brief vom 3. Jänner", "3. Jänner = January 3"),
        (
            "es-en",
            "Trabajo desde el 2 de setiembre del 2011.",
            "el 2 de setiembre del 2011 = September 2, 2011",
        ),
        ("es-fr", "El sábado, 14 de julio, bailamos.", "El sábado, 14 de julio = le samedi 14 juillet"),
        ("es-en", "Nació el 12 de mayo.", "12 de mayo = on May 12"),
        ("es-en", "Nací el 12 de mayo.", "el 12 de mayo = on May 12"),
        ("ru-en", "Он родился 12 мая 1975 года.", "12 мая 1975 года = on May 12, 1975"),
        (
            "ru-en",
            "В среду, 3 июня 2020 г., мы едем.",
            "В среду, 3 июня 2020 г. = on Wednesday, June 3, 2020",
        ),
        ("ru-en", "Мы ждём до 5-го января.", "5-го января = January 5"),
        ("ru-de", "Сегодня 18 июня.", "18 июня = der 18. Juni"),
    ],
)
def test_a_date_is_said_as_the_other_language_says_it(direction: str, text: str, expected: str) -> None:
    assert said(text, *direction.split("-")) == [expected]


@pytest.mark.parametrize(
    ("direction", "text"),
    [
        ("en-fr", "You may 12 times. May 12 people come? March 12 miles!"),
        ("en-fr", "May 2020, 45 May, May 123, 1.5 May, 12-15 May, 12 Mayors"),
        ("de-en", "12 Mai, im Mai, 12.5. Mai"),
        ("ru-en", "июнь 2020, 3 июнь"),
        ("es-en", "12 mayo, el mes de mayo"),
        ("en-vi", "on May 12"),
        ("en-en", "on May 12"),
    ],
)
def test_what_looks_like_a_date_and_is_none_stays(direction: str, text: str) -> None:
    assert said(text, *direction.split("-")) == []


@pytest.mark.parametrize(
    "text", ["We met in May 12th.", "May 12 is a holiday.", "May 12, 2020", "12 May", "On May 12 we go."]
)
def test_may_is_a_month_where_it_can_hardly_be_a_verb(text: str) -> None:
    assert len(said(text, "en", "fr")) == 1


@given(LANGUAGES, LANGUAGES, st.dates(date(1000, 1, 1), date(2999, 12, 31)), st.booleans())
def test_a_date_comes_back_from_every_language(source: str, target: str, day: date, with_year: bool) -> None:
    year = f", {day.year}" if with_year else ""
    english = f"on {day:%A}, {day:%B} {day.day}{year}"
    [there] = find_dates(english, "en", source) if source != "en" else [None]
    text = there.said.text if there else english
    [found] = find_dates(text, source, target) if source != target else [None]
    text = found.said.text if found else text
    [back] = find_dates(text, target, "en") if target != "en" else [None]
    assert (back.said.text if back else text) == english


@given(LANGUAGES, LANGUAGES, st.text(alphabet="12 .,-maiyMayдляde0/:\n", max_size=60))
def test_any_text_is_searched_and_spans_are_apart(source: str, target: str, text: str) -> None:
    ends = [bound for each in find_dates(text, source, target) for bound in each.span]
    assert ends == sorted(ends) and all(0 <= end <= len(text) for end in ends)


@pytest.mark.parametrize(
    ("direction", "text", "decoded", "restored"),
    [
        ("en-fr", "The letter of 12 May", "La lettre de {0}", "La lettre du 12 mai"),
        ("en-fr", "until May 12", "jusqu'à {0}", "jusqu'au 12 mai"),
        ("en-fr", "born on May 12", "née en {0}.", "née le 12 mai."),
        ("en-es", "until May 12", "hasta {0}", "hasta el 12 de mayo"),
        ("en-es", "from May 12", "de {0}", "del 12 de mayo"),
        ("en-de", "from 12 May", "von {0} an", "vom 12. Mai an"),
        ("en-de", "before 12 May", "vor {0}", "vor dem 12. Mai"),
        ("en-de", "on May 12, we", "An {0} haben", "Am 12. Mai haben"),
        ("fr-en", "né le 12 mai", "born on the {0}", "born on May 12"),
        ("fr-en", "le 12 mai, il", "{0}, he", "On May 12, he"),
        ("de-en", "der 12. Mai", "the {0}", "May 12"),
        ("en-ru", "on May 12", "На {0} мы", "12 мая мы"),
    ],
)
def test_a_word_before_it_becomes_one_with_it(direction: str, text: str, decoded: str, restored: str) -> None:
    dates = find_dates(text, *direction.split("-"))
    [stand_in] = stand_for(text, [Protected(each.span, said=each.said) for each in dates])
    at = decoded.index("{0}")
    edit = put_back(decoded, stand_in, (at, at + 3))
    start, end = edit.span
    assert decoded[:start] + edit.replacement + decoded[end:] == restored
