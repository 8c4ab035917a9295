"""Continuing what a user has typed, which may end in the middle of a word.

A word is spelled by other tokens than its first half, so the tokens of the half word
must not be fixed. The prefix is cut before its last word; the bytes of that word then
only restrict which tokens may follow, until they are all written.
"""

from __future__ import annotations

from collections.abc import Sequence

from traverba.text.tokenizer import TextTokenizer


class PrefixCompletion:
    """A typed prefix as fixed tokens (`ids`) and a rule for the tokens after them (`allowed_next`)."""

    def __init__(self, tokenizer: TextTokenizer, prefix: str) -> None:
        words = prefix.rsplit(" ", 1)
        fixed = words[0] if len(words) == 2 else ""
        self.ids = tuple(tokenizer.encode(fixed)) if fixed else ()
        self._tokenizer = tokenizer
        typed = b"".join(map(tokenizer.piece, self.ids))
        self._rest = f" {prefix}".encode()[len(typed) :]
        self._following: dict[bytes, list[int]] = {}

    def allowed_next(self, ids: Sequence[int]) -> list[int] | None:
        """Tokens that may follow ``ids``, which follow the prefix; None once the prefix is written."""
        rest = self._rest[sum(len(self._tokenizer.piece(i)) for i in ids) :]
        if not rest:
            return None
        if rest not in self._following:  # most rows of a beam ask for the same
            pieces = ((i, self._tokenizer.piece(i)) for i in range(self._tokenizer.vocab_size))
            self._following[rest] = [i for i, piece in pieces if piece and _agree(piece, rest)]
        return self._following[rest]


def _agree(piece: bytes, rest: bytes) -> bool:
    return rest.startswith(piece) or piece.startswith(rest)
