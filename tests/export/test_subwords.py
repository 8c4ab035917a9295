"""Subword vocabularies: nothing unknown, nothing lost, nothing special reachable."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from traverba_export.subwords import Subwords, train_subwords
from traverba_export.training.vocabulary import whole_words

TEXTS = [
    "The machines win.",
    "Les machines gagnent.",
    "Грузовик внезапно остановился.",
    "I paid 1234 euros",
] * 5


@pytest.fixture(scope="module")
def subwords(tmp_path_factory: pytest.TempPathFactory) -> Subwords:
    path = tmp_path_factory.mktemp("subwords") / "tokenizer.json"
    return train_subwords(TEXTS, ("en", "fr", "ru"), 400, path)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("👩‍👩‍👧 emoji, e\u0301 combining, 漢字, \t tab, zero\u200bwidth, \u202e right to left \r\n")
@example("  leading and trailing  ")
@example("<s></s><2fr><pad>")
@example("\x00")
def test_decoding_what_was_encoded_gives_it_back(subwords: Subwords, text: str) -> None:
    (ids,) = subwords.encode_batch([text])
    assert subwords.decode(ids) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("<s></s><2fr><pad>")
def test_no_text_produces_a_special_token(subwords: Subwords, text: str) -> None:
    (ids,) = subwords.encode_batch([text])
    assert all(i > subwords.language_token("ru") for i in ids)


def test_digits_stand_alone_so_that_numbers_are_copied(subwords: Subwords) -> None:
    (ids,) = subwords.encode_batch(["1234"])
    assert [subwords.decode([i]) for i in ids[-3:]] == ["2", "3", "4"]


def test_a_batch_is_encoded_as_each_text_alone(subwords: Subwords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traverba.text.tokenizer.BATCH", 3)
    texts = [*TEXTS, "", "  ", "🐔"]
    assert subwords.encode_batch(texts) == [subwords.tokenizer.encode(text) for text in texts]


def test_training_twice_gives_the_same_vocabulary(subwords: Subwords, tmp_path: Path) -> None:
    again = train_subwords(TEXTS, ("en", "fr", "ru"), 400, tmp_path / "again.json")
    assert again.path.read_bytes() == subwords.path.read_bytes()


def test_an_unknown_language_is_named(subwords: Subwords) -> None:
    with pytest.raises(ValueError, match="'de'"):
        subwords.language_token("de")


def test_the_share_of_whole_words_is_counted_over_the_commonest(subwords: Subwords) -> None:
    """Its own words were merged to the end; what it never saw is in pieces."""
    assert whole_words(TEXTS, subwords) == 1.0
    assert whole_words([*TEXTS, "unbekannt"], subwords, commonest=11) == 1.0
    assert whole_words(["The machines unbekannt", "unbekannt"], subwords) == pytest.approx(2 / 3)
    assert whole_words(["1234 !"], subwords) == 1.0
