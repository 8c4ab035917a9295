"""The files of a bundle that hold words; the exporter writes them.

Gzip streams of UTF-8 lines. ``words.LANGUAGE.txt.gz``: ``COUNT WORD WORD …``, the words of a language that
training met so often, the commonest first. ``dictionary.LEFT-RIGHT.txt.gz``: ``WORD WORD``, a word of one
language and what it is called in the other, the surest pairs first; read in both directions.
``rare.SOURCE-TARGET.txt.gz``: ``WORD WORD``, a word that training hardly met, and what it is called.
``phrases.txt.gz``: a line of languages and a line for each phrase, cells between tabs, see `text.phrasebook`.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from traverba.bundle import Bundle
from traverba.errors import BundleFormatError
from traverba.text import (
    Compounds,
    Dictionary,
    Forms,
    KnownWords,
    Names,
    Phrasebook,
    RareWords,
    Spelling,
    WordList,
)

T = TypeVar("T")

PHRASES_FILE = "phrases.txt.gz"

MOST_BYTES = 32 * 2**20
"""Of the unpacked text: a hundred times what a language needs."""
_GZIP_ERRORS = (OSError, EOFError, zlib.error, ValueError)


def words_file(language: str) -> str:
    """The name of the file with a language's words."""
    return f"words.{language}.txt.gz"


def dictionary_file(languages: tuple[str, str]) -> str:
    """The name of the file with the words of two languages."""
    return f"dictionary.{'-'.join(languages)}.txt.gz"


def rare_words_file(direction: tuple[str, str]) -> str:
    """The name of the file with the words of the first language that training hardly met."""
    return f"rare.{'-'.join(direction)}.txt.gz"


def write_words(path: Path, counts: Mapping[str, int]) -> None:
    """Write a language's words; equal counts give equal bytes."""
    by_count: dict[int, list[str]] = {}
    for word in sorted(counts):
        by_count.setdefault(counts[word], []).append(word)
    _write(path, (" ".join((str(n), *by_count[n])) for n in sorted(by_count, reverse=True)))


def read_words(content: bytes, name: str) -> dict[str, int]:
    """How often each word was met, from the bytes of a file called ``name``; else a `BundleFormatError`."""
    counts: dict[str, int] = {}
    for line in _lines(content, name):
        count, *words = line.split(" ")
        if not count.isascii() or not count.isdigit():
            raise _damaged(name, f"{count[:20]!r} is no number")
        counts.update(dict.fromkeys(words, int(count)))
    return counts


def read_word_set(content: bytes, name: str) -> frozenset[str]:
    """The same words without their counts, which takes a third of the time.

    What an apostrophe joins is here in its parts as well.
    """
    words = [word for line in _lines(content, name) for word in line.split(" ")]
    joined = [word for word in words if "'" in word]
    return frozenset(words).union(*(word.split("'") for word in joined))


