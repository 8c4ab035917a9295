"""Texts in several languages: only what is not in the target language yet is for the model."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from traverba.identification import foreign_paragraphs
from traverba.text import Reader, Reading


@dataclass(frozen=True)
class ForeignReader(Reader):
    """Another reader, but for the paragraphs that are in some language."""

    inner: Reader
    language: str
    """Whose paragraphs stay as they are."""

    def read(self, text: str) -> list[Reading]:
        foreign = foreign_paragraphs(text, self.language)
        ends = [paragraph.end for paragraph in foreign]

        def is_foreign(reading: Reading) -> bool:
            start, end = reading.span
            first = bisect_left(ends, start + 1)  # the first paragraph that ends behind its beginning
            return first < len(foreign) and foreign[first].start < end

        return [reading for reading in self.inner.read(text) if is_foreign(reading)]


def foreign_reader(reader: Reader, language: str) -> Reader:
    """``reader``, for what is left to translate into a language."""
    return ForeignReader(
        reader.tokenizer, reader.options, reader.sources, reader.target, reader.known, reader, language
    )
