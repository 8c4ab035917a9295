"""``words.LANGUAGE.txt.gz``: the words of a language and how often training met them. The exporter writes it.

A gzip stream of UTF-8 lines, ``COUNT WORD WORD …``: the words that were met so often, in order.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path

from traverba.bundle import Bundle
from traverba.errors import BundleFormatError
from traverba.text import Spelling, WordList


def words_file(language: str) -> str:
    """The name of the file."""
    return f"words.{language}.txt.gz"


MOST_BYTES = 32 * 2**20
"""Of the unpacked text: a hundred times what a language needs."""
_GZIP_ERRORS = (OSError, EOFError, zlib.error, ValueError)


def write_words(path: Path, counts: Mapping[str, int]) -> None:
    """Write the file; equal counts give equal bytes."""
    by_count: dict[int, list[str]] = {}
    for word in sorted(counts):
        by_count.setdefault(counts[word], []).append(word)
    lines = [" ".join((str(count), *by_count[count])) for count in sorted(by_count, reverse=True)]
    path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


def read_words(content: bytes, name: str) -> dict[str, int]:
    """The counts in the bytes of a file called ``name``; a `BundleFormatError` if they are none."""
    counts: dict[str, int] = {}
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            text = stream.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValueError(f"it unpacks to more than {MOST_BYTES} bytes")
        for line in text.decode().split("\n"):
            count, *words = line.split(" ")
            counts.update(dict.fromkeys(words, int(count)))
    except _GZIP_ERRORS as error:
        raise BundleFormatError(
            f"{name} is no list of words ({error}); fetch or export the bundle again"
        ) from error
    return counts


class Spellings:
    """Language -> the spelling of its words; read from the bundle at once, unpacked when first asked for."""

    def __init__(self, bundle: Bundle) -> None:
        files = bundle.manifest.words.items()
        self._contents = {language: (name, (bundle.folder / name).read_bytes()) for language, name in files}
        self._found: dict[str, Spelling] = {}

    def __call__(self, language: str) -> Spelling | None:
        """None for a language without a list. Two threads that ask first both unpack it, to the same end."""
        if language not in self._found and language in self._contents:
            name, content = self._contents[language]
            self._found[language] = Spelling(language, WordList(read_words(content, name)))
        return self._found.get(language)
