"""What is asked of a search: the model's special ids, and one sentence with its steering."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass

from traverba.decoding.made_up import TargetWords
from traverba.decoding.options import DecodeOptions
from traverba.errors import OptionError

AllowedNext = Callable[[tuple[int, ...]], Collection[int] | None]
"""Given the tokens a hypothesis has after the prefix: the ids that may follow, or None for any.

It is asked about every row of the beam at every step after the prefix, until it has
answered None for all of them; rows that its own answers ruled out may be among them.
"""

BannedNext = Callable[[tuple[int, ...]], Collection[int]]
"""Given all tokens of a hypothesis: the ids that may not follow."""

Spellings = tuple[tuple[int, ...], ...]
"""A phrase: the runs of tokens that all say it."""


@dataclass(frozen=True)
class SpecialIds:
    """The ids that are not text."""

    pad: int
    bos: int
    eos: int
    never: tuple[int, ...] = ()
    """Ids no hypothesis may contain (padding, language tokens), those the graph itself masks left out."""

    word_begins: frozenset[int] = frozenset()
    """Ids that begin with a letter or digit: behind one of `word_ends` they are no word of their own."""

    word_ends: frozenset[int] = frozenset()
    """Ids behind which another word needs a space."""


@dataclass(frozen=True)
class Request:
    """One sentence to decode."""

    source: tuple[int, ...]
    """Source ids as the encoder wants them, language and end tokens included; () is an empty sentence."""

    prefix: tuple[int, ...] = ()
    """Tokens every hypothesis begins with."""

    allowed_next: AllowedNext | None = None
    """What may follow the prefix, for one that ends in the middle of a word."""

    banned_next: BannedNext | None = None
    """What may not follow, for phrases that must not appear."""

    constraints: tuple[Spellings, ...] = ()
    """Phrases that must appear in the target, each in one of its spellings, as words of their own."""

    words: TargetWords | None = None
    """Those that its translation may have, for `DecodeOptions.made_up_penalty`."""

    @property
    def is_steered(self) -> bool:
        """Whether more is asked than a translation of the source."""
        return bool(self.prefix or self.allowed_next or self.banned_next or self.constraints)

    def check(self, options: DecodeOptions, vocab_size: int, special: SpecialIds) -> None:
        """Refuse what no search can do."""
        options.check_vocabulary(vocab_size)
        if self.constraints and options.sampling is not None:
            raise OptionError("sampling must be None for a sentence with constraints; use beam search")
        if not all(phrase and all(phrase) for phrase in self.constraints):
            raise OptionError("constraints must hold at least 1 token each, not an empty phrase")
        required = itertools.chain(*self.constraints)
        for name, runs in (("prefix", (self.prefix,)), ("constraints", required)):
            for token in itertools.chain(*runs):
                if not 0 <= token < vocab_size or token == special.eos:
                    raise OptionError(
                        f"{name} must hold target ids from 0 to {vocab_size - 1} other than "
                        f"the end token {special.eos}, not {token}"
                    )
