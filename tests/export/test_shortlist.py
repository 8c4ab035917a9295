"""A shortlist's table, learnt from pairs whose alignment is known."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from traverba.bundle import open_bundle
from traverba.decoding import Lexicon, Shortlist
from traverba.text import BpeTokenizer
from traverba_export.alignment.shortlist import (
    LIKELY,
    PER_POSITION,
    coverage,
    learn_shortlist,
    random_shortlist,
)

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
END, TARGET = 2, 4
BANNED = {0, 1, 3, 4, 5}


@pytest.fixture(scope="module")
def tokenizer() -> Iterator[BpeTokenizer]:
    with open_bundle(TINY) as bundle:
        yield BpeTokenizer(
            bundle.folder / "tokenizer.json", {0, 1, 2, *bundle.manifest.target_tokens.values()}
        )


def pairs_of(words: range, shift: int) -> list[tuple[list[int], list[int]]]:
    """All sentences of two different words, the word w always translated by w + shift."""
    return [([a, b], [a + shift, b + shift]) for a, b in itertools.permutations(words, 2)]


def test_the_likeliest_translation_of_a_token_comes_first(tokenizer: BpeTokenizer) -> None:
    shortlist = learn_shortlist({TARGET: [pairs_of(range(300, 306), 40)]}, tokenizer, END, BANNED)
    likely = shortlist.lexicons[TARGET].likely
    assert likely.shape == (tokenizer.vocab_size, LIKELY)
    assert likely[300:306, 0].tolist() == list(range(340, 346))
    assert not likely[:300].any()


def test_two_languages_with_one_target_share_its_table(tokenizer: BpeTokenizer) -> None:
    corpora = [pairs_of(range(300, 304), 40), pairs_of(range(302, 306), 50)]
    likely = learn_shortlist({TARGET: corpora}, tokenizer, END, BANNED).lexicons[TARGET].likely
    assert likely[[300, 305], 0].tolist() == [340, 355]  # one language knows them
    assert likely[[302, 303], :2].tolist() == [[342, 352], [343, 353]]  # both do, and take turns


def test_bytes_marks_and_the_end_are_on_every_list_and_nothing_banned_is(tokenizer: BpeTokenizer) -> None:
    shortlist = learn_shortlist({TARGET: [pairs_of(range(300, 306), 40)]}, tokenizer, END, BANNED)
    always = set(shortlist.lexicons[TARGET].always.tolist())
    single = {i for i in range(tokenizer.vocab_size) if len(tokenizer.piece(i)) == 1}
    assert single - BANNED <= always
    assert END in always
    assert {*range(340, 346)} <= always  # the frequent ones
    assert not always & BANNED
    assert {i for i in range(tokenizer.vocab_size) if tokenizer.piece(i) in (b" .", b"?", b" 1")} <= always


def test_coverage_is_the_share_of_target_tokens_on_the_list() -> None:
    likely = np.zeros((400, 1), np.int64)
    likely[300] = 350
    lexicon = Lexicon(np.array([2, 10]), likely, np.arange(100, 162))
    shortlist = Shortlist({TARGET: lexicon}, 400, per_position=1)
    assert shortlist.width(3) == 64
    pairs = [([300], [350, 10, 399]), ([301], [301, 350])]
    assert coverage(shortlist, TARGET, pairs, END, (0, 1)) == 3 / 5


def test_a_random_table_has_the_size_of_a_learnt_one() -> None:
    shortlist = random_shortlist([3, 4], 16_000, first=5)
    lexicon = shortlist.lexicons[3]
    assert lexicon.likely.shape == (16_000, LIKELY)
    assert min(lexicon.always.min(), lexicon.likely.min()) >= 5
    assert shortlist.width(8) >= len(lexicon.always) + 8 * PER_POSITION
