"""From a text to the readings of its segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traverba.text.options import TextOptions
from traverba.text.reading import Reading
from traverba.text.rewriting import Rewriting
from traverba.text.segments import find_segments
from traverba.text.tokenizer import TextTokenizer


@dataclass(frozen=True)
class Reader:
    """What stays the same for all texts of a call."""

    tokenizer: TextTokenizer
    options: TextOptions
    sources: Sequence[str]
    """Languages that the text may be in."""
    target: str

    def read(self, text: str) -> list[Reading]:
        """The segments of a text, in order; what lies between them is not for the model."""
        return [Reading((start, end), Rewriting(text[start:end])) for start, end in find_segments(text)]
