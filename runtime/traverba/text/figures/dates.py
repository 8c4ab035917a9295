"""Dates with the month in letters, said as the target language says them: "el 12 de mayo", "on May 12".

A model of sentences meets each of them a few times at most, and loses the month or the day. So it reads a
stand-in where one stands, and decides only where in the sentence the date belongs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from traverba.text.figures.calendars import CALENDARS, Calendar
from traverba.text.pieces import Span

Use = Literal["when", "spoken of", "named"]
"""On May 12; since May 12; May 12 is a Monday."""

_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_YEAR = r"[12]\d{3}(?!\d|[.,]\d)"
_BEHIND = re.compile(r"([\w'’]+|[-–—])\s+$")
_BEFORE = re.compile(r"\s+([\w'’]+|[-–—])")
_FIRST_WORD = re.compile(r"(?:^|[.!?…]\s+)\W*(\w+)\s+$")
_NEAR = 30
"""Characters in which the words beside a date are looked for."""
_AMBIGUOUS = ("may", "march")
"""Months that are other words, too, in small letters or at the beginning of a sentence."""
_BEHIND_MAY = "is|was|will|at|in|to|and|or|until"
"""What follows a date there, and hardly a number of things."""


@dataclass(frozen=True)
class Said:
    """What a date is called in the target language."""

    text: str
    with_word: Mapping[str, str] = field(default_factory=dict)
    """A word before it, in small letters -> what stands instead of both: "de" -> "del 12 de mayo"."""

    def in_capitals(self) -> Said:
        """For a text in capitals."""
        return Said(self.text.upper(), {word: both.upper() for word, both in self.with_word.items()})


@dataclass(frozen=True)
class Date:
    """One in a text."""

    span: Span
    said: Said


def find_dates(text: str, source: str, target: str) -> list[Date]:
    """Those of a text in one language, in order; none if one of the two languages has no calendar here."""
    if source == target or not {source, target} <= CALENDARS.keys():
        return []
    matches = (match for match in _pattern(source).finditer(text) if _is_date(match))
    calendar, target_calendar = CALENDARS[source], CALENDARS[target]
    return [Date(_span(match, calendar), _said(match, calendar, target_calendar)) for match in matches]


@cache
def _pattern(language: str) -> re.Pattern[str]:
    calendar = CALENDARS[language]
    month, weekday = "|".join(calendar.months), "|".join(calendar.weekdays)
    parts = {
        "day": f"(?P<day>{_DAY})", "month": f"(?P<month>{month})", "year": f"(?P<year>{_YEAR})",
        "day2": f"(?P<day2>{_DAY})", "month2": f"(?P<month2>{month})", "weekday": f"(?P<weekday>{weekday})",
    }  # fmt: skip
    read = calendar.read
    for name, pattern in parts.items():
        read = read.replace(f"{{{name}}}", pattern)
    return re.compile(rf"(?<![\w/-])(?<!\d[.,]){read}(?![\w/-]|[.,:]\d)", re.IGNORECASE)


def _is_date(match: re.Match[str]) -> bool:
    """Not "may 12 people come", nor that at the beginning of a sentence."""
    month = match["month"] or match["month2"]
    if month.lower() not in _AMBIGUOUS:
        return True
    day_first, text = match["month"] is not None, match.string
    surely = day_first or match["year"] is not None or text[match.end("day2") :][:1].isalpha()
    follows = re.search(r"[\w,;]\s+$", _before(match)) or match.start("month2") > match.start()
    alone = not _BEFORE.match(text[match.end() :]) or _is_one(_beside(match)[1], _BEHIND_MAY)
    return month[0].isupper() and bool(surely or follows or alone)


def _span(match: re.Match[str], calendar: Calendar) -> Span:
    start, end = match.span()
    if calendar.verbs and match["when"] and _is_one(_FIRST_WORD.search(_before(match)), calendar.verbs):
        start = match.end("when") + 1
    return start, end


def _said(match: re.Match[str], source: Calendar, target: Calendar) -> Said:
    groups, use = match.groupdict(), _use(match, source)
    day = int(groups["day"] or groups["day2"])
    date = target.written.format(
        weekday=_weekday(groups["weekday"], source, target, use),
        day=target.first if day == 1 else day,
        month=_first(target.months[_place(source.months, groups["month"] or groups["month2"])]),
        year=target.year.format(groups["year"]) if groups["year"] else "",
    )
    forms = {"when": target.when, "spoken of": target.spoken_of, "named": target.named or target.spoken_of}
    text = forms[use].format(date)
    fused = {word: both.format(date) for word, both in target.fused.items()}
    return Said(text, fused | dict.fromkeys(target.dropped, text) if use == "when" else fused)


def _weekday(name: str | None, source: Calendar, target: Calendar, use: Use) -> str:
    if name is None:
        return ""
    said = _first(target.weekdays[_place(source.weekdays, name)])
    return target.weekday.format(target.on_weekday.get(said, said) if use == "when" else said)


def _use(match: re.Match[str], calendar: Calendar) -> Use:
    """What it is for, by its own word for that and by the words beside it."""
    own = match.groupdict().get("when")
    if own and not calendar.prepositions:
        return "when"
    behind, before = _beside(match)
    if _is_one(behind, calendar.copulas) or _is_one(before, calendar.copulas):
        return "named"
    says = own is not None or "when" not in match.groupdict()
    return "when" if says and not _is_one(behind, calendar.prepositions) else "spoken of"


def _beside(match: re.Match[str]) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """The word behind which a date stands, and the one that it stands before."""
    end = match.end()
    return _BEHIND.search(_before(match)), _BEFORE.match(match.string[end : end + _NEAR])


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _NEAR) : match.start()]


def _is_one(found: re.Match[str] | None, words: str) -> bool:
    return found is not None and re.fullmatch(words, found[1], re.IGNORECASE) is not None


def _place(names: Sequence[str], name: str) -> int:
    """Which of them a name is, in whatever spelling."""
    return next(i for i, spellings in enumerate(names) if name.lower() in spellings.lower().split("|"))


def _first(spellings: str) -> str:
    return spellings.split("|")[0]
