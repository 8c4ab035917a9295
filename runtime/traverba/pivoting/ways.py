"""What a way from one language into another can do; `Straight` is that of a single call."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from traverba.assembly import Prepared
from traverba.call import Call
from traverba.decoding import Batching
from traverba.errors import OptionError
from traverba.results import Translation
from traverba.streaming import stream_text

Find = Callable[[Call, Prepared], list[Translation]]
"""Other translations of a text of one line."""


class Way(Protocol):
    """From texts to translations."""

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """All of them, decoded together."""
        ...

    def translate_iter(self, texts: Iterable[str], batching: Batching | None) -> Iterator[Translation]:
        """The same in constant memory."""
        ...

    def stream(self, text: str) -> Generator[str, None, Translation]:
        """The pieces of one translation, as they become certain."""
        ...

    def alternatives(self, text: str, find: Find) -> list[Translation]:
        """What ``find`` finds for a text of one line."""
        ...


@dataclass(frozen=True)
class Straight:
    """From the source into the target at once."""

    call: Call

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        return self.call.translate([self.call.prepare(text) for text in texts])

    def translate_iter(self, texts: Iterable[str], batching: Batching | None) -> Iterator[Translation]:
        return self.call.translate_iter(map(self.call.prepare, texts), batching)

    def stream(self, text: str) -> Generator[str, None, Translation]:
        return (yield from stream_text(self.call, self.call.prepare(text)))

    def alternatives(self, text: str, find: Find) -> list[Translation]:
        return find(self.call, one_line(self.call.prepare(text)))


def one_line(prepared: Prepared) -> Prepared:
    """The same, if it is one."""
    if len(prepared.segments) != 1:
        raise OptionError(f"alternatives need a text of one line, not of {len(prepared.segments)}")
    return prepared
