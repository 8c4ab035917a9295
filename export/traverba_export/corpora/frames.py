"""Sentences from frames and what fills them: greetings, titles, names, towns, days, hours, numbers.

Learners' sentences have few of these, and people try them first: "Good afternoon, Mr. Smith." was "Bueno la
tarde", a date lost its month. Rows of `frames.toml` say the same in five languages, so that any two of them
are a pair; forms of a word stand apart where grammar wants them ("{city.in}", "{city.to}").
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from traverba_export.corpora.variants import Pair

ROWS = Path(__file__).with_suffix(".toml")
SLOT = re.compile(r"\{(\w+)\.(\w+)\}")
COUNTS = (*range(5, 21), *range(25, 31), *range(35, 41), *range(45, 51), 100, 250)
"""Numbers behind which Russian has one form of a noun, the genitive of the plural."""
STAND_INS = 0.15
"""Share of sentences with a stand-in in place of a number: so the model reads a placeholder."""
SHORT_DATES = 0.3
"""Share of dates without a year."""
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}

Filling = Mapping[str, str]
"""What stands in a slot, such as "city.to", in one language."""


def frame_languages() -> tuple[str, ...]:
    """Those that every frame is said in."""
    return tuple(_rows()["languages"])


def framed(count: int, seed: int, languages: tuple[str, str]) -> list[Pair]:
    """``count`` different pairs in two languages; the same sentences for a seed, whatever these are."""
    rng, found = np.random.default_rng(seed), dict[Pair, None]()
    first, second = map(frame_languages().index, languages)
    drawn = _drawn(rng)
    while len(found) < count:
        said = next(drawn)
        found[said[first], said[second]] = None
    return list(found)


def _drawn(rng: np.random.Generator) -> Iterator[list[str]]:
    """Sentences in all languages, without end."""
    frames = _rows()["frames"]
    shares = np.array([frame.get("share", 1) for frame in frames], float)
    while True:
        frame = frames[rng.choice(len(frames), p=shares / shares.sum())]["said"]
        fillings = _fillings(rng)
        yield [_filled(said, filling) for said, filling in zip(frame, fillings, strict=True)]


def _filled(said: str, filling: Filling) -> str:
    return SLOT.sub(lambda slot: filling[f"{slot[1]}.{slot[2]}"], said)


def _fillings(rng: np.random.Generator) -> Sequence[Filling]:
    """For each language what all slots say; a group's forms are of one row."""
    languages = frame_languages()
    fillings: list[dict[str, str]] = [{} for _ in languages]
    for group, forms in _rows()["groups"].items():
        row = int(rng.integers(len(next(iter(forms.values())))))
        for form, rows in forms.items():
            for filling, word in zip(fillings, rows[row], strict=True):
                filling[f"{group}.{form}"] = word
    counted = _counted(rng)
    for filling, language in zip(fillings, languages, strict=True):
        filling.update({slot: said[language] for slot, said in counted.items()})
    return fillings


def _counted(rng: np.random.Generator) -> Mapping[str, Mapping[str, str]]:
    """Slots whose words are counted out -> language -> what they say."""
    n, m = (str(number) for number in rng.choice(COUNTS, 2, replace=False))
    if rng.random() < STAND_INS:
        n, m = "{0}", "{1}"
    year = None if rng.random() < SHORT_DATES else int(rng.integers(1900, 2030))
    return {
        "number.n": dict.fromkeys(MONTHS, n),
        "number.m": dict.fromkeys(MONTHS, m),
        "day.date": _date(int(rng.integers(1, 29)), int(rng.integers(12)), year),
        "hour.at": _hour(int(rng.integers(2, 24)), 5 * int(rng.integers(12))),
    }


def _date(day: int, month: int, year: int | None) -> dict[str, str]:
    """ "on May 12, 1975"."""
    of = {language: names.split()[month] for language, names in MONTHS.items()}
    return {
        "en": f"on {of['en']} {day}" + (f", {year}" if year else ""),
        "fr": f"le {'1er' if day == 1 else day} {of['fr']}" + (f" {year}" if year else ""),
        "de": f"am {day}. {of['de']}" + (f" {year}" if year else ""),
        "es": f"el {day} de {of['es']}" + (f" de {year}" if year else ""),
        "ru": f"{day} {of['ru']}" + (f" {year} года" if year else ""),
    }


def _hour(hour: int, minute: int) -> dict[str, str]:
    """ "at 14:45"."""
    time = f"{hour}:{minute:02}"
    french = f"à {hour} h" + (f" {minute:02}" if minute else "")
    return {
        "en": f"at {time}",
        "fr": french,
        "de": f"um {time} Uhr",
        "es": f"a las {time}",
        "ru": f"в {time}",
    }


@cache
def _rows() -> dict[str, Any]:
    return tomllib.loads(ROWS.read_text(encoding="utf-8"))
