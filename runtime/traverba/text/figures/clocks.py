"""Times of day: French ones read as 14:45, English ones with "p.m." said on a clock of 24 hours, "14 h 30".

A small model drops what half of the day it is, and opens a library "von 9 Uhr bis 8 Uhr". Times without it
are the model's, which knows the common ones; Spanish says "p.m." itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from traverba.text.figures.dates import Date, Said
from traverba.text.rewriting import Edit

_END = r"\.m\.(?=\W{0,3}(?-i:[a-z0-9]))|\.m\b|\.?m\b"
"""The full stop behind it is the sentence's, if that ends there."""
FRENCH = re.compile(r"(?<![\w.,:])([01]?\d|2[0-3])\s?h\s?([0-5]\d)(?!\w)")
TIME = re.compile(
    rf"(?<![\w:.,/-])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[AaPp])(?i:{_END})"
)


@dataclass(frozen=True)
class _Clock:
    """How one language says a time of day."""

    time: str
    full_hour: str
    with_word: Mapping[str, str]
    """As `Calendar.fused`."""


CLOCKS = {
    "fr": _Clock("{} h {:02}", "{} h", dict.fromkeys(("à", "sur", "en", "au"), "à {}")),
    "de": _Clock(
        "{}:{:02} Uhr",
        "{} Uhr",
        {**dict.fromkeys(("um", "bei", "in", "auf", "an", "am"), "um {}"), "aus": "von {}"},
    ),
    "ru": _Clock("{}:{:02}", "{}:{:02}", dict.fromkeys(("в", "на"), "в {}")),
}


def find_times(text: str, source: str, target: str) -> list[Date]:
    """Those of an English text, in order; none for a language that has no clock here."""
    if source != "en" or target not in CLOCKS:
        return []
    return [Date(match.span(), _said(match, CLOCKS[target])) for match in TIME.finditer(text)]


def _said(match: re.Match[str], clock: _Clock) -> Said:
    hour = int(match["hour"]) % 12 + 12 * (match["half"] in "Pp")
    minute = int(match["minute"] or 0)
    said = (clock.time if match["minute"] else clock.full_hour).format(hour, minute)
    return Said(said, {word: both.format(said) for word, both in clock.with_word.items()})


def clock_times(text: str) -> Iterator[Edit]:
    """French times of day, "14 h 45", read as other languages write them."""
    for match in FRENCH.finditer(text):
        yield Edit(match.span(), f"{match[1]}:{match[2]}")
