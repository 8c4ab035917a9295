"""A word that comes next, with the short word before it left open; the vocabulary's words are French."""

from __future__ import annotations

import pytest

from traverba.text import BpeTokenizer, NextWord, WordTokens


@pytest.fixture
def tokens(tokenizer: BpeTokenizer) -> WordTokens:
    return WordTokens.of(tokenizer)


def one(tokenizer: BpeTokenizer, text: str) -> int:
    [token] = tokenizer.encode(text)
    return token


def test_tokens_are_sorted_by_how_they_stand_to_words(tokenizer: BpeTokenizer, tokens: WordTokens) -> None:
    the, les, win, machines = (one(tokenizer, word) for word in ("the", "les", "win", "machines"))
    assert {the, les, win} <= tokens.short and machines not in tokens.short
    assert {the, les, win, machines} <= tokens.others
    letter = tokenizer.encode("(a")[-1]
    assert tokenizer.piece(letter) == b"a" and letter not in tokens.others | tokens.short


def test_without_a_short_word_before_it_all_is_fixed_but_what_follows(
    tokenizer: BpeTokenizer, tokens: WordTokens
) -> None:
    for before, open_lead in (("les ", False), ("les ", True), ("machines ", True), ("les machines, ", True)):
        begun = NextWord(tokenizer, tokens, before, "win", open_lead=open_lead)  # "les " begins the sentence
        assert tokenizer.decode(begun.ids) == before + "win"
        assert begun.allowed_next(()) == tokens.others and begun.allowed_next((1,)) is None
    assert tokenizer.decode(NextWord(tokenizer, tokens, "", "win", open_lead=False).ids) == "Win"


def test_at_the_beginning_a_short_word_may_stand_before_it(tokenizer: BpeTokenizer) -> None:
    the = one(tokenizer, "the")  # as if it had a capital: this vocabulary has no word with one
    tokens = WordTokens(frozenset({the}), frozenset({the}), frozenset(), frozenset({7}))
    begun = NextWord(tokenizer, tokens, "", "win", open_lead=True)
    alone, behind = tuple(tokenizer.encode("Win")), one(tokenizer, "win")
    assert begun.ids == () and begun.allowed_next(()) == {the, alone[0]}
    for written in range(1, len(alone)):
        assert begun.allowed_next(alone[:written]) == {alone[written]}
    assert begun.allowed_next(alone) == {7} and begun.allowed_next((*alone, 7)) is None
    assert begun.allowed_next((the,)) == {behind} and begun.allowed_next((the, behind)) == {7}


def test_a_short_word_before_it_may_be_another(tokenizer: BpeTokenizer, tokens: WordTokens) -> None:
    begun = NextWord(tokenizer, tokens, "machines les ", "gagnent", open_lead=True)
    the, word = one(tokenizer, "the"), tuple(tokenizer.encode("gagnent"))
    assert tokenizer.decode(begun.ids) == "machines" and len(word) > 1
    assert begun.allowed_next(()) == tokens.short
    for written in range(len(word)):
        assert begun.allowed_next((the, *word[:written])) == {word[written]}
    assert begun.allowed_next((the, *word)) == tokens.others
    assert begun.allowed_next((the, *word, the)) is None  # the word is written: what follows is free
    assert begun.allowed_next((the, the)) is None  # a row that was ruled out


def test_behind_an_elision_the_word_stands_without_a_space(tokenizer: BpeTokenizer) -> None:
    lead = one(tokenizer, "les")
    tokens = WordTokens(frozenset({lead}), frozenset(), frozenset({lead}), frozenset())
    begun = NextWord(tokenizer, tokens, "machines les ", "gagnent", open_lead=True)
    written = [lead]
    while following := begun.allowed_next(tuple(written)):
        written += following
    assert tokenizer.decode(written) == "lesgagnent"
