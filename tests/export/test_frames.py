"""Sentences from frames: all languages say the same, and no case of the challenge is among them."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba_export.corpora.cleaning import comparison_key
from traverba_export.corpora.frames import SLOT, _date, _hour, _rows, frame_languages, framed
from traverba_export.quality.challenge.cases import builtin_cases
from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import load_recipe

RECIPES = Path("export/traverba_export/recipes")
PAIRS = list(combinations(frame_languages(), 2))


def test_a_date_is_said_as_each_language_writes_it() -> None:
    assert _date(1, 4, 1975) == {
        "en": "on May 1, 1975",
        "fr": "le 1er mai 1975",
        "de": "am 1. Mai 1975",
        "es": "el 1 de mayo de 1975",
        "ru": "1 мая 1975 года",
    }
    assert _date(12, 7, None)["es"] == "el 12 de agosto"


def test_an_hour_is_said_as_each_language_writes_it() -> None:
    assert list(_hour(14, 45).values()) == ["at 14:45", "à 14 h 45", "um 14:45 Uhr", "a las 14:45", "в 14:45"]
    assert _hour(9, 0)["fr"] == "à 9 h"


def test_every_row_is_said_in_every_language_and_every_form() -> None:
    count = len(frame_languages())
    for group, forms in _rows()["groups"].items():
        assert len({len(rows) for rows in forms.values()}) == 1, group
        assert {len(row) for rows in forms.values() for row in rows} == {count}, group
    assert {len(frame["said"]) for frame in _rows()["frames"]} == {count}


def test_all_languages_say_the_same_of_a_frame() -> None:
    """The same groups, in whatever form and order."""
    for frame in _rows()["frames"]:
        assert len({frozenset(group for group, _ in SLOT.findall(said)) for said in frame["said"]}) == 1, (
            frame
        )


@pytest.mark.parametrize("languages", PAIRS, ids="-".join)
def test_a_seed_says_the_same_sentences_whatever_the_languages(languages: tuple[str, str]) -> None:
    first, second = languages
    said = {language: [pair[0] for pair in framed(60, 7, (language, "ru"))] for language in ("en", "de")}
    pairs = framed(60, 7, languages)
    assert len({*pairs}) == 60 and not any(SLOT.search(text) for pair in pairs for text in pair)
    for language, place in ((first, 0), (second, 1)):
        if language in said:
            assert len({*said[language]} & {pair[place] for pair in pairs}) > 40


@given(st.integers(0, 1000), st.sampled_from(PAIRS))
def test_numbers_and_placeholders_are_the_same_on_both_sides(seed: int, languages: tuple[str, str]) -> None:
    for first, second in framed(5, seed, languages):
        assert re.findall(r"\{\d\}", first) == re.findall(r"\{\d\}", second)
        digits = [sorted(re.findall(r"\d+", text)) for text in (first, second)]
        assert set(digits[0]) ^ set(digits[1]) <= {"00"}  # 9:00, 9 h


def test_no_case_of_the_challenge_is_among_them() -> None:
    cases = {comparison_key(case.text) for case in builtin_cases()}
    for languages in PAIRS:
        said = {comparison_key(text) for pair in framed(3_000, 1, languages) for text in pair}
        assert not cases & said


def test_a_recipe_that_does_not_train_the_direction_is_refused(tmp_path: Path) -> None:
    text = (RECIPES / "multi30k" / "base.toml").read_text(encoding="utf-8")
    path = tmp_path / "x.toml"
    corpus = '[[{}]]\npath = "a.tsv"\nlanguages = ["en", "de"]\ndirections = {{ en-de = 1.0 }}\n'
    frames = "[frames]\ncount = 3\ndirections = { en-fr = 1.0 }\n"
    path.write_text(f'name = "x"\n{text}\n{corpus.format("corpus")}{corpus.format("dev")}{frames}')
    with pytest.raises(RecipeError, match=r"\[frames\]: en-fr is no direction"):
        load_recipe(path)
