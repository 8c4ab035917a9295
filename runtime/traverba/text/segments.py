"""Which parts of a text are translated, each as one sequence of the model; the rest is kept as it is.

Today a segment is a line without the white space around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from traverba.text.pieces import Span


def find_segments(text: str) -> list[Span]:
    """Spans to translate, in order; what lies between them is white space and line breaks."""
    spans, start = [], 0
    for line in text.splitlines(keepends=True):
        content = line.strip()
        if content:
            begin = start + line.index(content)
            spans.append((begin, begin + len(content)))
        start += len(line)
    return spans


def join_segments(text: str, spans: Sequence[Span], translated: Iterable[str]) -> tuple[str, list[Span]]:
    """``text`` with its segments replaced, and where each replacement lies in the result."""
    parts: list[str] = []
    placed: list[Span] = []
    length, end = 0, 0
    for (start, stop), replacement in zip(spans, translated, strict=True):
        between = text[end:start]
        begin = length + len(between)
        length = begin + len(replacement)
        parts += [between, replacement]
        placed.append((begin, length))
        end = stop
    return "".join([*parts, text[end:]]), placed
