"""Short things that people say all day, which a model of sentences has hardly met: "Okay.", "Good morning!"

Whoever tries a translator begins with these. A whole segment that is one of them is said as the phrasebook
has it, with the mark that it came with, as the language writes it ("¡Hola!").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from traverba.text.casing import raised

LONGEST = 200
"""Characters of a text that is looked at: all phrases are far shorter."""
SEGMENT = re.compile(r"[\s¿¡]*(?P<phrase>.*?)\s*(?P<mark>[.!?…]*|[,:])\s*", re.DOTALL)
OPENING = {"es": {"?": "¿", "!": "¡"}}
"""Language -> what opens a sentence that ends with a mark."""
SPACED = {"fr": "?!:"}
"""Language -> marks behind a space."""
VARIANTS = "|"
SPELT_ALIKE = str.maketrans({"’": "'", "ё": "е"})

A_NAME = "*"
"""Stands in a title for the name behind it: "Mr. *"."""

IsName = Callable[[str], bool]
Called = Callable[[str], "str | None"]
Row = Mapping[str, str]
"""Language -> ways to say one thing, between bars: all are understood, the first is said. One that ends
with "?" or "!" is only understood with it."""


@dataclass(frozen=True)
class Phrasebook:
    """From one language into another."""

    target: str
    entries: Mapping[str, str]
    """As `_key` has them -> what is said, without a mark."""

    @classmethod
    def between(cls, rows: Sequence[Row], source: str, target: str) -> Phrasebook:
        """Of what two rows understand, the first one's."""
        entries: dict[str, str] = {}
        for row in rows:
            if row.get(source) and row.get(target):
                said = row[target].split(VARIANTS)[0].rstrip("?!")
                for variant in row[source].split(VARIANTS):
                    entries.setdefault(_key(variant), said)
        return cls(target, entries)

    def look_up(
        self, text: str, is_name: IsName = lambda word: False, called: Called = lambda word: None
    ) -> str | None:
        """What a text is called that is one phrase, or several with commas between, and nothing else.

        Names may follow, or single words: ``is_name`` says which words are the same in both languages, and
        ``called`` what others are called.
        """
        found = SEGMENT.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            return None
        whole, mark = found["phrase"], found["mark"]
        parts = [whole] if self._entry(whole, mark) else [part.lstrip(" ¿¡") for part in whole.split(",")]
        phrases = [i for i, part in enumerate(parts) if not self._is_name(part, is_name)]
        if not phrases or phrases[0] > 0:
            return None
        last = phrases[-1]
        said = [self._say(part, mark if i == last else "", is_name) for i, part in enumerate(parts)]
        behind = ((each or _word(part, called)) for each, part in zip(said[1:], parts[1:], strict=True))
        words = [part for part in (said[0], *behind) if part]
        if len(words) < len(parts):
            return None
        words[0] = raised(words[0]) if whole[:1].isupper() else words[0]
        opened = last if mark[:1] == "?" else 0
        words[opened] = OPENING.get(self.target, {}).get(mark[:1], "") + words[opened]
        space = " " if mark and mark[0] in SPACED.get(self.target, "") else ""
        return f"{', '.join(words)}{space}{mark}"

    def _say(self, part: str, mark: str, is_name: IsName) -> str | None:
        """A phrase, a phrase or a title and a name behind it, or a name."""
        if self._is_name(part, is_name):
            return part
        if said := self._entry(part, mark):
            return said
        before, _, last = part.rpartition(" ")
        title = self.entries.get(_key(f"{before} {A_NAME}"))
        if title and self._is_name(last, lambda word: word[0].isupper()):
            return title.replace(A_NAME, last)
        said = self._entry(before, mark) if self._is_name(last, is_name) else None
        return said and f"{said} {last}"

    def _entry(self, phrase: str, mark: str) -> str | None:
        key = _key(phrase)
        return self.entries.get(key + mark[:1]) or self.entries.get(key)

    def _is_name(self, word: str, is_name: IsName) -> bool:
        """One that can be written with the letters of the target language."""
        return not self._letters.isdisjoint(word.lower()) and is_name(word)

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset("".join(self.entries.values()).lower()) - {" "}


def _word(part: str, called: Called) -> str | None:
    return called(part) if part.isalpha() else None


def _key(phrase: str) -> str:
    return " ".join(phrase.casefold().translate(SPELT_ALIKE).split())
