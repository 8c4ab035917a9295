"""A segment as the model reads it, and the way back from what the model writes.

The seam between text and search: whoever prepares a text makes readings, whoever decodes
sees only their `text`, and whoever assembles the result asks them to `restore` it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from traverba.text.casing import Casing, recased
from traverba.text.figures.dates import Said
from traverba.text.figures.numbers import added, place_of, says, spellings_of
from traverba.text.figures.writing import rewritten
from traverba.text.options import TextFlag
from traverba.text.pieces import Span
from traverba.text.rewriting import Edit, Rewriting
from traverba.text.stand_ins import (
    MOST,
    STAND_IN,
    StandIn,
    insert,
    occurrences,
    put_back,
    stand_in_for,
    take_out,
)
from traverba.text.words import RareWord

if TYPE_CHECKING:
    from traverba.text.carriers import CarriedReading

Place = Callable[[Span], int]
"""Where in a decoded text that belongs which has this span in the reading, by the alignment."""


@dataclass(frozen=True)
class Lack:
    """Something that a decoded text should have and lacks."""

    spellings: tuple[str, ...]
    """Any of which will do."""
    retried: TextFlag
    """What is to be said once it has been asked for."""
    instead_of: Span | None = None
    """The words of `Reading.text` that it translates: how they were translated is not wanted again."""


@dataclass(frozen=True, eq=False)
class Restored:
    """A decoded segment as the reader of the translation gets it."""

    rewriting: Rewriting
    """From what the model wrote to `text`."""
    flags: tuple[TextFlag, ...] = ()

    @property
    def text(self) -> str:
        return self.rewriting.text


@dataclass(frozen=True, eq=False)
class Reading:
    """One segment: a part of the source text and what the model reads for it."""

    span: Span
    """In the source text."""
    rewriting: Rewriting
    """From this part of the source to `text`."""
    flags: tuple[TextFlag, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    numbers: tuple[str, ...] = ()
    """Of two digits or more: they must not be lost."""
    as_written: Mapping[str, str] = field(default_factory=dict)
    """Numbers of `text` -> how the target language writes them, where that is another way."""
    casing: Casing | None = None
    """How the source is written, if not like ordinary text."""
    choices: tuple[str, ...] = ()
    """What the model may write, if not anything."""
    rare_words: tuple[RareWord, ...] = ()
    """Of `text`, those that a dictionary knows better than the model."""
    carried: CarriedReading | None = None
    """A sentence with the same words, if this may be none."""

    @property
    def text(self) -> str:
        """What the model reads."""
        return self.rewriting.text

    @property
    def comes_whole(self) -> bool:
        """Whether what is decoded is only final once it is complete."""
        return bool(self.stand_ins or self.numbers or self.casing or self.rare_words or self.carried)

    def source_span(self, span: Span) -> Span:
        """A span of `text` as one of the source text."""
        start, end = self.rewriting.to_old(span)
        return self.span[0] + start, self.span[0] + end

    def miscounts(self, decoded: str) -> bool:
        """Whether a number is missing in a decoded text, or one too many is there."""
        return bool(self._lost(decoded) or (self.numbers and self.invents(decoded)))

    def _lost(self, decoded: str) -> list[str]:
        return [number for number in self.numbers if not says(decoded, number)]

    def invents(self, decoded: str) -> bool:
        """Whether a number is there that the text has in no grouping."""
        return bool(added(self.text, decoded))

    def lacking(self, decoded: str) -> tuple[Lack, ...]:
        """What a decoded text should have and lacks."""
        names = [each for each in self.stand_ins if not occurrences(decoded, each)]
        numbers = (_lack_of_number(self.text, number) for number in self._lost(decoded))
        return (*map(_lack_of_stand_in, names), *numbers)

    def demands(self, lacks: Sequence[Lack]) -> tuple[Lack, ...]:
        """What to ask for: where one stand-in was dropped, all of them, lest another is dropped for it."""
        names = tuple(map(_lack_of_stand_in, self.stand_ins))
        others = tuple(lack for lack in lacks if lack not in names)
        return (*names, *others) if len(others) < len(lacks) else others

    def without_numbers(self) -> Reading | None:
        """The same with stand-ins for its numbers, in which nothing can go wrong; None: none, or too many."""
        spans = sorted({place_of(self.text, number) for number in self.numbers})
        if not spans or len(self.stand_ins) + len(spans) > MOST:
            return None
        more = [self._number_apart(i, span) for i, span in enumerate(spans, len(self.stand_ins))]
        edits = [Edit(span, each.read) for span, each in zip(spans, more, strict=True)]
        rewriting, moved = self.rewriting.then(edits), Rewriting(self.text, edits).to_new
        rare_words = tuple(replace(word, span=moved(word.span)) for word in self.rare_words)
        stand_ins = (*self.stand_ins, *more)
        return replace(self, rewriting=rewriting, stand_ins=stand_ins, numbers=(), rare_words=rare_words)

    def _number_apart(self, place: int, span: Span) -> StandIn:
        written = self.as_written.get(self.text[slice(*span)])
        return stand_in_for(place, self.text, span, Said(written) if written else None)

    def restore(self, decoded: str, place: Place) -> Restored:
        """The final text of what was decoded."""
        cased, edits = recased(decoded, self.casing)
        flags: list[TextFlag] = []
        lost: list[StandIn] = []
        for stand_in in self.stand_ins:
            found = occurrences(cased, stand_in)
            if not found:
                lost.append(stand_in)
            edits += (put_back(cased, stand_in, span) for span in found[:1])
            edits += (take_out(cased, span) for span in found[1:])
            flags += ["protected_copies"] if found[1:] else []
        edits += (foreign := [take_out(cased, span) for span in self._foreign(cased)])
        flags += ["protected_copies"] if foreign else []
        edits += rewritten(cased, self.as_written)
        edits = _apart(edits)
        edits += [insert(cased, each, place(self._read_span(each)), edits) for each in lost]
        flags += ["protected_placed"] if lost else []
        flags += ["number_lost"] if self._lost(decoded) else []
        flags += ["number_added"] if self.numbers and self.invents(decoded) else []
        return Restored(Rewriting(cased, edits), tuple(dict.fromkeys(flags)))

    def _foreign(self, decoded: str) -> list[Span]:
        """Stand-ins that stand for nothing."""
        if not self.stand_ins:
            return []
        names = {each.name for each in self.stand_ins}
        return [match.span() for match in STAND_IN.finditer(decoded) if match[0] not in names]

    def _read_span(self, stand_in: StandIn) -> Span:
        start = self.text.index(stand_in.name)
        return start, start + len(stand_in.name)


def _lack_of_stand_in(stand_in: StandIn) -> Lack:
    return Lack((stand_in.name,), "protected_retried")


def _lack_of_number(text: str, number: str) -> Lack:
    span = place_of(text, number)
    return Lack(spellings_of(text[slice(*span)]), "number_retried", span)


def _apart(edits: Sequence[Edit]) -> list[Edit]:
    """The same without overlaps: two that want the same space share it out, the first one gets it."""
    apart: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        end = apart[-1].span[1] if apart else 0
        start, stop = edit.span
        apart.append(Edit((max(start, end), max(stop, end)), edit.replacement))
    return apart
