"""A word that a translation goes on with, and the one before it, which may have to be another then.

An article has the gender of what follows it, and is elided before a vowel: "el coche" becomes "la piscina",
"a chair" becomes "an armchair". So a short word before the one that is wanted is left to the search.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

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
            frozenset(i for i in short if not texts[i][-1].isalpha()),
            frozenset(i for i, piece in pieces.items() if not begins_word(piece)),
        )


class NextWord:
    """What stays of a translation as fixed tokens (`ids`), and a rule for what follows (`allowed_next`)."""

    def __init__(
        self, tokenizer: TextTokenizer, tokens: WordTokens, before: str, word: str, *, open_lead: bool
    ) -> None:
        """``word`` behind the text ``before``; ``open_lead``: another short word may stand between them."""
        lead = LAST_SHORT.search(before) if open_lead else None
        self._tokens, self._runs = tokens, spellings(tokenizer, word)  # behind a space, and without one
        self._led = lead is not None and len(tokenizer.encode(lead[0].rstrip(" "))) == 1
        if lead and self._led:
            self.ids = tuple(tokenizer.encode(before[: lead.start()].rstrip(" ")))
        else:
            begun = before + word if before else word[:1].upper() + word[1:]
            self.ids = tuple(tokenizer.encode(begun))

    def allowed_next(self, ids: tuple[int, ...]) -> Collection[int] | None:
        """Tokens that may follow ``ids``, which follow the fixed ones; None once another word may follow."""
        if not self._led:
            return None if ids else self._tokens.others
        if not ids:
            return self._tokens.short
        word, said = self._runs[-1 if ids[0] in self._tokens.elided else 0], ids[1:]
        if len(said) > len(word) or said != word[: len(said)]:
            return None
        return {word[len(said)]} if len(said) < len(word) else self._tokens.others
