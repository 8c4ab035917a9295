"""TBX, version 2 (`martif`, `termEntry`, `langSet`) and version 3 (`tbx`, `conceptEntry`, `langSec`).

The standard library's expat reads it: nothing but names, languages and terms is taken from the
file, and a declared entity ends the reading, so that neither an entity bomb nor a file on this
machine can come in through one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from xml.parsers import expat

from traverba.errors import GlossaryError

CONCEPTS = ("termEntry", "conceptEntry")
LANGUAGE_SETS = ("langSet", "langSec")
TERM_SETS = ("tig", "ntig", "termSec")
UNWANTED = ("deprecated", "superseded", "obsolete")
"""How the administrative status of a term begins that nobody should write any more."""

Entry = tuple[str, str, str, list[str]]


def read_tbx(path: Path) -> Iterator[Entry]:
    """(source language, target language, term, translations) for every pair of languages of a concept."""
    reader = _Reader(path)
    try:
        with path.open("rb") as file:
            reader.parser.ParseFile(file)
    except expat.ExpatError as error:
        raise GlossaryError(f"{path}: not well-formed XML: {error}") from error
    if not reader.concepts:
        raise GlossaryError(f"{path}: holds no termEntry (TBX 2) and no conceptEntry (TBX 3)")
    for concept in reader.concepts:
        for (source, terms), (target, translations) in permutations(concept.items(), 2):
            if wanted := [word for word, good in translations if good]:
                yield from ((source, target, term, wanted) for term, _ in terms)


class _Reader:
    """Collects, concept by concept, language -> [(term, whether it may be written)]."""

    def __init__(self, path: Path) -> None:
        self.concepts: list[dict[str, list[tuple[str, bool]]]] = []
        self._path = path
        self._language = ""
        self._term, self._good, self._text = "", True, ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._text = ""
        if name in CONCEPTS:
            self.concepts.append({})
        elif name in LANGUAGE_SETS:
            self._language = attributes.get("xml:lang", attributes.get("lang", "")).strip()
        elif name in TERM_SETS:
            self._term, self._good = "", True

    def _end(self, name: str) -> None:
        if name == "term":
            self._term = " ".join(self._text.split())
        elif name == "termNote" and self._text.strip().lower().startswith(UNWANTED):
            self._good = False
        elif name in TERM_SETS and self._term and self.concepts:
            if not self._language:
                line = self.parser.CurrentLineNumber
                raise GlossaryError(
                    f"{self._path}, line {line}: a term in a {LANGUAGE_SETS} without xml:lang"
                )
            language = self._language.partition("-")[0].lower()
            self.concepts[-1].setdefault(language, []).append((self._term, self._good))

    def _characters(self, data: str) -> None:
        self._text += data

    def _entity(self, name: str, *_: object) -> None:
        raise GlossaryError(f"{self._path}: declares the entity {name}, which a glossary has no need of")
