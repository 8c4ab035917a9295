"""Cues of subtitle files (.srt, .vtt) one after another, and the lines their texts are set in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

TIMING = re.compile(r"^\s*(?:\d+:)?\d+:\d+[.,]\d+\s*-->\s*(?:\d+:)?\d+:\d+[.,]\d+")
LONGEST_HEAD = 1000
"""Lines between two cues that are held in memory."""
LINE_WIDTH = 42
"""Characters of a line that viewers can take in; what broadcasters and streaming services ask for."""
PUNCTUATION_BONUS = 8
"""How many characters farther a break may lie to come behind a punctuation mark."""
LONGEST_BALANCED = 1000
"""Characters; a longer text is no subtitle, and balancing its lines would take long."""


@dataclass(frozen=True)
class Cue:
    """``head`` is all up to the end of the timing line, comments and blank lines before it included."""

    head: str
    lines: tuple[str, ...]
    """Of its text, with their ends."""


def read_cues(lines: Iterable[str]) -> Iterator[Cue]:
    """The cues in order; what is behind the last one is the head of a cue without text."""
    head: list[str] = []
    text: list[str] | None = None
    for line in lines:
        if text is not None and line.strip():
            text.append(line)
            continue
        if text is not None:
            yield Cue("".join(head), tuple(text))
            head, text = [], None
        head.append(line)
        if TIMING.match(line):
            text = []
        elif len(head) == LONGEST_HEAD:
            yield Cue("".join(head), ())
            head = []
    yield Cue("".join(head), tuple(text or ()))


def set_in_lines(text: str, line_count: int, width: int) -> str:
    """The text with some spaces turned into line breaks.

    As many lines as asked for, about equally long; more if they would be wider than ``width``
    and `LINE_WIDTH`.
    """
    width = max(width, LINE_WIDTH)
    line_count = max(line_count, -(-len(text) // width))
    if line_count == 1:
        return text
    if len(text) > LONGEST_BALANCED:
        return _filled(text, width)
    narrowest = max(1, len(text) // line_count)
    fits = (_filled(text, tried) for tried in range(narrowest, len(text) + 1))
    return next((found for found in fits if found.count("\n") < line_count), text)


def _filled(text: str, width: int) -> str:
    """Each line as long as fits; only spaces give way, so the length stays the same."""
    words = text.split(" ")
    parts, length = [words[0]], len(words[0])
    for word in words[1:]:
        fits = length + 1 + len(word) <= width
        parts += [" " if fits else "\n", word]
        length = length + 1 + len(word) if fits else len(word)
    return "".join(parts)


def share_out(text: str, lengths: Sequence[int]) -> list[str]:
    """A sentence over several cues, in proportion to the ``lengths`` of their texts, preferably
    broken behind a punctuation mark; a cue for which no word is left gets an ellipsis."""
    shares: list[str] = []
    for i in range(len(lengths) - 1):
        ideal = len(text) * lengths[i] / sum(lengths[i:])
        spaces = [match.start() for match in re.finditer(" ", text)]
        spaces = spaces[: max(0, len(spaces) - (len(lengths) - i - 2))]
        if not spaces:
            break
        at = min(spaces, key=lambda space: _cost(text, space, ideal))
        shares.append(text[:at])
        text = text[at + 1 :]
    shares.append(text)
    return shares + ["…"] * (len(lengths) - len(shares))


def _cost(text: str, space: int, ideal: float) -> float:
    return abs(space - ideal) - PUNCTUATION_BONUS * (
        text[space - 1 : space] in (",", ";", ":", ".", "!", "?")
    )
