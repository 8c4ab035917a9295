"""Tables (.csv, .tsv): the cells of chosen columns; delimiter, quotes and line ends stay. Row by row."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from traverba.documents.formats.document import Reading
from traverba.documents.formats.textfile import open_text
from traverba.documents.inline import InlineText
from traverba.errors import DocumentError, OptionError

DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Row:
    """A record as it is written, its end apart, and what its cells say."""

    raw: str
    cells: Sequence[str]
    end: str


class Table:
    """A table of any length."""

    def __init__(self, reading: Reading) -> None:
        self._path = reading.path
        self._file = open_text(reading.path, reading.options.encoding)
        first = next(self._file.lines(), "")
        self._delimiter = "\t" if reading.path.suffix.lower() == ".tsv" else most_frequent(first)
        escaped = re.escape(self._delimiter)
        self._cell = re.compile(rf'("(?:[^"]|"")*+"[^{escaped}]*|[^{escaped}]*)(?:{escaped}|$)', re.DOTALL)
        heading = next(iter(self._rows()), Row("", (), "")).cells
        self._columns, self._headed = self._choose(reading.options.columns, heading)

    def _choose(self, columns: Sequence[str], heading: Sequence[str]) -> tuple[frozenset[int], bool]:
        """Positions of the columns, and whether they are named in the first row."""
        if columns and all(column.isdecimal() and int(column) > 0 for column in columns):
            return frozenset(int(column) - 1 for column in columns), False
        missing = [column for column in columns if column not in heading]
        if missing or not columns:
            asked = f"there is no column {missing[0]!r}" if missing else "columns must say which to translate"
            raise OptionError(
                f"{self._path}: {asked}; name some of {', '.join(heading)}, or give their numbers from 1"
            )
        return frozenset(heading.index(column) for column in columns), True

    def _rows(self) -> Iterator[Row]:
        lines: list[str] = []

        def fed() -> Iterator[str]:
            for line in self._file.lines():
                lines.append(line)
                yield line

        csv.field_size_limit(sys.maxsize)
        reader = csv.reader(fed(), delimiter=self._delimiter, strict=True)
        try:
            for cells in reader:
                raw = "".join(lines)
                lines.clear()
                content = raw.rstrip("\r\n") if not raw.strip("\r\n") or raw[-1] in "\r\n" else raw
                yield Row(content, cells, raw[len(content) :])
        except csv.Error as error:
            raise DocumentError(f"{self._path}, line {reader.line_num}: {error}") from error

    def _translated(self, row: Row, number: int) -> list[int]:
        """The positions of a row's cells that are translated."""
        if self._headed and number == 0:
            return []
        chosen = (i for i in sorted(self._columns) if i < len(row.cells))
        return [i for i in chosen if any(map(str.isalpha, row.cells[i]))]

    def units(self) -> Iterator[InlineText]:
        for number, row in enumerate(self._rows()):
            for i in self._translated(row, number):
                yield InlineText(row.cells[i])

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        sink.write(self._file.mark)
        for number, row in enumerate(self._rows()):
            places = self._translated(row, number)
            texts = {i: next(translations).text for i in places}
            changed = {i: text for i, text in texts.items() if text != row.cells[i]}
            sink.write(self._file.encode(self._rewritten(row, changed, number) + row.end))

    def _rewritten(self, row: Row, changed: dict[int, str], number: int) -> str:
        """The row with other texts in some cells, quoted if they were or must be."""
        if not changed:
            return row.raw
        raw_cells = [match[1] for match in self._cell.finditer(row.raw)][: len(row.cells)]
        if len(raw_cells) != len(row.cells):
            raise DocumentError(f"{self._path}, row {number + 1}: its quotes cannot be understood")
        for i, text in changed.items():
            raw_cells[i] = self._written(text, raw_cells[i])
        return self._delimiter.join(raw_cells)

    def _written(self, text: str, before: str) -> str:
        """A cell, quoted if it was or must be; quotes within one that was not (5" tape) may stay bare."""
        special = {self._delimiter, "\n", "\r"} & set(text) or text.startswith('"')
        quotes = '"' in text and '"' not in before
        if before.startswith('"') or special or quotes:
            return '"' + text.replace('"', '""') + '"'
        return text


def most_frequent(line: str) -> str:
    """The delimiter that a line has most of outside quotes; a comma if it has none."""
    bare = re.sub(r'"(?:[^"]|"")*+"', "", line)
    return max(DELIMITERS, key=bare.count)
