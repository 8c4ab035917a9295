"""A text made of another by replacing parts of it, and where everything of one is in the other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from traverba.text.pieces import Span, overlap


@dataclass(frozen=True)
class Edit:
    """A part of a text and what stands there instead; an empty part is a place to insert."""

    span: Span
    replacement: str


class Rewriting:
    """The text after some edits, which must not overlap, with the way there and back for spans.

    A span that begins or ends inside a replaced part is widened to all of the replacement.
    """

    def __init__(self, text: str, edits: Iterable[Edit] = ()) -> None:
        self._before, self._edits = text, sorted(edits, key=lambda edit: edit.span)
        self._old: list[Span] = []
        self._new: list[Span] = []
        self._copied: list[bool] = []
        parts: list[str] = []
        length = end = 0
        for edit in self._edits:
            start, stop = edit.span
            if start > end:
                length = self._add((end, start), length, start - end, copied=True)
            length = self._add(edit.span, length, len(edit.replacement), copied=False)
            parts += [text[end:start], edit.replacement]
            end = stop
        self._add((end, len(text)), length, len(text) - end, copied=True)
        self.text = "".join([*parts, text[end:]])

    def to_new(self, span: Span) -> Span:
        """Where a span of the old text is in the new one."""
        return self._carried(span, self._old, self._new)

    def to_old(self, span: Span) -> Span:
        """Where a span of the new text was in the old one."""
        return self._carried(span, self._new, self._old)

    def then(self, edits: Iterable[Edit]) -> Rewriting:
        """The same with more edits, of the new text; one that touches a replaced part replaces all of it."""
        more = [Edit(self.to_old(edit.span), edit.replacement) for edit in edits]
        spans = [edit.span for edit in more]
        kept = (edit for edit in self._edits if not any(overlap(edit.span, span) for span in spans))
        return Rewriting(self._before, (*kept, *more))

    def _add(self, old: Span, start: int, size: int, *, copied: bool) -> int:
        self._old.append(old)
        self._new.append((start, start + size))
        self._copied.append(copied)
        return start + size

    def _carried(self, span: Span, of: list[Span], to: list[Span]) -> Span:
        first = max(bisect_right(of, span[0], key=_start) - 1, 0)
        last = max(bisect_left(of, span[1], key=_start) - 1, 0)
        start = to[first][0] + (span[0] - of[first][0] if self._copied[first] else 0)
        end = to[last][1] - (of[last][1] - span[1] if self._copied[last] else 0)
        return start, max(start, end)


def _start(span: Span) -> int:
    return span[0]
