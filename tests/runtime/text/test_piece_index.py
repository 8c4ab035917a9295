"""Looking tokens up by what is in them gives what reading the whole vocabulary gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from traverba.text.piece_index import PieceIndex

FEW_BYTES = st.lists(st.sampled_from([0, 32, 97, 98, 255]), max_size=4).map(bytes)
"""Of few bytes, so that pieces repeat, overlap and begin alike; none is a special token."""


@given(pieces=st.lists(FEW_BYTES, max_size=12), wanted=FEW_BYTES)
def test_tokens_that_begin_with_some_bytes(pieces: list[bytes], wanted: bytes) -> None:
    found = PieceIndex(pieces).beginning_with(wanted)
    assert sorted(found) == [i for i, piece in enumerate(pieces) if piece.startswith(wanted)]


@given(pieces=st.lists(FEW_BYTES, max_size=12), wanted=FEW_BYTES.filter(bool))
def test_every_place_where_a_piece_holds_some_bytes_and_none_across_two(
    pieces: list[bytes], wanted: bytes
) -> None:
    found = list(PieceIndex(pieces).holding(wanted))
    places = [(i, start) for i, piece in enumerate(pieces) for start in range(len(piece))]
    assert found == [(i, start) for i, start in places if pieces[i].startswith(wanted, start)]
