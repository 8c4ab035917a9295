"""Large numbers and fractions, as each language writes them (Unicode CLDR 47, symbols of numbers)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text.figures.writing import MARKS, as_written, places_of

LANGUAGES = st.sampled_from(sorted(MARKS))


@pytest.mark.parametrize(
    ("direction", "text", "expected"),
    [
        ("en-de", "1,250 people and 10,000.75", {"1,250": "1.250", "10,000.75": "10.000,75"}),
        ("en-fr", "1,234,567 books", {"1,234,567": "1\u00a0234\u00a0567"}),
        ("de-en", "2.901 Euro, 0,25 oder 1.000,5", {"2.901": "2,901", "0,25": "0.25", "1.000,5": "1,000.5"}),
        (
            "fr-en",
            "12 000 ou 12\u202f000, et 3,5",
            {"12 000": "12,000", "12\u202f000": "12,000", "3,5": "3.5"},
        ),
        ("ru-es", "15 000 и 2,5", {"15 000": "15.000"}),
        ("de-es", "2.901 und 0,25", {}),
        ("en-de", "version 3.5 of 12.05.2020, 1.2.3, 192.168.0.1, at 20:30, x1,250, 1,25, 1,2500", {}),
        ("de-en", "am 12.05.2020, 1.2.3, um 14.30 Uhr, Kapitel 3.2, 1,2,3, 1.250:3", {}),
        ("fr-en", "en 2011 180 lois, 1234 567", {}),
        ("en-en", "1,250", {}),
        ("en-vi", "1,250", {}),
    ],
)
def test_numbers_are_written_as_the_other_language_does(
    direction: str, text: str, expected: dict[str, str]
) -> None:
    assert as_written(text, *direction.split("-")) == expected


def test_a_point_is_one_of_a_fraction_where_that_is_sure() -> None:
    assert as_written("2.5 km", "en", "de", points=True) == {"2.5": "2,5"}
    assert as_written("2.5 km", "en", "de") == {}


@given(LANGUAGES, LANGUAGES, st.integers(1_000, 10**12), st.none() | st.integers(0, 999))
def test_a_number_comes_back(source: str, target: str, whole: int, fraction: int | None) -> None:
    group, point = MARKS[source]
    number = f"{whole:,}".replace(",", group) + ("" if fraction is None else f"{point}{fraction}")
    there = as_written(f"a {number} b", source, target).get(number, number)
    assert as_written(f"a {there} b", target, source).get(there, there) == number


@given(LANGUAGES, LANGUAGES, st.text(alphabet="12.,:a -\u00a0", max_size=30))
def test_no_digit_is_lost_in_any_text(source: str, target: str, text: str) -> None:
    for number, written in as_written(text, source, target).items():
        assert [c for c in number if c.isdigit()] == [c for c in written if c.isdigit()]
        assert list(places_of(text, number))


@pytest.mark.parametrize(
    ("text", "places"), [("a 1,250, or 1,250.", [(2, 7), (12, 17)]), ("1,2501 11,250 1,250,000 1,250.5", [])]
)
def test_a_number_has_its_places(text: str, places: list[tuple[int, int]]) -> None:
    assert list(places_of(text, "1,250")) == places


def test_a_space_may_be_any_in_a_number() -> None:
    assert list(places_of("a 1 250 b", "1\u202f250")) == [(2, 7)]
