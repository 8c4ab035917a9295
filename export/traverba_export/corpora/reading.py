"""Sentence pairs from files: TSV with chosen columns or two aligned plain files, .gz and .xz included."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast


class CorpusError(ValueError):
    """A corpus file cannot be used; the message names file and line."""


@dataclass(frozen=True)
class CorpusSpec:
    """Where one parallel corpus lies and how it is to be read."""

    paths: tuple[str, ...]
    """One TSV file, or two plain files with the same number of lines; relative to the data folder."""
    languages: tuple[str, str]
    columns: tuple[int, int] = (0, 1)
    """Columns of a TSV file that hold the two languages, counted from 0."""
    directions: dict[str, float] = field(default_factory=dict)
    """Passes over this corpus in an epoch for each direction ("en-fr"); 0.5 is a random half of it."""
    tagged: bool = False
    """The source sides are a model's work (`traverba-export back-translate`), and the model is told."""
    licence: str = ""
    attribution: str = ""


@dataclass
class ReadingReport:
    """Lines that could not be read as pairs: how many, and the first few by name."""

    lines: int = 0
    malformed: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, where: str) -> None:
        """Count one bad line and remember the first five."""
        self.malformed += 1
        if len(self.examples) < 5:
            self.examples.append(where)


def read_pairs(spec: CorpusSpec, data_dir: Path, report: ReadingReport) -> Iterator[tuple[str, str]]:
    """All pairs of a corpus, in file order; a line without the wanted columns is counted, not raised."""
    if len(spec.paths) == 2:
        yield from _aligned_files(data_dir / spec.paths[0], data_dir / spec.paths[1], report)
        return
    path = data_dir / spec.paths[0]
    wanted = max(spec.columns)
    for number, line in read_lines(path):
        report.lines += 1
        cells = line.split("\t")
        if len(cells) <= wanted:
            report.note(f"{path}:{number}: {len(cells)} columns, wanted {wanted + 1}")
            continue
        yield cells[spec.columns[0]].strip(), cells[spec.columns[1]].strip()


def _aligned_files(left: Path, right: Path, report: ReadingReport) -> Iterator[tuple[str, str]]:
    others = read_lines(right)
    for number, line in read_lines(left):
        _, other = next(others, (0, None))
        if other is None:
            raise CorpusError(f"{right} ends before line {number} of {left}: the files are not aligned")
        report.lines += 1
        yield line.strip(), other.strip()
    if next(others, None) is not None:
        raise CorpusError(f"{left} ends before {right}: the files are not aligned")


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines of a UTF-8 file, without line ends; only LF and CRLF end a line."""
    if not path.exists():
        raise CorpusError(f"{path} does not exist; is the data folder the right one?")
    with _open(path) as stream:
        for number, raw in enumerate(stream, start=1):
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise CorpusError(
                    f"{path}:{number}: not valid UTF-8 (byte {error.start}); convert the file first"
                ) from error
            yield number, text.rstrip("\r\n")


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".xz":
        return cast("IO[bytes]", lzma.open(path, "rb"))
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def whole_lines(path: Path) -> bytes:
    """A file without the line that was being written when its writer was stopped."""
    content = path.read_bytes()
    return content[: content.rfind(b"\n") + 1]
