"""Sentences longer than a model can sensibly take, cut where it hurts least."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from traverba.text.pieces import Span

CLAUSE_END = re.compile(r"[;:,،](?=\s)\s*|[、，；：]|(?<=\s)[–—-]\s+|(?<=[.!?…])\s+")
SPACE = re.compile(r"\s+")
CHARACTERS_PER_TOKEN = 8
"""More than any text has on average: so many characters for each token are looked at together."""

JOINERS = "\u200d\ufe0f"


def cut(
    text: str,
    span: Span,
    atoms: Sequence[Span],
    token_limit: Callable[[Span], int | None],
    longest: int,
    most_atoms: int,
) -> Iterator[Span]:
    """Parts of ``span`` with at most so many tokens and atoms, none of which ends inside an atom.

    ``token_limit`` says where in the text a part has its most tokens, None if it has no more than that.
    """
    start, end = span
    while start < end:
        stop = _window_end(start, end, atoms, longest, most_atoms)
        if (limit := token_limit((start, stop))) is not None:
            stop = min(stop, max(limit, start + 1))
        if stop < end:
            stop = _best_cut(text, start, stop, end, atoms)
        yield start, stop
        start = stop


def _window_end(start: int, end: int, atoms: Sequence[Span], longest: int, most_atoms: int) -> int:
    stop = min(end, start + longest * CHARACTERS_PER_TOKEN)
    inside = _atom_around(stop, atoms)
    stop = inside[1] if inside else stop
    first = bisect_left(atoms, start, key=_start)
    return min(stop, *(begin for begin, _ in atoms[first + most_atoms : first + most_atoms + 1]), end)


def _best_cut(text: str, start: int, limit: int, end: int, atoms: Sequence[Span]) -> int:
    """Behind the last clause in the later two thirds, else behind the last word, else anywhere."""
    for pattern in (CLAUSE_END, SPACE):
        earliest = start + (limit - start) // 3
        found = [match.end() for match in pattern.finditer(text, earliest, limit)]
        whole = [position for position in found if position > start and not _atom_around(position, atoms)]
        if whole:
            return whole[-1]
    inside = _atom_around(limit, atoms)
    if inside:
        return inside[0] if inside[0] > start else inside[1]
    return _between_characters(text, start, limit, end)


def _between_characters(text: str, start: int, limit: int, end: int) -> int:
    """Not before an accent that combines, nor inside a sequence of emoji."""
    for position in range(limit, max(start, limit - 32), -1):
        following = text[position] if position < end else ""
        joins = following in JOINERS or text[position - 1] == "\u200d"
        if not following or not (joins or unicodedata.combining(following)):
            return position
    return limit


def _atom_around(position: int, atoms: Sequence[Span]) -> Span | None:
    """The atom that a cut at ``position`` would tear."""
    index = bisect_right(atoms, position, key=_start) - 1
    if index >= 0 and atoms[index][0] < position < atoms[index][1]:
        return atoms[index]
    return None


def _start(atom: Span) -> int:
    return atom[0]
