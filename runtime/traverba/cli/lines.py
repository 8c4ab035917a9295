"""Lines of standard input as they arrive, as many at a time as are already there."""

from __future__ import annotations

import io
from collections.abc import Iterator

from traverba.errors import TextDecodingError

CHUNK_BYTES = 2**16


def read_lines(stream: io.BufferedIOBase) -> Iterator[list[str]]:
    """Groups of lines, line ends included; lines before one that is not UTF-8 still come.

    ``read1`` waits for the first byte only, so that a line typed or written now is not held
    back for others, and a file still comes in large groups.
    """
    number, rest = 1, b""
    while chunk := stream.read1(CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield from _decoded([line + b"\n" for line in lines], number)
            number += len(lines)
    if rest:
        yield from _decoded([rest], number)


def _decoded(lines: list[bytes], number: int) -> Iterator[list[str]]:
    """The lines as text, up to the first that is none; ``number`` is that of the first line."""
    texts: list[str] = []
    try:
        texts += (line.decode("utf-8") for line in lines)
    except UnicodeDecodeError as error:
        if texts:
            yield texts
        raise TextDecodingError(
            f"line {number + len(texts)} of the input is not UTF-8 (byte 0x{error.object[error.start]:02x} "
            f"at position {error.start + 1}); convert it first, for example with iconv"
        ) from error
    yield texts
