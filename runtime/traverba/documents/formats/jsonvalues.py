"""JSON: the strings that are values, wherever they are nested; keys, numbers, order and layout stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import BinaryIO

from traverba.documents.formats.document import Reading
from traverba.documents.formats.textfile import open_text
from traverba.documents.inline import InlineText
from traverba.errors import DocumentError

STRING = re.compile(r'"(?:[^"\\]|\\.)*+"(\s*+:)?')
"""In text that is known to be JSON; a string in front of a colon is a key."""
SURROGATE = re.compile("[\ud800-\udfff]")


class JsonValues:
    """A JSON file; it is held in memory."""

    def __init__(self, reading: Reading) -> None:
        self._path = reading.path
        self._file = open_text(reading.path, reading.options.encoding)

    @cached_property
    def _text(self) -> str:
        text = self._file.text()
        try:
            json.loads(text, parse_int=str)  # digits without end would take long to become a number
        except json.JSONDecodeError as error:
            raise DocumentError(
                f"{self._path} is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
            ) from error
        except RecursionError as error:
            raise DocumentError(f"{self._path} nests its values too deep to be read") from error
        return text

    @cached_property
    def _ascii(self) -> bool:
        """Whether the file writes all else than ASCII as escapes, as its translation then does."""
        return "\\u" in self._text and self._text.isascii()

    def _values(self) -> Iterator[tuple[int, int, str]]:
        """Place and text of each value that says something."""
        for match in STRING.finditer(self._text):
            if match[1] is None:
                value = json.loads(match[0])
                if SURROGATE.search(value):
                    line = self._text.count("\n", 0, match.start()) + 1
                    raise DocumentError(
                        f"{self._path}, line {line}: half of a surrogate pair, which is no character; "
                        "mend the \\u escapes of this value"
                    )
                if any(map(str.isalpha, value)):
                    yield *match.span(), value

    def units(self) -> Iterator[InlineText]:
        return (InlineText(value) for _, _, value in self._values())

    def write(self, translations: Iterator[InlineText], sink: BinaryIO) -> None:
        sink.write(self._file.mark)
        at = 0
        for start, end, value in self._values():
            translation = next(translations).text
            if translation != value:
                sink.write(self._file.encode(self._text[at:start]))
                sink.write(self._file.encode(json.dumps(translation, ensure_ascii=self._ascii)))
                at = end
        sink.write(self._file.encode(self._text[at:]))