def write_dictionary(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Write the words of two languages that translate each other, the surest pairs first."""
    _write(path, map(" ".join, pairs))


def read_dictionary(content: bytes, name: str, *, forward: bool) -> Dictionary:
    """From the left language to the right one, or back: the first translation of each word."""
    entries: dict[str, tuple[str, str]] = {}
    for left, right in _pairs(content, name):
        word, translation = (left, right) if forward else (right, left)
        entries.setdefault(word.lower(), (word, translation))
    return Dictionary(entries)


def write_rare_words(path: Path, translations: Mapping[str, str]) -> None:
    """Write what rare words are called, in alphabetical order, which packs best."""
    _write(path, map(" ".join, sorted(translations.items())))


def read_rare_words(content: bytes, name: str, language: str) -> RareWords:
    """Those of ``language``, from the bytes of a file called ``name``; else a `BundleFormatError`."""
    return RareWords(language, dict(_pairs(content, name)))


def write_phrases(path: Path, rows: Sequence[Mapping[str, str]], languages: Sequence[str]) -> None:
    """Write what rows say in some languages, the likelier reading of two first."""
    cells = [languages, *([row[language] for language in languages] for row in rows)]
    _write(path, map("\t".join, cells))


def read_phrases(content: bytes, name: str) -> list[dict[str, str]]:
    """The rows, language by language, from a file's bytes; if it is none, a `BundleFormatError`."""
    languages, *rows = (line.split("\t") for line in _lines(content, name))
    if len(languages) < 2:
        raise _damaged(name, "it names no languages")
    for row in rows:
        if len(row) != len(languages):
            raise _damaged(name, f"{row[0][:20]!r} is not said in {len(languages)} languages")
    return [dict(zip(languages, row, strict=True)) for row in rows]


class BundleWords:
    """What a bundle knows of words: its files are read at once, and unpacked when first asked for."""

    def __init__(self, bundle: Bundle) -> None:
        def read(files: Mapping[str, str]) -> dict[str, tuple[bytes, str]]:
            return {key: ((bundle.folder / name).read_bytes(), name) for key, name in files.items()}

        manifest = bundle.manifest
        self._lists, self._pairs = read(manifest.words), read(manifest.dictionaries)
        self._rare = read(manifest.rare_words)
        self._phrases = read({"": manifest.phrases} if manifest.phrases else {})
        self._found: dict[object, object] = {}

    def __call__(self, sources: Sequence[str], target: str) -> KnownWords:
        """For texts in any of some languages that go into another."""
        found = (self._dictionary(source, target) for source in sources)
        dictionaries = tuple(each for each in found if each)
        books = tuple(self._phrasebook(source, target) for source in sources) if self._phrases else ()
        said = (lambda: self._said(target)) if target in self._lists else None
        if len(sources) > 1:
            return KnownWords(dictionaries=dictionaries, phrasebooks=books, said=said)
        spelling, rare = self._spelling(sources[0]), self._rare_words(sources[0], target)
        names = compounds = forms = None
        if spelling and rare and said:
            names = self._once(("names", sources[0], target), lambda: Names(spelling, said))
            compounds = Compounds.between(sources[0], target, spelling.words, (rare, *dictionaries))
            forms = self._once(
                ("forms", sources[0], target),
                lambda: Forms(spelling.language, spelling.words, (rare, *dictionaries)),
            )
        return KnownWords(spelling, dictionaries, rare, names, compounds, forms, books, said)

    def _spelling(self, language: str) -> Spelling | None:
        if language not in self._lists:
            return None
        file = self._lists[language]
        return self._once(language, lambda: Spelling(language, WordList(read_words(*file))))

    def _said(self, language: str) -> frozenset[str]:
        return self._once(("said", language), lambda: read_word_set(*self._lists[language]))

    def _dictionary(self, source: str, target: str) -> Dictionary | None:
        forward, back = (self._pairs.get("-".join(pair)) for pair in ((source, target), (target, source)))
        file = forward or back
        if file is None:
            return None
        return self._once((source, target), lambda: read_dictionary(*file, forward=forward is not None))

    def _phrasebook(self, source: str, target: str) -> Phrasebook:
        rows = self._once("phrases", lambda: read_phrases(*self._phrases[""]))
        return self._once(("phrases", source, target), lambda: Phrasebook.between(rows, source, target))

    def _rare_words(self, source: str, target: str) -> RareWords | None:
        direction = f"{source}-{target}"
        if direction not in self._rare:
            return None
        file = self._rare[direction]
        return self._once(direction, lambda: read_rare_words(*file, language=source))

    def _once(self, key: object, read: Callable[[], T]) -> T:
        """Two threads that ask first may both read it, to the same end."""
        if key not in self._found:
            self._found[key] = read()
        return self._found[key]  # type: ignore[return-value]  # a key always has the same type


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


def _pairs(content: bytes, name: str) -> Iterator[tuple[str, str]]:
    for line in _lines(content, name):
        left, _, right = line.partition(" ")
        if not left or not right:
            raise _damaged(name, f"{line[:20]!r} is no pair")
        yield left, right


def _lines(content: bytes, name: str) -> list[str]:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            text = stream.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValueError(f"it unpacks to more than {MOST_BYTES} bytes")
        return text.decode().split("\n")
    except _GZIP_ERRORS as error:
        raise _damaged(name, str(error)) from error


def _damaged(name: str, why: str) -> BundleFormatError:
    return BundleFormatError(f"{name} is no list of words ({why}); fetch or export the bundle again")
