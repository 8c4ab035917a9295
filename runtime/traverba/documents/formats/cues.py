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
SPACE = re.compile(r"(?<![ «“‹(\[]) (?![ !?;:»”›%…)\]]|$)")
"""A space at which a line may end: French puts some between a word and its punctuation marks."""
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


def set_in_lines(text: str, lengths: Sequence[int]) -> str:
    """The text with some spaces turned into line breaks: as many lines as the source has, of ``lengths``.

    Lines that would be wider than the source's widest and than `LINE_WIDTH` become equally long ones,
    and more of them if need be.
    """
    width = max(LINE_WIDTH, *lengths)
    shares = share_out(text, lengths)
    if max(map(len, shares)) <= width:
        return "\n".join(share for share in shares if share)
    if len(text) > LONGEST_BALANCED:
        return _filled(text, width)
    line_count = max(len(lengths), -(-len(text) // width))
    fits = (_filled(text, tried) for tried in range(len(text) // line_count, len(text) + 1))
    return next(found for found in fits if found.count("\n") < line_count)


def _filled(text: str, width: int) -> str:
    """Each line as long as fits; only spaces give way, so the length stays the same."""
    words = SPACE.split(text)
    parts, length = [words[0]], len(words[0])
    for word in words[1:]:
        fits = length + 1 + len(word) <= width
        parts += [" " if fits else "\n", word]
        length = length + 1 + len(word) if fits else len(word)
    return "".join(parts)


def share_out(text: str, lengths: Sequence[int]) -> list[str]:
    """A text in as many parts as there are ``lengths`` and in proportion to them, preferably divided
    behind a punctuation mark; parts for which no word is left are empty."""
    shares: list[str] = []
    spaces = [match.start() for match in SPACE.finditer(text)]
    begin = 0
    for i in range(len(lengths) - 1):
        later = len(lengths) - i - 2
        free = [space for space in spaces if space > begin]
        free = free[: len(free) - later] if len(free) > later else free[:1]
        if not free:
            break
        ideal = begin + (len(text) - begin) * lengths[i] / max(1, sum(lengths[i:]))
        at = min(free, key=lambda space: _cost(text, space, ideal))
        shares.append(text[begin:at])
        begin = at + 1
    return [*shares, text[begin:]] + [""] * (len(lengths) - len(shares) - 1)


def _cost(text: str, space: int, ideal: float) -> float:
    return abs(space - ideal) - PUNCTUATION_BONUS * (text[space - 1] in ",;:.!?…»")
