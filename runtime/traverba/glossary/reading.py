"""Glossaries from files: CSV and TSV tables, and TBX (ISO 30042), the exchange format of term bases."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from traverba.errors import GlossaryError
from traverba.glossary.tbx import read_tbx
from traverba.glossary.terms import Glossary

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": "\t"}
VARIANTS = "|"
"""Separates translations of which any will do, and terms that mean the same, in a cell of a table."""
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

Entry = tuple[str, str, str, list[str]]


def load_glossary(path: str | Path, *, source: str | None = None, target: str | None = None) -> Glossary:
    """Read ``path`` by its ending: .csv, .tsv or .tbx, in UTF-8.

    A table whose first row holds language codes ("en", "fr", …) has terms of the same meaning in
    a row, for any two of its languages. A table without such a row has two columns, term and
    translation, from ``source`` into ``target``. "|" separates variants in a cell; rows that
    begin with "#" are comments. `GlossaryError` names the file and the line that is wrong.
    """
    path = Path(path)
    try:
        if path.suffix.lower() == ".tbx":
            return Glossary.collect(read_tbx(path))
        if path.suffix.lower() not in DELIMITERS:
            raise GlossaryError(f"{path}: a glossary's name ends in .csv, .tsv or .tbx")
        return Glossary.collect(_read_table(path, source, target))
    except OSError as error:
        raise GlossaryError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise GlossaryError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error


def _read_table(path: Path, source: str | None, target: str | None) -> Iterator[Entry]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=DELIMITERS[path.suffix.lower()], strict=True)
        languages: list[str] | None = None
        try:
            for row in rows:
                cells = [cell.strip() for cell in row]
                if not any(cells) or cells[0].startswith("#"):
                    continue
                if languages is None:
                    languages = _header(cells)
                    if languages is not None:
                        continue
                    languages = _named(path, source, target)
                yield from _entries(cells, languages, f"{path}, line {rows.line_num}")
        except csv.Error as error:
            raise GlossaryError(f"{path}, line {rows.line_num}: {error}") from error


def _header(cells: list[str]) -> list[str] | None:
    """The languages of the columns, if this is a row of language codes."""
    is_header = len(cells) > 1 and all(LANGUAGE.fullmatch(cell) for cell in cells)
    return cells if is_header and len(set(cells)) == len(cells) else None


def _named(path: Path, source: str | None, target: str | None) -> list[str]:
    if source is None or target is None:
        raise GlossaryError(
            f"{path}: which languages are the columns? Put a first row such as en,fr into the file, "
            "or name source and target"
        )
    return [source, target]


def _entries(cells: list[str], languages: list[str], place: str) -> Iterator[Entry]:
    """Each variant of each cell as a term, the other cells as its translations."""
    if len(cells) != len(languages):
        raise GlossaryError(
            f"{place}: {len(cells)} cells where there should be {len(languages)} ({', '.join(languages)}); "
            "put a cell that holds the delimiter into double quotes"
        )
    variants = [[v.strip() for v in cell.split(VARIANTS) if v.strip()] for cell in cells]
    if sum(map(bool, variants)) < 2:
        raise GlossaryError(f"{place}: a term without a translation")
    for i, source in enumerate(languages):
        for j, target in enumerate(languages):
            if i != j and variants[j]:
                yield from ((source, target, term, variants[j]) for term in variants[i])
