"""What is prose and what is layout, and where sentences end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.text import join_segments
from traverba.text.layout import find_stretches, join_lines
from traverba.text.sentences import sentence_spans


def stretches(text: str) -> list[str]:
    return [text[start:end] for start, end in find_stretches(text)]


def paragraphs(text: str) -> list[str]:
    return [text[start:end] for start, end in join_lines(text, find_stretches(text))]


def sentences(text: str, *languages: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentence_spans(text, languages)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("  one \r\n\r\n\ttwo\x0b", ["one", "two"]),
        ("\ufeffone\u2028two\x85three", ["one", "two", "three"]),
        ("a\x00b\u202ec", ["a", "b", "c"]),
        ("name    price\tnote", ["name", "price", "note"]),
        ("- one\n  * two\n• three\n— four", ["one", "two", "three", "four"]),
        ("1. one\n12) two\n1.2. three\n(a) four\nb) five", ["one", "two", "three", "four", "five"]),
        ("- [x] done\n> > quoted\n## Title", ["done", "quoted", "Title"]),
        (
            "3 apples\n3.5 million\n-5 degrees\n#winning",
            ["3 apples", "3.5 million", "-5 degrees", "#winning"],
        ),
        ("one - two\tthree", ["one - two", "three"]),
    ],
)
def test_breaks_indentation_and_list_marks_are_layout(text: str, expected: list[str]) -> None:
    assert stretches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\r\n  three", ["one\ntwo\r\n  three"]),
        ("one\n\ntwo", ["one", "two"]),
        ("- one\n  more\n- two", ["one\n  more", "two"]),
        ("# Title\none\ntwo", ["Title", "one\ntwo"]),
        ("one\ttwo\nthree", ["one", "two\nthree"]),
    ],
)
def test_lines_of_a_paragraph_can_be_one_text(text: str, expected: list[str]) -> None:
    assert paragraphs(text) == expected


@given(st.text(max_size=60))
def test_what_lies_between_stretches_is_put_back_exactly(text: str) -> None:
    for spans in (list(find_stretches(text)), list(join_lines(text, find_stretches(text)))):
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        assert join_segments(text, spans, [text[slice(*span)] for span in spans]) == (text, spans)


@given(st.text(alphabet="aB. !?\"«»()1-…。é'\u3000", max_size=60), st.sampled_from(["en", "fr", "ru", "ja"]))
def test_sentences_join_to_the_text(text: str, language: str) -> None:
    spans = sentence_spans(text, [language])
    assert "".join(text[start:end] for start, end in spans) == text


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Dr. Smith left. He was late!", ["Dr. Smith left.", "He was late!"]),
        ("en", 'He said "Stop. Now." Then he left.', ['He said "Stop. Now."', "Then he left."]),
        ("en", "J. R. R. Tolkien wrote it. We read it.", ["J. R. R. Tolkien wrote it.", "We read it."]),
        ("en", "Use tools, e.g. this one, etc. and others.", ["Use tools, e.g. this one, etc. and others."]),
        ("en", "See fig. 3 at p. 5. It is good.", ["See fig. 3 at p. 5.", "It is good."]),
        ("en", "how are you? i am fine.", ["how are you?", "i am fine."]),
        ("en", "Version 2.0.1 is out. Get it.", ["Version 2.0.1 is out.", "Get it."]),
        ("fr", "M. Dupont est là. Il attend.", ["M. Dupont est là.", "Il attend."]),
        ("fr", "C'est vrai, c.-à-d. sûr. Oui !", ["C'est vrai, c.-à-d. sûr.", "Oui !"]),
        (
            "ru",
            "А. С. Пушкин родился в 1799 г. в Москве. Он умер.",
            ["А. С. Пушкин родился в 1799 г. в Москве.", "Он умер."],
        ),
        ("ru", "См. рис. 3. Это он.", ["См. рис. 3.", "Это он."]),
        ("ja", "日本語です。次の文！", ["日本語です。", "次の文！"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, text: str, expected: list[str]) -> None:
    assert sentences(text, language) == expected


def test_where_languages_disagree_a_text_is_not_cut() -> None:
    """ "No." is an abbreviation in English only."""
    assert sentences("This is No. 5. It is red.", "en", "fr") == ["This is No. 5.", "It is red."]


def test_long_texts_are_looked_at_window_by_window() -> None:
    text = "The cat sat on the mat. " * 1000
    assert sentences(text, "en") == ["The cat sat on the mat."] * 1000
    assert sentences("cat " * 5000, "en") == [("cat " * 5000).strip()]
