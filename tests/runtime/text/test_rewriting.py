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


WISHES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3), st.text(max_size=4)))


def apart(text: str, wishes: list[tuple[int, int, str]]) -> list[Edit]:
    """Those edits that lie in the text and do not touch."""
    edits, end = list[Edit](), 0
    for start, length, replacement in sorted(wishes):
        if end <= start and start + length <= len(text) and not (edits and start == end):
            edits.append(Edit((start, start + length), replacement))
            end = start + length
    return edits


@given(st.text(max_size=20), WISHES)
def test_what_is_not_edited_goes_there_and_comes_back(text: str, wishes: list[tuple[int, int, str]]) -> None:
    edits = apart(text, wishes)
    rewriting = Rewriting(text, edits)
    touched = {i for edit in edits for i in range(*edit.span)}
    for i in set(range(len(text))) - touched:
        start, stop = rewriting.to_new((i, i + 1))
        assert rewriting.text[start:stop] == text[i] and rewriting.to_old((start, stop)) == (i, i + 1)


@given(st.text(max_size=20), WISHES, WISHES)
def test_edits_of_what_was_copied_can_be_added(
    text: str, first: list[tuple[int, int, str]], second: list[tuple[int, int, str]]
) -> None:
    rewriting = Rewriting(text, apart(text, first))
    places = [rewriting.to_old(edit.span) for edit in apart(rewriting.text, second)]
    more = [
        edit
        for edit, (start, end) in zip(apart(rewriting.text, second), places, strict=True)
        if rewriting.to_new((start, end)) == edit.span and edit.span[0] < edit.span[1]
        if not any(a <= end and start <= b for a, b in (each.span for each in apart(text, first)))
    ]
    both = rewriting.then(more)
    assert both.text == Rewriting(rewriting.text, more).text


def test_an_edit_of_a_replaced_part_replaces_all_of_it() -> None:
    rewriting = Rewriting("at 14 h 45 now", [Edit((3, 10), "14:45")]).then(
        [Edit((3, 5), "{0}"), Edit((9, 12), "!")]
    )
    assert rewriting.text == "at {0} !" and rewriting.to_old((3, 6)) == (3, 10)
