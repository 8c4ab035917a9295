"""The file with the words of a language: what is written is read back, and what is damaged is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.errors import BundleFormatError
from traverba.text import RareWord
from traverba.word_file import (
    read_dictionary,
    read_rare_words,
    read_words,
    write_dictionary,
    write_names,
    write_words,
)

LETTERS = st.characters(categories=["L"])


@given(counts=st.dictionaries(st.text(LETTERS, min_size=1), st.integers(1, 10**9), min_size=1))
def test_what_is_written_is_read_back(
    counts: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("words") / "words.txt.gz"
    write_words(path, counts)
    assert read_words(path.read_bytes(), path.name) == counts


def test_the_file_is_text_of_a_count_a_line_the_highest_first(tmp_path: Path) -> None:
    write_words(tmp_path / "words", {"été": 2, "la": 900, "là": 2})
    assert gzip.decompress((tmp_path / "words").read_bytes()).decode() == "900 la\n2 là été"


def test_equal_counts_are_equal_bytes(tmp_path: Path) -> None:
    write_words(tmp_path / "a", {"a": 1, "b": 2})
    write_words(tmp_path / "b", {"b": 2, "a": 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"3 text",
        gzip.compress(b"3 a b", mtime=0)[:-9],
        gzip.compress(b"three a b", mtime=0),
        gzip.compress("3 été".encode("latin-1"), mtime=0),
        gzip.compress(b"1 a" + b" " * 2**25, mtime=0),
    ],
    ids=["empty", "no gzip", "cut", "no count", "no UTF-8", "a bomb"],
)
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(BundleFormatError, match=r"words\.en\.txt\.gz is no list of words"):
        read_words(content, "words.en.txt.gz")


def test_a_dictionary_is_read_in_both_directions_the_first_translation_of_each_word(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.en-de.txt.gz"
    write_dictionary(path, [("I", "ich"), ("dog", "Hund"), ("hound", "Hund"), ("dog", "Köter")])
    assert gzip.decompress(path.read_bytes()).decode() == "I ich\ndog Hund\nhound Hund\ndog Köter"
    forward, back = (read_dictionary(path.read_bytes(), path.name, forward=way) for way in (True, False))
    assert [forward.look_up(word) for word in ("dog", "Dog", "i", "cat")] == ["Hund", "Hund", "ich", None]
    assert [back.look_up(word) for word in ("hund", "Hund", "Ich", "köter")] == ["dog", "dog", "I", "dog"]


@pytest.mark.parametrize(
    "content", [gzip.compress(b"dog", mtime=0), gzip.compress(b" Hund", mtime=0), b"dog Hund"]
)
def test_a_damaged_dictionary_is_refused(content: bytes) -> None:
    with pytest.raises(BundleFormatError, match=r"dictionary\.en-de\.txt\.gz is no list of words"):
        read_dictionary(content, "dictionary.en-de.txt.gz", forward=True)


def test_rare_words_are_written_in_alphabetical_order_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "rare.en-de.txt.gz"
    write_names(path, {"oak": "Eiche", "axe": "Axt"})
    assert gzip.decompress(path.read_bytes()).decode() == "axe Axt\noak Eiche"
    rare = read_rare_words(path.read_bytes(), path.name, "en")
    assert rare.find("An axe, an oak") == (RareWord((3, 6), "Axt"), RareWord((11, 14), "Eiche"))


@pytest.mark.parametrize(
    "content", [gzip.compress(b"axe", mtime=0), gzip.compress(b"axe ", mtime=0), b"axe Axt"]
)
def test_damaged_rare_words_are_refused(content: bytes) -> None:
    with pytest.raises(BundleFormatError, match=r"rare\.en-de\.txt\.gz is no list of words"):
        read_rare_words(content, "rare.en-de.txt.gz", "en")
