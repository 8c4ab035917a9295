"""Numbers stay in the text, because grammar needs them ("1 apple", "21 яблоко"), but must not be lost."""

from __future__ import annotations

import re

from traverba.text.pieces import Span
from traverba.text.stand_ins import STAND_IN

NUMBER = re.compile(r"\d+(?:[.,:\u00a0\u202f]\d+|[ ]\d{3}(?!\d))*")
DIGITS = re.compile(r"\d+")
GAP = r"[^\d\n]{0,2}"
"""Between groups of digits: languages write 10,000 and 10 000."""

GROUP_MARKS = (",", ".", " ", "\u202f")
TIME_MARKS = (":", ".", "h", " h ")


def numbers_of(text: str) -> tuple[str, ...]:
    """Numbers of at least two digits: smaller ones may well become words. A time of day is two numbers."""
    found = (part for number in NUMBER.findall(STAND_IN.sub(" ", text)) for part in number.split(":"))
    return tuple(dict.fromkeys(number for number in found if sum(map(str.isdigit, number)) > 1))


def place_of(text: str, number: str) -> Span:
    """Where one of `numbers_of` stands; of a part of a time of day, where all of that does."""
    plain = STAND_IN.sub(lambda match: " " * len(match[0]), text)
    return next(
        match.span() for match in NUMBER.finditer(plain) if number in (match[0], *match[0].split(":"))
    )


def says(text: str, number: str) -> bool:
    """Whether a text has this number, with whatever marks between its groups."""
    groups = DIGITS.findall(number)
    pattern = rf"(?<!\d){GAP.join(map(re.escape, groups))}(?!\d)"
    return re.search(pattern, STAND_IN.sub(" ", text)) is not None


def added(text: str, decoded: str) -> tuple[str, ...]:
    """Numbers of the translation that the text has in no grouping: invented or changed."""
    have = {_digits(number) for number in numbers_of(text)}
    return tuple(n for n in numbers_of(decoded) if _digits(n) not in have and not says(text, n))


def _digits(number: str) -> str:
    return "".join(DIGITS.findall(number))


def spellings_of(number: str) -> tuple[str, ...]:
    """The ways in which languages write it."""
    groups, marks = DIGITS.findall(number), TIME_MARKS if ":" in number else GROUP_MARKS
    return tuple(dict.fromkeys((number, *(mark.join(groups) for mark in marks))))
