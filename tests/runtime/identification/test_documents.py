"""Paragraphs in several languages, and which of them are left to translate."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from traverba.identification import (
    Candidate,
    Detection,
    detect_paragraphs,
    foreign_paragraphs,
    is_in,
)

ENGLISH = "The weather was so nice that we\nwalked home along the river."
FRENCH = "Il faisait si beau que nous sommes rentrés à pied."
RUSSIAN = "Погода была такая хорошая, что мы пошли домой пешком."
MIXED = f"{ENGLISH}\r\n\r\n  {FRENCH}\n \t\n\n{RUSSIAN}\n\n42\n"


def test_each_paragraph_has_its_language_and_its_place() -> None:
    found = detect_paragraphs(MIXED)
    assert [each.detection.language for each in found] == ["en", "fr", "ru", None]
    assert [MIXED[each.start : each.end].strip() for each in found] == [ENGLISH, FRENCH, RUSSIAN, "42"]


def test_only_what_is_not_in_the_target_language_is_foreign() -> None:
    texts = [MIXED[each.start : each.end].strip() for each in foreign_paragraphs(MIXED, "fr")]
    assert texts == [ENGLISH, RUSSIAN]


def test_the_target_may_name_a_region() -> None:
    assert foreign_paragraphs(FRENCH, "fr-CA") == []


def test_a_doubtful_text_counts_as_foreign_and_one_without_words_does_not() -> None:
    candidates = (Candidate("fr", 0.6), Candidate("en", 0.4))
    assert not is_in(Detection("fr", 0.6, candidates), "fr")
    assert is_in(Detection("fr", 0.95, candidates), "fr")
    assert is_in(Detection(None, 0.0, ()), "fr")


@given(st.text(st.sampled_from("ab \t\r\n\x0b\u2028"), max_size=40))
def test_no_character_that_can_be_seen_lies_outside_the_paragraphs(text: str) -> None:
    found = detect_paragraphs(text)
    ends = [0, *(each.end for each in found)]
    starts = [*(each.start for each in found), len(text)]
    assert all(not text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    assert all(text[each.start : each.end].strip() for each in found)
