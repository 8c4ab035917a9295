"""One link for each token, or none: which word stands for which."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from traverba_export.alignment.linking import UNLINKED, compete, diagonal_prior, link_pairs


def test_words_that_only_ever_meet_each_other_are_linked() -> None:
    """1 is always 11, 2 is 12, 3 is 13; 9 on the source side has no counterpart."""
    pairs = [([1, 2], [11, 12]), ([2, 3], [13, 12]), ([9, 3, 1], [11, 13]), ([1], [11]), ([3], [13])] * 3
    links = link_pairs(pairs)
    assert links[0].tolist() == [0, 1]
    assert links[1].tolist() == [1, 0]
    assert links[2].tolist() == [UNLINKED, 1, 0]


def test_a_word_that_occurs_twice_is_linked_to_the_nearer_one() -> None:
    pairs = [([1, 2, 1], [11, 12, 11]), ([1], [11]), ([2], [12])] * 3
    assert link_pairs(pairs)[0].tolist() == [0, 1, 2]


def test_empty_sides_have_no_links() -> None:
    links = link_pairs([([1, 2], []), ([], [11]), ([1], [11])])
    assert [link.tolist() for link in links] == [[UNLINKED, UNLINKED], [], [0]]


def test_the_best_pair_is_linked_first_and_leaves() -> None:
    """By hand: 0.9 takes row 0 and column 0, then 0.3 is the best of the rest, and row 2 has nothing left."""
    assert compete(np.array([[0.9, 0.5], [0.8, 0.3], [0.7, 0.2]])).tolist() == [0, 1, UNLINKED]
    assert compete(np.array([[0.1, 0.9], [0.8, 0.95]])).tolist() == [0, 1]
    assert compete(np.zeros((2, 1))).tolist() == [UNLINKED, UNLINKED]


def test_the_prior_is_highest_on_the_diagonal() -> None:
    assert diagonal_prior(3, 3).argmax(axis=1).tolist() == [0, 1, 2]
    assert diagonal_prior(2, 4).argmax(axis=0).tolist() == [0, 0, 1, 1]


sequences = st.lists(st.integers(0, 6), max_size=6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(sequences, sequences), min_size=1, max_size=8))
def test_no_target_token_is_linked_twice(pairs: list[tuple[list[int], list[int]]]) -> None:
    pairs = [*pairs, ([1], [1])]
    for (source, target), links in zip(pairs, link_pairs(pairs), strict=True):
        made = links[links != UNLINKED].tolist()
        assert len(links) == len(source)
        assert len(made) == len(set(made)) and all(0 <= place < len(target) for place in made)
