"""What a call may say about its text, and what a result says happened to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from traverba.errors import OptionError

Split = Literal["sentences", "lines"]
Wrap = Literal["keep", "join"]

LONGEST_EVER = 2**31 - 1

TextFlag = Literal[
    "respelt",  # a word that the model does not know was read as one that it does
    "carried",  # a phrase that is no sentence was translated as a part of one
    "looked_up",  # a word's translation is a dictionary's: of a single word, or of a rare one in a sentence
    "cut",  # longer than the model can sensibly take: translated in pieces
    "protected_retried",  # a protected span was dropped; decoded again with it required
    "protected_placed",  # dropped again: put where the alignment says
    "protected_copies",  # written more than once; the copies were taken out
    "number_retried",  # a number was lost or changed; decoded again with it, or with a stand-in
    "number_lost",  # the translation lacks a number of the source
    "number_added",  # the translation has a number that the source, which has others, has not
    "term_retried",  # a glossary's term was not used; decoded again with it required
    "term_missing",  # the translation lacks a glossary's term; `Translation.terms` says which
]


@dataclass(frozen=True)
class TextOptions:
    """How a text becomes what the model reads, and becomes a text again."""

    split: Split = "sentences"
    """What is translated at a time: sentences, or whole lines."""

    wrap: Wrap = "keep"
    """A line break ends a sentence and stays, or the lines of a paragraph are one text and come out as one
    line."""

    protect: bool = True
    """URLs, placeholders, tags, code, emoji, amounts and the like come out as they are, once each.

    Dates with the month in letters come out as the target language says them.
    """

    patterns: tuple[str, ...] = ()
    """Regular expressions of further parts that come out as they are."""

    keep: tuple[str, ...] = ()
    """Words and names that are not translated."""

    only_foreign: bool = False
    """Paragraphs that the language identifier finds in the target language already stay as they are."""

    match_case: bool = True
    """Text in capitals or in title case is read as ordinary text and comes out in the same case."""

    fix_spelling: bool = True
    """A word that the model does not know is read as the one that is plainly meant: with its accents and
    its capital, without a slip of the finger. For models that bring lists of words, and a source that is
    given or detected."""

    look_up: bool = True
    """A single word, and a rare one in a sentence, is translated as the dictionary of the model has it, if it
    brings one with that word; rare ones only if the source is given or detected. So are phrases as parts of
    sentences."""

    longest: int = 100
    """Tokens that the model reads at a time; a longer sentence is cut at clauses and flagged. Attention
    translators are trained on sentences, and their quality falls where they have seen few (Koehn & Knowles
    2017)."""

    def for_words(self, *, begun: bool, required: bool, chosen: bool) -> TextOptions:
        """As far as wishes about the words of a translation leave them: `CallOptions` says which."""
        options = self
        if begun or required:
            options = replace(options, split="lines", longest=LONGEST_EVER)
        if begun:
            options = replace(options, protect=False, patterns=(), keep=())
        if begun or required or chosen:
            options = replace(options, match_case=False, look_up=False)
        return options

    def __post_init__(self) -> None:
        _check_choice("split", self.split, ("sentences", "lines"))
        _check_choice("wrap", self.wrap, ("keep", "join"))
        if not 10 <= self.longest <= LONGEST_EVER:
            raise OptionError(
                f"longest must be a whole number from 10 to {LONGEST_EVER}, not {self.longest!r}"
            )
        _check_strings("patterns", self.patterns)
        _check_strings("keep", self.keep)
        for pattern in self.patterns:
            _check_pattern(pattern)


def _check_choice(name: str, value: object, allowed: tuple[str, str]) -> None:
    if value not in allowed:
        raise OptionError(f"{name} must be {allowed[0]!r} or {allowed[1]!r}, not {value!r}")


def _check_strings(name: str, value: object) -> None:
    """One string is a mistake, since its letters are strings too."""
    if not isinstance(value, tuple | list) or not all(isinstance(each, str) and each for each in value):
        raise OptionError(f"{name} must be a tuple of strings that are not empty, not {value!r}")


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise OptionError(f"patterns must hold regular expressions; {pattern!r} is none: {error}") from error
