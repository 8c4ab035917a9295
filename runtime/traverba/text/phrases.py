"""Phrases that must or must not be written, as the pieces of a vocabulary see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traverba.text.tokenizer import TextTokenizer

OPENING = "("
"""Text that a phrase can follow without a space, as it follows an elision or a quotation mark."""

CLOSING = ".,;:!?)]}…%”»"


def spellings(tokenizer: TextTokenizer, phrase: str) -> tuple[tuple[int, ...], ...]:
    """The runs of tokens that write ``phrase``: behind a space (as at the start), and without one."""
    runs = [tuple(tokenizer.encode(phrase))]
    opening, opened = tokenizer.encode(OPENING), tokenizer.encode(OPENING + phrase)
    if opened[: len(opening)] == opening:
        runs.append(tuple(opened[len(opening) :]))
    return tuple(dict.fromkeys(runs))


def begins_word(piece: bytes) -> bool:
    """Whether its first character is a letter or digit."""
    return piece.decode("utf-8", errors="replace")[:1].isalnum()


def ends_word(piece: bytes) -> bool:
    """Whether its last character is a letter or digit."""
    return piece.decode("utf-8", errors="replace")[-1:].isalnum()


def needs_space(piece: bytes) -> bool:
    """Whether a word behind it needs a space: it ends a word or a clause, and is no elision or opening."""
    last = piece.decode("utf-8", errors="replace")[-1:]
    return last.isalnum() or (last != "" and last in CLOSING)


class BannedPhrases:
    """Keeps phrases out of a text, however its tokens cut them.

    A token is banned if it would complete a phrase as words of its own: "port" is kept out of
    "un port", and out of "portable" only if a token ends behind its "t".
    """

    def __init__(self, tokenizer: TextTokenizer, phrases: Sequence[str]) -> None:
        self._piece, self._index = tokenizer.piece, tokenizer.piece_index
        self._phrases = [phrase.encode() for phrase in phrases]
        self._within = {i for phrase in self._phrases for i in self._holding(phrase)}
        self._completing = [self._completions(phrase) for phrase in self._phrases]
        self._longest = max(map(len, self._phrases), default=0)

    def banned_next(self, ids: Sequence[int]) -> set[int]:
        """Tokens that may not follow ``ids``."""
        tail = self._tail(ids)
        banned = set(self._within)
        for phrase, completing in zip(self._phrases, self._completing, strict=True):
            for written, tokens in completing.items():
                before = tail.removesuffix(phrase[:written]) if written else tail
                joined = begins_word(phrase) and ends_word(before)
                if tail.endswith(phrase[:written]) and not joined:
                    banned |= tokens
        return banned

    def _tail(self, ids: Sequence[int]) -> bytes:
        """The end of the text, long enough for all but the last byte of a phrase and a character before."""
        tail = b""
        for token in reversed(ids):
            if len(tail) > self._longest + 4:
                break
            tail = self._piece(token) + tail
        return tail

    def _completions(self, phrase: bytes) -> dict[int, set[int]]:
        """Bytes of the phrase already written -> tokens that begin with the rest of it."""
        found = {
            written: {
                i
                for i in self._index.beginning_with(phrase[written:])
                if _is_over(phrase, self._piece(i)[len(phrase) - written :])
            }
            for written in range(len(phrase))
        }
        return {written: tokens for written, tokens in found.items() if tokens}

    def _holding(self, phrase: bytes) -> Iterator[int]:
        """Tokens that hold the phrase as words of its own behind something else, such as a space."""
        for token, start in self._index.holding(phrase):
            before, after = self._piece(token)[:start], self._piece(token)[start + len(phrase) :]
            joined = begins_word(phrase) and ends_word(before)
            if start and not joined and _is_over(phrase, after):
                yield token


def _is_over(phrase: bytes, following: bytes) -> bool:
    """Whether the phrase's last word ends where ``following`` begins."""
    return not (ends_word(phrase) and begins_word(following))
