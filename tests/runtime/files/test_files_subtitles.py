"""Subtitles: who says what stays apart, a sentence stays together, and lines can be read in time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.files.samples import translated
from tests.runtime.files.scripted import WordByWord, shouting

from traverba.documents.formats.cues import LINE_WIDTH, set_in_lines, share_out

FOLDER = Path(__file__).parents[2] / "data"


def srt(*texts: str) -> bytes:
    """Cues of one second each."""
    cues = (f"{i}\n00:00:{i:02},000 --> 00:00:{i:02},900\n{text}\n\n" for i, text in enumerate(texts, 1))
    return "".join(cues).encode()


def texts_asked_for(tmp_path: Path, data: bytes) -> list[str]:
    asked: list[str] = []
    translated(tmp_path / "a.srt", data, WordByWord(str, asked.append))
    return asked


def test_a_sentence_over_two_cues_is_translated_as_one(tmp_path: Path) -> None:
    data = srt("When you come home", "I will cook for you.", "Good.")
    assert texts_asked_for(tmp_path, data) == ["When you come home", "I will cook for you.", "Good."]
    data = srt("when you come home,", "we will cook for you.", "Good.", "fine")
    assert texts_asked_for(tmp_path, data) == [
        "when you come home, we will cook for you.",
        "Good.",
        "fine",
    ]


def test_the_joined_sentence_comes_back_in_as_many_cues(tmp_path: Path) -> None:
    data = srt("when you come home,", "we will cook for you.")
    assert translated(tmp_path / "a.srt", data) == srt("WHEN YOU COME HOME,", "WE WILL COOK FOR YOU.")


def test_lines_of_one_cue_are_one_text_and_speakers_are_not(tmp_path: Path) -> None:
    data = srt("This is\none sentence.", "- Who is it?\n– It's me,\nyour brother.")
    assert texts_asked_for(tmp_path, data) == [
        "This is one sentence.",
        "Who is it?",
        "It's me, your brother.",
    ]


def test_markup_around_all_of_a_cue_is_not_shown_to_the_model(tmp_path: Path) -> None:
    data = srt("{\\an8}<i>Far away.</i>", "<b>- No!</b>", "♪ <i>la la</i> ♪")
    assert texts_asked_for(tmp_path, data)[:2] == ["Far away.", "No!"]
    assert translated(tmp_path / "a.srt", data) == srt(
        "{\\an8}<i>FAR AWAY.</i>", "<b>- NO!</b>", "♪ <i>LA LA</i> ♪"
    )


def test_markup_that_is_not_closed_stays_where_it_is(tmp_path: Path) -> None:
    data = srt("<i>one", "two</i> three <b>four", "a < b and <3")
    assert translated(tmp_path / "a.srt", data) == srt("<i>ONE", "TWO</i> THREE <b>FOUR", "A < B AND <3")


def test_a_longer_translation_gets_another_line(tmp_path: Path) -> None:
    doubled = WordByWord(lambda word: word + word)
    out = translated(tmp_path / "a.srt", srt("one two three four five six"), doubled)
    assert out == srt("oneone twotwo threethree\nfourfour fivefive sixsix")


@given(st.text("ab c!.", max_size=300), st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_setting_lines_only_turns_spaces_into_line_breaks(text: str, lengths: list[int]) -> None:
    text = " ".join(text.split())
    out = set_in_lines(text, lengths)
    assert out.replace("\n", " ") == text
    longest_word = max(map(len, re.split(r" (?!!)", text)))
    assert max(map(len, out.split("\n"))) <= max(*lengths, LINE_WIDTH, longest_word) or "\n" not in out
    assert "\n!" not in out and "\n\n" not in out


@pytest.mark.parametrize(
    ("text", "lengths", "lines"),
    [
        ("one two three four", [9, 10], "one two\nthree four"),
        ("Bien, tout le monde ! Merci de venir.", [23, 21], "Bien, tout le monde !\nMerci de venir."),
        ("Comment ? « Oui » !", [5, 5], "Comment ?\n« Oui » !"),
        ("Oui.", [9, 10], "Oui."),
        ("a" * 30 + " " + "b" * 30, [10], "a" * 30 + "\n" + "b" * 30),
        ("the fox jumps " * 4 + "away", [60], "the fox jumps " * 4 + "away"),
    ],
)
def test_lines_follow_those_of_the_source_and_its_punctuation(
    text: str, lengths: list[int], lines: str
) -> None:
    assert set_in_lines(text, lengths) == lines


@given(st.lists(st.text("ab", min_size=1, max_size=9), min_size=1, max_size=30), st.integers(1, 4))
def test_sharing_out_a_sentence_loses_no_word(words: list[str], count: int) -> None:
    shares = share_out(" ".join(words), [5] * count)
    assert len(shares) == count
    assert sum(map(bool, shares)) == min(count, len(words))
    assert [word for share in shares for word in share.split()] == words


@pytest.mark.parametrize(
    ("text", "lengths", "shares"),
    [
        ("one two three four", [10, 10], ["one two", "three four"]),
        ("well, one two three", [10, 12], ["well,", "one two three"]),
        ("one", [3, 3], ["one", ""]),
    ],
)
def test_shares_follow_the_lengths_and_the_punctuation(
    text: str, lengths: list[int], shares: list[str]
) -> None:
    assert share_out(text, lengths) == shares


def test_a_cue_for_which_no_word_is_left_is_not_empty(tmp_path: Path) -> None:
    short = WordByWord(lambda word: "yes" if word == "and" else "")
    assert translated(tmp_path / "a.srt", srt("and", "so on"), short) == srt("yes", "…")


def test_an_independent_reader_finds_the_same_times(tmp_path: Path) -> None:
    pysubs2 = pytest.importorskip("pysubs2")
    data = (FOLDER / "talk.srt").read_bytes()
    out = translated(tmp_path / "a.srt", data, shouting())
    before, after = (pysubs2.SSAFile.from_string(text.decode()) for text in (data, out))
    assert [(e.start, e.end) for e in after] == [(e.start, e.end) for e in before]
    assert [e.plaintext.split() for e in after] == [e.plaintext.upper().split() for e in before]
    assert len(before) > 20
