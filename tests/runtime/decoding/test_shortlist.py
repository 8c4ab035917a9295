"""Which tokens stand on a sentence's list, and that they depend on nothing but the sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.decoding import DecodeOptions, Lexicon, Request, Sampling, Shortlist

VOCAB_SIZE = 500
FRENCH, GERMAN = 3, 4
ALWAYS = np.array([2, *range(10, 30)])


def lexicon(seed: int) -> Lexicon:
    rng = np.random.default_rng(seed)
    likely = np.zeros((VOCAB_SIZE, 3), np.int64)
    likely[100] = [201, 202, 203]
    likely[101] = [202, 204, 0]
    return Lexicon(ALWAYS, likely, rng.permutation(np.arange(5, VOCAB_SIZE))[:200])


SHORTLIST = Shortlist({FRENCH: lexicon(1), GERMAN: lexicon(2)}, VOCAB_SIZE, per_position=4)
PLAIN = DecodeOptions(beam_size=2)


def ids(*sources: tuple[int, ...], banned: tuple[int, ...] = (0,)) -> list[list[int]]:
    return SHORTLIST.lists(sources, banned).tolist()


def test_a_list_holds_what_all_need_the_source_and_its_translations() -> None:
    [found] = ids((FRENCH, 100, 101, 2))
    assert {*ALWAYS.tolist(), 100, 101, 201, 202, 203, 204} <= set(found)


def test_a_list_is_in_ascending_order_without_repetition() -> None:
    [found] = ids((FRENCH, 100, 101, 100, 2))
    assert found == sorted(set(found))


def test_lists_of_one_padded_length_have_one_size_in_any_language() -> None:
    sources = ((FRENCH, 100, 2), (GERMAN, 100, 101, 102, 103, 2))
    assert {len(found) for found in ids(*sources)} == {SHORTLIST.width(3)} == {SHORTLIST.width(8)}
    assert SHORTLIST.width(9) > SHORTLIST.width(8)
    assert SHORTLIST.width(9) % 64 == 0


def test_frequent_tokens_fill_a_list_up() -> None:
    [found] = ids((FRENCH, 100, 2))
    rest = set(found) - {*ALWAYS.tolist(), FRENCH, 100, 2, 201, 202, 203}
    frequent = SHORTLIST.lexicons[FRENCH].frequent.tolist()
    assert rest == {*frequent[: frequent.index(max(rest, key=frequent.index)) + 1]} - {
        *ALWAYS,
        100,
        201,
        202,
        203,
    }


def test_every_tokens_best_translation_comes_before_any_ones_second_best() -> None:
    many = np.zeros((VOCAB_SIZE, 3), np.int64)
    sources = np.arange(100, 107)
    many[sources] = np.arange(200, 221).reshape(7, 3)
    tight = Shortlist({FRENCH: Lexicon(np.arange(5, 100), many, np.array([300]))}, VOCAB_SIZE, 1)
    assert tight.width(8) == 128
    [found] = tight.lists([(FRENCH, *sources.tolist())], ())
    assert set(many[sources, 0].tolist()) <= set(found.tolist())
    wide = replace(tight, lexicons={FRENCH: Lexicon(np.arange(5, 117), many, np.array([300]))})
    [found] = wide.lists([(FRENCH, *sources.tolist())], ())
    assert len(found) == 128
    assert set(many[sources, 0].tolist()) <= set(found.tolist())
    assert not set(many[sources, 2].tolist()) & set(found.tolist())


def by_hand(lexicon: Lexicon, source: tuple[int, ...], banned: set[int], width: int) -> list[int]:
    """One token after the other, in the order of how much it is wanted."""
    likely = [token for rank in lexicon.likely[list(source)].T.tolist() for token in rank]
    wanted = [*lexicon.always.tolist(), *source, *likely, *lexicon.frequent.tolist()]
    chosen = [token for token in dict.fromkeys((*wanted, *range(VOCAB_SIZE))) if token not in banned]
    return sorted(chosen[:width])


@given(
    seed=st.integers(0, 9),
    always=st.sets(st.integers(2, VOCAB_SIZE - 1), min_size=1, max_size=150),
    words=st.lists(st.integers(5, VOCAB_SIZE - 1), max_size=7),
    banned=st.sets(st.integers(0, VOCAB_SIZE - 1), max_size=200),
    fillers=st.integers(0, VOCAB_SIZE),
)
def test_a_list_is_what_is_wanted_most(
    seed: int, always: set[int], words: list[int], banned: set[int], fillers: int
) -> None:
    rng = np.random.default_rng(seed)
    likely = rng.integers(0, VOCAB_SIZE, (VOCAB_SIZE, 12))
    tokens = Lexicon(np.array(sorted(always)), likely, rng.permutation(VOCAB_SIZE)[:fillers])
    shortlist, source = Shortlist({FRENCH: tokens}, VOCAB_SIZE, per_position=4), (FRENCH, *words)
    [found] = shortlist.lists([source], banned)
    assert found.tolist() == by_hand(tokens, source, banned, shortlist.width(len(source)))


@given(
    sources=st.lists(
        st.lists(st.integers(5, VOCAB_SIZE - 1), min_size=1, max_size=7).map(lambda s: (FRENCH, *s)),
        min_size=1,
        max_size=6,
    ),
    banned=st.sets(st.integers(0, VOCAB_SIZE - 1), max_size=200),
)
def test_neighbours_change_no_list_and_nothing_banned_is_on_one(
    sources: list[tuple[int, ...]], banned: set[int]
) -> None:
    together = SHORTLIST.lists(sources, banned)
    assert not banned & set(together.ravel().tolist())
    for source, found in zip(sources, together, strict=True):
        np.testing.assert_array_equal(SHORTLIST.lists([source], banned)[0], found)


@pytest.mark.parametrize(
    "options",
    [
        replace(PLAIN, shortlist=False),
        replace(PLAIN, sampling=Sampling(top_k=3)),
        replace(PLAIN, repetition_penalty=1.2),
        replace(PLAIN, no_repeat_ngram_size=3),
        replace(PLAIN, forced_ids=((0, 7),)),
        replace(PLAIN, suppressed_ids=tuple(range(10, 490))),
    ],
)
def test_options_that_need_the_whole_vocabulary_get_it(options: DecodeOptions) -> None:
    request = Request((FRENCH, 100, 2))
    assert SHORTLIST.covers(request, PLAIN)
    assert not SHORTLIST.covers(request, options)


@pytest.mark.parametrize(
    "request_",
    [
        Request((FRENCH, 100, 2), prefix=(7,)),
        Request((FRENCH, 100, 2), constraints=(((7,),),)),
        Request((FRENCH, 100, 2), allowed_next=lambda said: None),
        Request((FRENCH, 100, 2), banned_next=lambda said: ()),
        Request((5, 100, 2)),
        Request(()),
        Request((FRENCH, *[100] * 200)),
    ],
    ids=["prefix", "constraints", "allowed", "banned", "no such language", "empty", "long"],
)
def test_sentences_that_need_the_whole_vocabulary_get_it(request_: Request) -> None:
    assert not SHORTLIST.covers(request_, PLAIN)
