"""The files of the challenge set: one case a line, ``direction TAB text TAB check TAB check …``.

A check is a name, or a name with an argument (``has: chat | minou``). Empty lines and lines that
begin with ``#`` say nothing. Text and arguments may hold ``\\n``, ``\\r``, ``\\t``, ``\\s`` (a space
that an editor would trim), ``\\u200b`` and ``\\\\``. A fault is named with its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from traverba_export.corpora.reading import CorpusError, read_lines
from traverba_export.quality.challenge.checks import Check, CheckError, parse_check
from traverba_export.recipe import RecipeError, split_direction

BUILT_IN = Path(__file__).parent / "cases"
CATEGORIES = (
    "first-things",
    "lower-case",
    "all-caps",
    "no-final-punctuation",
    "missing-accents",
    "typos",
    "single-words",
    "phrases",
    "numbers",
    "names",
    "addresses",
    "emoji",
    "code-and-placeholders",
    "empty-and-odd",
)
"""The built-in set's files, in the order of its tables."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.?)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "s": " ", "\\": "\\"}


class ChallengeError(CorpusError):
    """A file of the challenge set cannot be used; the message names file and line."""


@dataclass(frozen=True)
class Case:
    """One text, the direction it is translated in, and what its translation must fulfil."""

    category: str
    direction: str
    text: str
    checks: tuple[Check, ...]
    where: str
    """File and line."""


def builtin_cases() -> list[Case]:
    """The set that comes with the exporter."""
    return [case for name in CATEGORIES for case in read_cases(BUILT_IN / f"{name}.tsv")]


def read_cases(path: Path) -> list[Case]:
    """All cases of one file; the category is the file's name."""
    cases: list[Case] = []
    seen: dict[tuple[str, str], Case] = {}
    for number, line in read_lines(path):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            case = _case(path.stem, f"{path.name}:{number}", line.split("\t"))
        except (CheckError, RecipeError) as error:
            raise ChallengeError(f"{path}:{number}: {error}") from error
        first = seen.setdefault((case.direction, case.text), case)
        if first is not case:
            raise ChallengeError(f"{path}:{number}: the same text and direction as {first.where}")
        cases.append(case)
    return cases


def _case(category: str, where: str, cells: list[str]) -> Case:
    if len(cells) < 3:
        raise CheckError(f"{len(cells)} columns; a case has a direction, a text and at least one check")
    direction, text, *checks = cells
    split_direction(direction)
    return Case(category, direction, unescape(text), tuple(_checks(checks)), where)


def _checks(cells: list[str]) -> Iterator[Check]:
    for cell in cells:
        if not cell.strip():
            raise CheckError("an empty check; is there one tab too many?")
        name, _, argument = cell.partition(":")
        yield parse_check(name.strip(), unescape(argument.strip()))


def unescape(text: str) -> str:
    """``\\n`` and its like as the characters they stand for."""

    def character(match: re.Match[str]) -> str:
        code = match[1]
        if code.startswith("u") and len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise CheckError(f"\\{code} is no escape; there are \\n, \\r, \\t, \\s, \\\\ and \\u0000")
        return _ESCAPES[code]

    return _ESCAPE.sub(character, text)
