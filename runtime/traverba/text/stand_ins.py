"""What the model reads in place of a part that it does not translate: "{0}", "{1}" and so on.

The built-in model has learnt to copy these, numbers 0 to 4, to the place where what they
stand for belongs; any model can be made to write them by constraints of the search.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from traverba.text.figures.dates import Said
from traverba.text.phrases import CLOSING
from traverba.text.pieces import Span
from traverba.text.protection import Protected
from traverba.text.rewriting import Edit

MOST = 5
"""Stand-ins of a segment, where it can be cut: as many as the training data has."""

STAND_IN = re.compile(r"\{(\d{1,3})\}")
_WORD_BEFORE = re.compile(r"(?<![\w'’])([\w'’]+) $")


@dataclass(frozen=True)
class StandIn:
    """One of them, and what it stands for."""

    name: str
    original: str
    """Or what it is called in the target language."""
    follows_word: bool
    """Whether a letter or digit stands directly before it in the source; the model reads a space there."""
    precedes_word: bool
    follows_space: bool
    """Whether it stands apart in the source, as it then does in the translation."""
    is_said: bool = False
    """Whether it is called something else than in the source."""
    with_word: Mapping[str, str] = field(default_factory=dict)
    """See `Said`."""

    @property
    def read(self) -> str:
        return " " * self.follows_word + self.name + " " * self.precedes_word


def stand_for(text: str, protected: Sequence[Protected]) -> list[StandIn]:
    """One for each protected part of the text."""
    return [stand_in_for(number, text, each.span, each.said) for number, each in enumerate(protected)]


def stand_in_for(number: int, text: str, span: Span, said: Said | None = None) -> StandIn:
    """The one of a number, for a part of the text."""
    before, after = text[max(0, span[0] - 1) : span[0]], text[span[1] : span[1] + 1]
    place = (before.isalnum(), after.isalnum(), before.isspace())
    called = said or Said(text[slice(*span)])
    return StandIn(f"{{{number}}}", called.text, *place, said is not None, called.with_word)


def occurrences(decoded: str, stand_in: StandIn) -> list[Span]:
    """Where a stand-in was written."""
    return [match.span() for match in STAND_IN.finditer(decoded) if match[0] == stand_in.name]


def put_back(decoded: str, stand_in: StandIn, span: Span) -> Edit:
    """Its original in its place, with the source's spaces around it."""
    (start, end), original = _with_word(decoded, stand_in, span)
    if stand_in.follows_word and start > 1 and decoded[start - 1] == " " and decoded[start - 2].isalnum():
        start -= 1
    if stand_in.precedes_word and decoded[end : end + 1] == " " and decoded[end + 1 : end + 2].isalnum():
        end += 1
    elif decoded[end : end + 1].isalnum() and not stand_in.precedes_word:
        original += " "
    before = decoded[max(0, start - 1) : start]
    if stand_in.follows_space and (before.isalnum() or (before and before in CLOSING)):
        original = f" {original}"
    return Edit((start, end), original)


def _with_word(decoded: str, stand_in: StandIn, span: Span) -> tuple[Span, str]:
    """What goes into the translation, and instead of what: a word before it may be one with it."""
    start, end = span
    text, is_small = stand_in.original, False
    while (
        stand_in.with_word
        and (word := _WORD_BEFORE.search(decoded[:start]))
        and word[1].lower() in stand_in.with_word
    ):
        start, text, is_small = word.start(), stand_in.with_word[word[1].lower()], word[1][0].islower()
    begins = stand_in.is_said and not is_small and not any(map(str.isalnum, decoded[:start]))
    return (start, end), text[:1].upper() + text[1:] if begins else text


def take_out(decoded: str, span: Span) -> Edit:
    """A copy too many, with the space before it."""
    start, end = span
    return Edit((start - (decoded[start - 1 : start] == " "), end), "")


def insert(decoded: str, stand_in: StandIn, position: int, edits: Sequence[Edit]) -> Edit:
    """What was not written, at a position or the nearest one that no edit touches."""
    for edit in edits:
        if edit.span[0] < position < edit.span[1]:
            position = edit.span[1]
    before = " " if decoded[:position].strip() and not decoded[position - 1].isspace() else ""
    after = " " if decoded[position : position + 1].isalnum() or (decoded and not position) else ""
    return Edit((position, position), before + stand_in.original + after)
