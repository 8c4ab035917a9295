"""A word that a translation goes on with, and the one before it, which may have to be another then.

An article has the gender of what follows it, and is elided before a vowel: "el coche" becomes "la piscina",
"a chair" becomes "an armchair". So a short word before the one that is wanted is left to the search.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from traverba.text.casing import raised
from traverba.text.phrases import begins_word, spellings
from traverba.text.tokenizer import TextTokenizer

SHORT = re.compile(r" [^\W\d_]{1,4}['’]?")
"""A token that is an article or a preposition, among others."""
LAST_SHORT = re.compile(r"(?<= )[^\W\d_]{1,4}(?: |['’])$")


@dataclass(frozen=True)
class WordTokens:
    """Tokens of a vocabulary, by how they stand to words."""

    short: frozenset[int]
    """Short words behind a space, elided ones with their apostrophe."""
    opening: frozenset[int]
    """Those of them that begin with a capital, as a sentence does."""
    elided: frozenset[int]
    """Those of them that the next word follows without a space."""
    others: frozenset[int]
    """That do not go on with the word before them."""

    @classmethod
    def of(cls, tokenizer: TextTokenizer) -> WordTokens:
        """Read off all pieces."""
        pieces = {i: tokenizer.piece(i) for i in range(tokenizer.vocab_size)}
        texts = {i: piece.decode(errors="replace") for i, piece in pieces.items()}
        short = frozenset(i for i, text in texts.items() if SHORT.fullmatch(text))
        return cls(
            short,
            frozenset(i for i in short if texts[i][1].isupper()),
            frozenset(i for i in short if not texts[i][-1].isalpha()),
            frozenset(i for i, piece in pieces.items() if not begins_word(piece)),
        )


class NextWord:
    """What stays of a translation as fixed tokens (`ids`), and a rule for what follows (`allowed_next`)."""

    def __init__(
        self, tokenizer: TextTokenizer, tokens: WordTokens, before: str, word: str, *, open_lead: bool
    ) -> None:
        """``word`` behind the text ``before``; ``open_lead``: another short word may stand between them."""
        self._tokens, self._runs = tokens, spellings(tokenizer, word)  # behind a space, and without one
        self._opening = tuple(tokenizer.encode(raised(word)))
        lead = LAST_SHORT.search(before) if open_lead else None
        self._leads: Collection[int] = ()
        if open_lead and not before:
            self.ids: tuple[int, ...] = ()
            self._leads = tokens.opening.difference(self._opening[:1])
        elif lead and len(tokenizer.encode(lead[0].rstrip(" "))) == 1:
            self.ids = tuple(tokenizer.encode(before[: lead.start()].rstrip(" ")))
            self._leads = tokens.short
        else:
            self.ids = tuple(tokenizer.encode(before + word)) if before else self._opening

    def allowed_next(self, ids: tuple[int, ...]) -> Collection[int] | None:
        """Tokens that may follow ``ids``, which follow the fixed ones; None once another word may follow."""
        if not self._leads:
            return None if ids else self._tokens.others
        if not ids:
            return {*self._leads, *(() if self.ids else self._opening[:1])}
        if ids[0] in self._leads:
            return self._rest(self._runs[-1 if ids[0] in self._tokens.elided else 0], ids[1:])
        return self._rest(self._opening, ids)

    def _rest(self, word: tuple[int, ...], said: tuple[int, ...]) -> Collection[int] | None:
        """What may follow the part of the word that is ``said``."""
        if len(said) > len(word) or said != word[: len(said)]:
            return None
        return {word[len(said)]} if len(said) < len(word) else self._tokens.others
