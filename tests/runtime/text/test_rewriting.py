"""A text after some edits, and the way there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from traverba.text import Edit, Rewriting


def test_without_edits_both_texts_are_the_same() -> None:
    rewriting = Rewriting("the cat")
    assert rewriting.text == "the cat"
    assert rewriting.to_new((4, 7)) == rewriting.to_old((4, 7)) == (4, 7)


def test_a_replaced_part_is_one_thing_in_both_texts() -> None:
    rewriting = Rewriting("see http://a.b now", [Edit((4, 14), "{0}")])
    assert rewriting.text == "see {0} now"
    assert rewriting.to_new((4, 14)) == rewriting.to_new((7, 9)) == (4, 7)
    assert rewriting.to_old((4, 7)) == rewriting.to_old((5, 6)) == (4, 14)
    assert rewriting.to_old((8, 11)) == (15, 18)
    assert rewriting.to_old((0, 7)) == (0, 14)


def test_text_can_be_inserted_and_taken_out() -> None:
    rewriting = Rewriting("a b", [Edit((1, 1), "XY"), Edit((1, 2), ""), Edit((3, 3), "!")])
    assert rewriting.text == "aXYb!"
    assert rewriting.to_new((2, 3)) == (3, 4) and rewriting.to_old((3, 4)) == (2, 3)
    assert rewriting.to_old((1, 3)) == (1, 1)


@given(st.text(max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3), st.text(max_size=4))))
def test_what_is_not_edited_goes_there_and_comes_back(text: str, wishes: list[tuple[int, int, str]]) -> None:
    edits, end = [], 0
    for start, length, replacement in sorted(wishes):
        if end <= start and start + length <= len(text) and not (edits and start == end):
            edits.append(Edit((start, start + length), replacement))
            end = start + length
    rewriting = Rewriting(text, edits)
    touched = {i for edit in edits for i in range(*edit.span)}
    for i in set(range(len(text))) - touched:
        start, stop = rewriting.to_new((i, i + 1))
        assert rewriting.text[start:stop] == text[i] and rewriting.to_old((start, stop)) == (i, i + 1)
