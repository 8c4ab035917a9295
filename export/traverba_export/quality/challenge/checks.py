"""What a program can say about a translation without knowing the one right answer.

| check | holds if the translation |
|---|---|
| ``has: a | b`` | has one of these words or phrases; ``*`` stands for any letters |
| ``lacks: a | b`` | has none of them |
| ``once: span`` | has this span of characters exactly once |
| ``says: a | b`` | is one of these, but for case and final marks |
| ``case: same`` | is all in capitals if and only if the source is |
| ``language: fr`` | is in this language, if an identifier of languages is at hand |
| ``longest: 20`` | has at most so many characters |
| ``unchanged`` | is the source |
| ``frame: same`` | has the source's lines and the white space around them |

``has``, ``lacks`` and ``says`` know neither capitals nor the dots of ё nor kinds of spaces and
apostrophes; accents count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

FINAL_MARKS = " .!?…¡¿"
_SAME = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "ё": "е"})

Identify = Callable[[str], str]
"""A text's language, as its code."""


class CheckError(ValueError):
    """A check that does not exist, or without a usable argument."""


@dataclass(frozen=True)
class Check:
    """One demand on a translation."""

    name: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.argument}" if self.argument else self.name

    def holds(self, source: str, output: str, identify: Identify | None = None) -> bool:
        """Whether ``output`` is as demanded; languages are taken for right without ``identify``."""
        if self.name == "language":
            return identify is None or identify(output) == self.argument
        return _CHECKS[self.name](source, unicodedata.normalize("NFC", output), self.argument)


def parse_check(name: str, argument: str) -> Check:
    """A check by name; a wrong name or argument is an error that says what there is."""
    if name not in _CHECKS and name != "language":
        raise CheckError(f"no check {name!r}; there are {', '.join((*_CHECKS, 'language'))}")
    if name in ("has", "lacks", "says") and not all(a.strip() for a in argument.split("|")):
        raise CheckError(f"{name} needs words, with | between alternatives; got {argument!r}")
    if name in ("once", "language") and not argument:
        raise CheckError(f"{name} needs an argument")
    if name == "longest" and not argument.isdecimal():
        raise CheckError(f"longest needs a number of characters; got {argument!r}")
    if name in ("case", "frame") and argument != "same":
        raise CheckError(f"the one argument of {name} is 'same'; got {argument!r}")
    return Check(name, argument)


def _plain(text: str) -> str:
    """For comparison: folded case, one kind of space and apostrophe, е for ё."""
    return unicodedata.normalize("NFC", text).translate(_SAME).casefold().translate(_SAME)


def _has(source: str, output: str, words: str) -> bool:
    return any(_pattern(word.strip()).search(_plain(output)) for word in words.split("|"))


def _pattern(word: str) -> re.Pattern[str]:
    """A whole word or phrase; ``*`` is any run of letters."""
    inner = re.escape(_plain(word)).replace(r"\*", r"\w*")
    before = r"(?<!\w)" if re.match(r"\w", word) else ""
    after = r"(?!\w)" if re.search(r"\w$", word) else ""
    return re.compile(before + inner + after)


def _says(source: str, output: str, texts: str) -> bool:
    return _plain(output).strip(FINAL_MARKS) in [_plain(t).strip(FINAL_MARKS) for t in texts.split("|")]


def _same_case(source: str, output: str, _: str) -> bool:
    return _in_capitals(source) == _in_capitals(output)


def _in_capitals(text: str) -> bool:
    """At least nine in ten cased letters: a unit or an ß may stay small."""
    cased = [c for c in text if c.lower() != c.upper()]
    return bool(cased) and sum(c.isupper() for c in cased) >= 0.9 * len(cased)


def _frame(text: str) -> list[str]:
    """What surrounds the lines' words, line by line."""
    return [line.replace(line.strip(), "…") if line.strip() else line for line in text.splitlines(True)]


_CHECKS: dict[str, Callable[[str, str, str], bool]] = {
    "has": _has,
    "lacks": lambda source, output, words: not _has(source, output, words),
    "once": lambda source, output, span: output.count(unicodedata.normalize("NFC", span)) == 1,
    "says": _says,
    "case": _same_case,
    "longest": lambda source, output, limit: len(output) <= int(limit),
    "unchanged": lambda source, output, _: output == unicodedata.normalize("NFC", source),
    "frame": lambda source, output, _: _frame(source) == _frame(output),
}
