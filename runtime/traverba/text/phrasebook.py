"""Short things that people say all day, which a model of sentences has hardly met: "Okay.", "Good morning!"

Whoever tries a translator begins with these. A whole segment that is one of them is said as the phrasebook
has it, with the mark that it came with, as the language writes it ("¡Hola!").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traverba.text.casing import raised

SEGMENT = re.compile(r"[\s¿¡]*(?P<phrase>.*?)\s*(?P<mark>[.!?…]*)\s*", re.DOTALL)
OPENING = {"es": {"?": "¿", "!": "¡"}}
"""Language -> what opens a sentence that ends with a mark."""
SPACED = {"fr": "?!"}
"""Language -> marks behind a space."""
VARIANTS = "|"
SPELT_ALIKE = str.maketrans({"’": "'", "ё": "е"})

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

    def look_up(self, text: str) -> str | None:
        """What a text is called that is one phrase, or several with commas between, and nothing else."""
        found = SEGMENT.fullmatch(text)
        assert found, "it matches every text"
        whole, mark = found["phrase"], found["mark"]
        capital = whole[:1].isupper()
        if said := self._say(whole, mark, capital):
            return said
        *first, last = (part.lstrip(" ¿¡") for part in whole.split(","))
        parts = [self._say(part, "", capital and not index) for index, part in enumerate(first)]
        parts.append(self._say(last, mark, capital and not first))
        return ", ".join(part for part in parts if part) if all(parts) else None

    def _say(self, phrase: str, mark: str, capital: bool) -> str | None:
        key = _key(phrase)
        said = self.entries.get(key + mark[:1]) or self.entries.get(key)
        if said is None:
            return None
        opening = OPENING.get(self.target, {}).get(mark[:1], "")
        space = " " if mark and mark[0] in SPACED.get(self.target, "") else ""
        return f"{opening}{raised(said) if capital else said}{space}{mark}"


def _key(phrase: str) -> str:
    return " ".join(phrase.casefold().translate(SPELT_ALIKE).split())
