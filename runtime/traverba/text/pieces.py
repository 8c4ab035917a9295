"""Pieces are bytes: joining them gives UTF-8, which one piece may cut in the middle of a character.

Byte-level BPE writes each byte as one printable character (the table of GPT-2, Radford et
al. 2019), so that a vocabulary can be stored as text. This module undoes that.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence

Span = tuple[int, int]
"""Start and end (exclusive) in characters of a text."""


def overlap(a: Span, b: Span) -> bool:
    """Whether two spans share a character."""
    return a[0] < b[1] and b[0] < a[1]


def _byte_of_character() -> dict[str, int]:
    """Bytes that print stand for themselves; the others, in order, for the code points from 256 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


BYTE_OF_CHARACTER = _byte_of_character()
_TO_LATIN_1 = str.maketrans({character: chr(byte) for character, byte in BYTE_OF_CHARACTER.items()})


def bytes_of_tokens(tokens: Sequence[str]) -> list[bytes]:
    """The bytes that vocabulary entries stand for; ValueError if one is not written in these characters."""
    if foreign := set().union(*tokens) - BYTE_OF_CHARACTER.keys():
        raise ValueError(f"{', '.join(map(repr, sorted(foreign)))} stands for no byte")
    return [token.translate(_TO_LATIN_1).encode("latin-1") for token in tokens]


class PieceDecoder:
    """Text from pieces as they come: only whole characters leave, each as soon as it is complete.

    Encoding puts one space before every text, so that its first word is spelled like any
    other; the decoder takes that space away again. What a model writes may be no UTF-8 at
    all: each broken sequence becomes one U+FFFD, here and in a decoding of the whole alike.
    """

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._at_start = True

    def push(self, piece: bytes) -> str:
        """The characters that this piece completes, often none."""
        return self._without_first_space(self._utf8.decode(piece))

    def finish(self) -> str:
        """What an incomplete character at the end is replaced by."""
        return self._without_first_space(self._utf8.decode(b"", final=True))

    def _without_first_space(self, text: str) -> str:
        if self._at_start and text:
            self._at_start = False
            return text.removeprefix(" ")
        return text


def decode_pieces(pieces: Iterable[bytes]) -> str:
    """The text of all pieces."""
    return b"".join(pieces).decode("utf-8", errors="replace").removeprefix(" ")


def piece_spans(pieces: Sequence[bytes]) -> list[Span]:
    """Where each piece lies in `decode_pieces`' text; pieces that share a character both cover it."""
    utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
    spans: list[Span] = []
    start, shift = 0, 0
    for piece in pieces:
        text = utf8.decode(piece)
        if start == 0 and text.startswith(" "):
            shift = 1
        complete = start + len(text)
        begun = bool(utf8.getstate()[0])
        spans.append((max(start - shift, 0), max(complete + begun - shift, 0)))
        start = complete
    return spans
