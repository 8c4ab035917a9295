"""How languages write large numbers and fractions: 1,250 is 1.250 in German, where 1,250 is less than two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from traverba.text.pieces import Span
from traverba.text.rewriting import Edit

MARKS = {"en": (",", "."), "fr": ("\u00a0", ","), "de": (".", ","), "es": (".", ","), "ru": ("\u00a0", ",")}
"""Language -> what stands between groups of three digits, and before a fraction."""
SPACE = "[ \u00a0\u202f]"


def as_written(text: str, source: str, target: str, *, points: bool = False) -> dict[str, str]:
    """Numbers of a text -> how the target language writes them, where that is known and differs.

    "3.5" may be a version, and stays unless ``points`` says that it is none; "3,5" is none.
    """
    if source == target or not {source, target} <= MARKS.keys():
        return {}
    group, point = MARKS[target]
    found: dict[str, str] = {}
    for match in _pattern(source, points=points).finditer(text):
        fraction = match["fraction"]
        whole = group.join(re.findall(r"\d+", match["whole"]))
        if (written := f"{whole}{point}{fraction}" if fraction else whole) != match[0]:
            found[match[0]] = written
    return found


def rewritten(text: str, numbers: Mapping[str, str]) -> Iterator[Edit]:
    """Wherever a text has them, numbers as they are to be written."""
    for number, written in numbers.items():
        yield from (Edit(span, written) for span in places_of(text, number))


def places_of(text: str, number: str) -> Iterator[Span]:
    """Where a text has a number just so, with any space for a space."""
    pattern = "".join(SPACE if re.fullmatch(SPACE, c) else re.escape(c) for c in number)
    for match in re.finditer(rf"(?<![\d.,]){pattern}(?!\d|[.,]\d)", text):
        yield match.span()


@cache
def _pattern(language: str, *, points: bool) -> re.Pattern[str]:
    """Numbers with groups, and those with a fraction."""
    group, point = (SPACE if re.fullmatch(SPACE, mark) else re.escape(mark) for mark in MARKS[language])
    fraction = rf"{point}(?P<fraction>\d+)"
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+"
    plain = rf"|\d+(?={point}\d)" if points or MARKS[language][1] == "," else ""
    return re.compile(rf"(?<![\w.,:/-])(?P<whole>{grouped}{plain})(?:{fraction})?(?![\w/-]|[.,:]\d)")
