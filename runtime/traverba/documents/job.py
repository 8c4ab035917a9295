"""A file in, its translation out: checked first, kept as it goes, written at the end in one step."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol, Unpack

from traverba.call_options import CallKeywords
from traverba.decoding import Batching, Control
from traverba.decoding.control import Progress
from traverba.documents.formats import Document, FileOptions, Reading, format_of, open_document
from traverba.documents.inline import InlineTranslator, translate_inline
from traverba.documents.journal import Journal
from traverba.errors import (
    DocumentError,
    DocumentNotFoundError,
    FileFormatError,
    JobStoppedError,
    OptionError,
    OutputExistsError,
)
from traverba.results import Translation, TranslatorInfo

BATCHING = Batching(window=64)
"""What is lost when a job is killed, and how often its progress is told, in sentences."""


class FileTranslator(InlineTranslator, Protocol):
    """What this room needs of a `Translator`."""

    @property
    def info(self) -> TranslatorInfo:
        """What the result depends on, and a journal therefore names."""
        ...


@dataclass(frozen=True)
class FileReport:
    """What a job did."""

    units: int
    """Texts in the file: paragraphs, cells, entries and the like."""
    continued: int
    """How many of them an earlier run had translated."""
    size_bytes: int
    """Of the output."""
    flags: Mapping[str, int] = field(default_factory=dict)
    """How many texts have each flag of `Translation.flags`."""
    missing_terms: Mapping[str, int] = field(default_factory=dict)
    """Terms of the glossary whose translation could not be brought in, and how often."""


def translate_file(
    translator: FileTranslator,
    source_path: str | os.PathLike[str],
    target_path: str | os.PathLike[str],
    *,
    target: str,
    file_options: FileOptions | None = None,
    progress: Progress | None = None,
    resume: bool = True,
    force: bool = False,
    **keywords: Unpack[CallKeywords],
) -> FileReport:
    """Translate a file into another of the same format, `FORMATS`; what is not text stays as it is.

    Finished translations are kept in a journal beside the output (its name and ``.partial``), so that
    the same call continues after it was interrupted or killed, unless ``resume`` is off, with the same
    result. The output appears when it is complete; one that is there is replaced only with ``force``.
    ``progress`` is called with the units done and their total. `CallOptions` has the other keywords.
    """
    named = keywords.get("source")
    source = None if named == "auto" else named
    reading = Reading(Path(source_path), target, source, file_options or FileOptions())
    output = Path(target_path)
    check_paths(reading.path, output, force=force)
    document = open_document(reading)
    total = sum(1 for _ in document.units())  # reads it all: what cannot be read is told at once
    digest = _digest(reading.path)
    job = _job(translator.info, reading, digest, keywords)
    with Journal(journal_of(output), job, resume=resume) as journal:
        if progress is not None:
            progress(journal.count, total)
        for _ in _finished(translator, document, journal, reading, keywords):
            if progress is not None:
                progress(journal.count, total)
        if journal.count < total:
            raise JobStoppedError(
                f"stopped after {journal.count} of {total} texts; the same call continues from {journal.path}"
            )
        if _digest(reading.path) != digest:
            raise DocumentError(f"{reading.path} changed while it was translated; translate it again")
        size = _write_beside(output, lambda sink: document.write(journal.translations(), sink))
        flags, missing_terms = journal.flags(), journal.missing_terms()
        journal.remove()
        return FileReport(total, journal.continued, size, flags, missing_terms)


def _finished(
    translator: FileTranslator,
    document: Document,
    journal: Journal,
    reading: Reading,
    keywords: CallKeywords,
) -> Iterator[None]:
    """Translate what the journal does not have; a step for each text that it has then."""
    control = keywords.get("control") or Control()
    rest = islice(document.units(), journal.count, None)
    watched = _Watched(translator)
    translations = translate_inline(watched, rest, target=reading.target, batching=BATCHING, **keywords)
    for translation in translations:
        if control.stop_reason():
            return  # this one may have been cut short
        journal.append(translation, watched.flags, watched.missing_terms)
        yield


class _Watched:
    """A translator, and what is to be said about the translation that it gave last."""

    def __init__(self, translator: FileTranslator) -> None:
        self._translator = translator
        self.flags: Sequence[str] = ()
        self.missing_terms: Sequence[str] = ()

    def translate_iter(
        self,
        texts: Iterable[str],
        *,
        target: str,
        batching: Batching | None = None,
        **keywords: Unpack[CallKeywords],
    ) -> Iterator[Translation]:
        for translation in self._translator.translate_iter(
            texts, target=target, batching=batching, **keywords
        ):
            self.flags = translation.flags
            self.missing_terms = [use.term for use in translation.terms if not use.met]
            yield translation


def journal_of(output: Path) -> Path:
    """Where a job keeps what is finished."""
    return output.with_name(f"{output.name}.partial")


def check_paths(path: Path, output: Path, *, force: bool) -> None:
    """Raise what `translate_file` would raise about the two files."""
    if not path.is_file():
        raise DocumentNotFoundError(f"{path} is {'not a file' if path.exists() else 'not there'}")
    if not output.parent.is_dir():
        raise DocumentNotFoundError(f"the folder {output.parent} is not there; make it first")
    if format_of(path) != format_of(output):
        raise FileFormatError(
            f"{path} becomes a {path.suffix} file again, not {output.suffix}; rename the output"
        )
    if output.exists():
        if output.samefile(path):
            raise OptionError(f"{output} is the input itself; name another output")
        if not force or output.is_dir():
            raise OutputExistsError(f"{output} is already there; move it, or replace it with force (--force)")


def _job(info: TranslatorInfo, reading: Reading, digest: str, keywords: CallKeywords) -> dict[str, object]:
    """All that the result depends on."""
    return {
        "traverba": metadata.version("traverba"),
        "input": digest,
        "format": format_of(reading.path),
        "target": reading.target,
        "model": f"{info.name} {info.version}",
        "provider": f"{info.provider} {info.precision}",
        "options": {name: _told(value) for name, value in sorted(keywords.items()) if name != "control"},
        "file options": repr(reading.options),
    }


def _told(option: object) -> str:
    """An option in a line; a glossary may be long."""
    text = repr(option)
    return text if len(text) < 500 else hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_beside(path: Path, write: Callable[[BinaryIO], None]) -> int:
    """Write a file under another name and give it its own when it is complete; its size in bytes."""
    beside = path.with_name(f"{path.name}.new.partial")
    try:
        with beside.open("w+b") as sink:
            write(sink)
            sink.flush()
            os.fsync(sink.fileno())
            size = sink.seek(0, os.SEEK_END)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return size
