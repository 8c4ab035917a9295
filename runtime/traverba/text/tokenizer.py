"""The one door to ``tokenizers``: byte-level BPE without a normaliser, so text survives exactly.

The convention: ``encode(text)`` segments ``" " + text``, and ``decode`` takes one leading space
away, hence ``decode(encode(text)) == text`` for every string that UTF-8 can write. Special and
language tokens (``</s>``, ``<2fr>``) are ids that no text leads to: whoever types "</s>" gets
the pieces of its four characters.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer

from traverba.errors import BundleFormatError, TextDecodingError
from traverba.text.piece_index import PieceIndex
from traverba.text.pieces import BYTE_OF_CHARACTER, Span, bytes_of_tokens, decode_pieces, piece_spans

BATCH = 8_192
"""Texts that are encoded in one go."""


class TextTokenizer(Protocol):
    """What the translator needs between text and token ids."""

    @property
    def vocab_size(self) -> int:
        """V."""
        ...

    def encode(self, text: str) -> list[int]:
        """Ids of the text's pieces, without special tokens."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; special tokens are silent."""
        ...

    def piece(self, token_id: int) -> bytes:
        """The bytes of one token; none for a special one."""
        ...

    @property
    def piece_index(self) -> PieceIndex:
        """All pieces, to be looked up by what is in them."""
        ...

    def spans(self, ids: Sequence[int]) -> list[Span]:
        """Where each token lies in ``decode(ids)``, in characters."""
        ...


class BpeTokenizer:
    """A trained byte-level BPE vocabulary, as ``tokenizer.json`` stores it. Safe to share among threads."""

    def __init__(self, path: Path, special_ids: Collection[int] = ()) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing more precise
            raise BundleFormatError(
                f"{path.name} is not a vocabulary ({error}); fetch or export the bundle again"
            ) from error
        self._pieces = _pieces(self._tokenizer, special_ids, path.name)
        _refuse_surprises(self._tokenizer, special_ids, path.name)

    @property
    def vocab_size(self) -> int:
        """V."""
        return len(self._pieces)

    def encode(self, text: str) -> list[int]:
        """Ids of the text's pieces, without special tokens."""
        refuse_surrogates(text)
        return list(self._tokenizer.encode(f" {text}", add_special_tokens=False).ids)

    def encode_batch(self, texts: Iterable[str]) -> Iterator[list[int]]:
        """`encode` of many texts, on all cores: for corpora, a few thousand at a time."""
        rest = iter(texts)
        while batch := list(itertools.islice(rest, BATCH)):
            for text in batch:
                refuse_surrogates(text)
            encoded = self._tokenizer.encode_batch_fast([f" {t}" for t in batch], add_special_tokens=False)
            yield from (list(encoding.ids) for encoding in encoded)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; special tokens are silent."""
        return decode_pieces(self._pieces[i] for i in ids)

    def piece(self, token_id: int) -> bytes:
        """The bytes of one token; none for a special one."""
        return self._pieces[token_id]

    @cached_property
    def piece_index(self) -> PieceIndex:
        """All pieces, to be looked up by what is in them; made when first asked for."""
        return PieceIndex(self._pieces)

    def spans(self, ids: Sequence[int]) -> list[Span]:
        """Where each token lies in ``decode(ids)``, in characters."""
        return piece_spans([self._pieces[i] for i in ids])


def refuse_surrogates(text: str) -> None:
    """TextDecodingError for a string that UTF-8 cannot write."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TextDecodingError(
            f"character {error.start} of the text is half of a surrogate pair, which is no text; "
            "decode the input with errors='replace' or correct it"
        ) from error


def _pieces(tokenizer: Tokenizer, special_ids: Collection[int], name: str) -> list[bytes]:
    """The bytes of every id."""
    vocabulary: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
    token_of_id = {token_id: token for token, token_id in vocabulary.items()}
    if sorted(token_of_id) != list(range(len(vocabulary))):
        raise BundleFormatError(f"{name}: the ids are not 0 … V - 1; export the bundle again")
    if missing := [c for c in BYTE_OF_CHARACTER if c not in vocabulary]:
        raise BundleFormatError(
            f"{name}: {len(missing)} of the 256 bytes have no token; export the bundle again"
        )
    tokens = ["" if i in special_ids else token_of_id[i] for i in range(len(vocabulary))]
    try:
        return bytes_of_tokens(tokens)
    except ValueError as error:
        raise BundleFormatError(f"{name}: {error}; export the bundle again") from error


def _refuse_surprises(tokenizer: Tokenizer, special_ids: Collection[int], name: str) -> None:
    """What would break the convention: text that changes, or special ids that text can reach."""
    if tokenizer.normalizer is not None:
        raise BundleFormatError(f"{name}: a normaliser would change the text; export the bundle again")
    if tokenizer.get_added_tokens_decoder():
        raise BundleFormatError(
            f"{name}: added tokens would be found in users' text; export the bundle again"
        )
    reachable = [
        token
        for token_id in special_ids
        if (token := tokenizer.id_to_token(token_id)) is None
        or token_id in tokenizer.encode(token, add_special_tokens=False).ids
    ]
    if reachable:
        raise BundleFormatError(
            f"{name}: text can produce the special tokens {reachable}; export the bundle again"
        )
