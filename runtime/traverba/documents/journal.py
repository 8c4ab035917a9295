"""The journal of a long job: finished translations, kept beside the output until the job is done.

A text file. Its first line says of which job it is; each further line is one translation, added
when it is finished. A job that was killed leaves at most one torn line, which is cut off.
"""

from __future__ import annotations

import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from traverba.documents.inline import InlineTag, InlineText
from traverba.errors import OutputExistsError

logger = logging.getLogger(__name__)

KIND = "traverba journal 2"


class Journal:
    """Open until the job ends; nobody else can have the same one open."""

    def __init__(self, path: Path, job: Mapping[str, Any], *, resume: bool) -> None:
        """Continue the journal of this ``job`` if there is one, else begin it."""
        self.path = path
        path.touch()
        self._file: BinaryIO = path.open("r+b", buffering=0)
        try:
            self._lock()
            self.count = self._continue({"kind": KIND, **job}, resume)
        except BaseException:
            self._file.close()
            raise
        self.continued = self.count
        """How many translations an earlier run left."""

    def _lock(self) -> None:
        """Windows has no such locks; there, two jobs with one output are the user's to avoid."""
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise OutputExistsError(f"{self.path} is in use: another job writes the same file") from error

    def _continue(self, job: Mapping[str, Any], resume: bool) -> int:
        """How many translations are kept; the file then ends behind the last of them."""
        first = self._first_line()
        if first is None:
            raise OutputExistsError(f"{self.path} is in the way and no journal of traverba; move it first")
        if resume and first == json.loads(json.dumps(job)):
            return self._cut_torn_line()
        if resume and first:
            changed = sorted(key for key in {*first, *job} if first.get(key) != job.get(key))
            logger.warning("%s is of another job (%s): starting again", self.path, ", ".join(changed))
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(job).encode() + b"\n")
        return 0

    def _first_line(self) -> Mapping[str, Any] | None:
        """The job of the journal, none of a new one; None if this is no journal."""
        self._file.seek(0)
        with open(self.path, "rb") as file:
            line = file.readline()
        start = json.dumps({"kind": KIND}).encode()[:-1]
        if not line.endswith(b"\n") and (start.startswith(line) or line.startswith(start)):
            return {}
        try:
            job = json.loads(line)
        except ValueError:
            return None
        return job if isinstance(job, dict) and job.get("kind") == KIND else None

    def _cut_torn_line(self) -> int:
        count = end = 0
        with open(self.path, "rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n") or (number and not _is_entry(line)):
                    break
                count, end = number, end + len(line)
        self._file.truncate(end)
        self._file.seek(end)
        return count

    def append(self, translation: InlineText, flags: Sequence[str], missing_terms: Sequence[str]) -> None:
        """Keep a finished translation, and what is said about it."""
        tags = [astuple(tag) for tag in translation.tags]
        self._file.write(json.dumps([translation.text, tags, flags, missing_terms]).encode() + b"\n")
        self.count += 1

    def translations(self) -> Iterator[InlineText]:
        """All that are kept, in order."""
        for text, tags, _, _ in self._entries():
            yield InlineText(text, tuple(InlineTag(*tag) for tag in tags))

    def flags(self) -> Counter[str]:
        """How many translations have each flag."""
        return Counter(flag for _, _, flags, _ in self._entries() for flag in flags)

    def missing_terms(self) -> Counter[str]:
        """How often each term of the glossary is not in a translation."""
        return Counter(term for _, _, _, terms in self._entries() for term in terms)

    def _entries(self) -> Iterator[list[Any]]:
        with open(self.path, "rb") as file:
            file.readline()
            for line in file:
                yield json.loads(line)

    def remove(self) -> None:
        """The job is done."""
        self._file.close()
        self.path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _is_entry(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), list)
    except ValueError:  # a power failure may leave a line of zeros
        return False
