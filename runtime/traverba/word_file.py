"""The files of a bundle that hold words; the exporter writes them.

Gzip streams of UTF-8 lines. ``words.LANGUAGE.txt.gz``: ``COUNT WORD WORD …``, the words of a language that
training met so often, the commonest first. ``dictionary.LEFT-RIGHT.txt.gz``: ``WORD WORD``, a word of one
language and what it is called in the other, the surest pairs first; read in both directions.
``rare.SOURCE-TARGET.txt.gz``: ``WORD WORD``, a word that training hardly met, and what it is called.
``single.SOURCE-TARGET.txt.gz``: likewise, words that training knows, and what they are called by themselves.
``phrases.txt.gz``: a line of languages and a line for each phrase, cells between tabs, see `text.phrasebook`.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from traverba.errors import BundleFormatError
from traverba.text import Dictionary, RareWords

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


def single_words_file(direction: tuple[str, str]) -> str:
    """The name of the file with the words of the first language that only a text of one word asks for."""
    return f"single.{'-'.join(direction)}.txt.gz"


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


def write_names(path: Path, translations: Mapping[str, str]) -> None:
    """Write what words are called, in alphabetical order, which packs best."""
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
