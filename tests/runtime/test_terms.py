"""A glossary in a translation: terms are asked for where they do not come by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traverba import Glossary, TextOptions, Translator, load_translator
from traverba.cli import main

TEXT = "Tom is reading a book. I like this book!"
GLOSSARY = Glossary.of({"book": "grimoire"}, source="en", target="fr")


@pytest.fixture(scope="module")
def translator() -> Translator:
    return load_translator(threads=1)


def test_a_term_that_does_not_come_by_itself_is_required(translator: Translator) -> None:
    plain = translator.translate(TEXT, source="en", target="fr")
    assert "grimoire" not in plain.text and plain.terms == ()
    result = translator.translate(TEXT, source="en", target="fr", glossary=GLOSSARY)
    assert result.text.lower().count("grimoire") == 2
    assert [(TEXT[slice(*use.source)], use.term, use.met) for use in result.terms] == [
        ("book", "book", True),
        ("book", "book", True),
    ]
    assert "term_retried" in result.flags and "term_missing" not in result.flags


def test_a_term_that_comes_by_itself_changes_nothing(translator: Translator) -> None:
    plain = translator.translate("I like this book.", source="en", target="fr")
    usual = Glossary.of({"book": plain.text.split()[-1].strip(" .")}, source="en", target="fr")
    result = translator.translate("I like this book.", source="en", target="fr", glossary=usual)
    assert result.text == plain.text and result.flags == plain.flags
    assert [use.met for use in result.terms] == [True]


def test_a_term_of_another_direction_is_not_used(translator: Translator) -> None:
    other = Glossary.of({"book": "Buch"}, source="en", target="de")
    assert translator.translate(TEXT, target="fr", glossary=other).terms == ()


def test_a_protected_word_is_no_term(translator: Translator) -> None:
    kept = TextOptions(keep=("book",))
    result = translator.translate(TEXT, target="fr", glossary=GLOSSARY, text_options=kept)
    assert result.terms == () and result.text.count("book") == 2


def test_streamed_text_has_the_same_terms(translator: Translator) -> None:
    whole = translator.translate(TEXT, target="fr", glossary=GLOSSARY)
    stream = translator.stream(TEXT, target="fr", glossary=GLOSSARY)
    assert "".join(stream) == whole.text
    assert stream.translation is not None and stream.translation.terms == whole.terms


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(["tom", "book", "reading", "like"]), st.from_regex(r"[a-z]{4,9}", fullmatch=True))
def test_what_is_said_to_be_met_is_there(translator: Translator, term: str, word: str) -> None:
    glossary = Glossary.of({term: word}, source="en", target="fr")
    result = translator.translate(TEXT, source="en", target="fr", glossary=glossary)
    assert len(result.terms) == TEXT.lower().count(term)
    assert sum(use.met for use in result.terms) == len(result.terms) or "term_missing" in result.flags
    assert result.text.lower().count(word[:3]) >= sum(use.met for use in result.terms)


def test_the_command_reads_a_glossary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "terms.csv"
    path.write_text("book,grimoire\n", encoding="utf-8")
    command = ["translate", "--from", "en", "--to", "fr", "--glossary", str(path), "I like this book."]
    assert main(command) == 0
    assert "grimoire" in capsys.readouterr().out
    path.write_text("book,grimoire,more\n", encoding="utf-8")
    assert main(command) == 2
    assert f"{path}, line 1: 3 cells" in capsys.readouterr().err
