"""Where in a translation something belongs that the model did not write, by the alignment of the rest."""

from __future__ import annotations

from collections.abc import Sequence

from traverba.results import AlignedWords
from traverba.text import Span


class Placing:
    """The alignment of one segment, between what the model read and what it wrote."""

    def __init__(self, alignment: Sequence[AlignedWords], decoded: str) -> None:
        self._alignment = sorted(alignment, key=lambda pair: pair.target)
        self._decoded = decoded

    def place(self, span: Span) -> int:
        """Behind the translation of the nearest word before ``span``, or before that of the next one."""
        before = [pair for pair in self._alignment if pair.source[1] <= span[0]]
        if before:
            nearest = max(pair.source[1] for pair in before)
            return max(pair.target[1] for pair in before if pair.source[1] == nearest)
        after = [pair for pair in self._alignment if pair.source[0] >= span[1]]
        if after:
            nearest = min(pair.source[0] for pair in after)
            return min(pair.target[0] for pair in after if pair.source[0] == nearest)
        return len(self._decoded)
