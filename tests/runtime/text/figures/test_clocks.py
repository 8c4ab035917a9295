"""English times of day with the half of the day, on a clock of 24 hours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text import Edit
from traverba.text.figures.clocks import find_times
from traverba.text.protection import Protected
from traverba.text.stand_ins import put_back, stand_for


def said(text: str, target: str) -> list[str]:
    return [f"{text[slice(*time.span)]} = {time.said.text}" for time in find_times(text, "en", target)]


@pytest.mark.parametrize(
    ("target", "text", "expected"),
    [
        ("fr", "It starts at 2:30 p.m. today.", ["2:30 p.m. = 14 h 30"]),
        ("fr", "It starts at 2:30 p.m.", ["2:30 p.m = 14 h 30"]),
        ("de", "from 9 a.m. to 8 pm", ["9 a.m. = 9 Uhr", "8 pm = 20 Uhr"]),
        ("de", "At 12 AM or 12:05 PM?", ["12 AM = 0 Uhr", "12:05 PM = 12:05 Uhr"]),
        ("de", "at 2:30 p.m. We left", ["2:30 p.m = 14:30 Uhr"]),
        ("ru", "until 7pm, at 11.15am", ["7pm = 19:00", "11.15am = 11:15"]),
        ("ru", "13 pm, 0 am, 2:75 pm, at 14:30, 3 amps, 1.2.3 am, I am 5", []),
        ("es", "at 2:30 p.m.", []),
    ],
)
def test_the_half_of_the_day_is_in_the_hour(target: str, text: str, expected: list[str]) -> None:
    assert said(text, target) == expected


def test_only_english_ones_are_known() -> None:
    assert find_times("a las 2:30 p.m.", "es", "de") == []


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(["a.m.", "am", "AM"]))
def test_every_time_is_that_of_the_day(hour: int, minute: int, half: str) -> None:
    half = half if hour < 12 else half.replace("a", "p").replace("A", "P")
    text = f"We met at {hour % 12 or 12}:{minute:02} {half} in the park"
    [time] = find_times(text, "en", "de")
    assert time.said.text == f"{hour}:{minute:02} Uhr"
    assert text[time.span[1] :] == " in the park"


def test_its_preposition_stands_once() -> None:
    [time] = find_times("It is on Monday at 2:30 pm.", "en", "de")
    [stand_in] = stand_for("x", [Protected((0, 1), said=time.said)])
    edit = put_back("Es ist Montag um um {0}.", stand_in, (20, 23))
    assert edit == Edit((14, 23), "um 14:30 Uhr")
