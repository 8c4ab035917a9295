"""Translations of texts whose language nobody named, and of texts that are partly translated already."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO, TextIOWrapper

import pytest

import traverba.cli.translate
from traverba import LanguageError, TextOptions, Translator, detect
from traverba.cli import main

ENGLISH = "The weather was so nice that we walked home."
FRENCH = "Il faisait si beau que nous sommes rentrés à pied."
MIXED = f"{ENGLISH}\n\n{FRENCH}\n\n42\n"
FOREIGN = TextOptions(only_foreign=True)


def test_auto_says_for_each_text_what_was_detected(translator: Translator) -> None:
    found = translator.translate([ENGLISH, FRENCH, "42"], target="fr", source="auto")
    assert [each.source for each in found] == ["en", "fr", None]
    assert [each.detected for each in found] == [translator.detect(t) for t in (ENGLISH, FRENCH, "42")]


def test_auto_changes_no_translation(translator: Translator) -> None:
    plain = translator.translate(MIXED, target="fr")
    assert str(translator.translate(MIXED, target="fr", source="auto")) == str(plain)
    assert (plain.source, plain.detected) == (None, None)


def test_a_language_that_was_named_is_not_detected(translator: Translator) -> None:
    translation = translator.translate(FRENCH, target="fr", source="en")
    assert (translation.source, translation.detected) == ("en", None)


def test_streams_and_windows_detect_as_well(translator: Translator) -> None:
    expected = translator.translate(ENGLISH, target="fr", source="auto").detected
    (one,) = translator.translate_iter([ENGLISH], target="fr", source="auto")
    stream = translator.stream(ENGLISH, target="fr", source="auto")
    assert "".join(stream) == str(one)
    assert one.detected == stream.translation.detected == expected


def test_a_translator_detects_among_its_own_languages(translator: Translator) -> None:
    spanish = "Hacía tan buen tiempo que volvimos a casa andando."
    assert detect(spanish).language == "es"
    assert {each.language for each in translator.detect(spanish).candidates} == {"en", "fr"}


def test_only_foreign_paragraphs_are_for_the_model(translator: Translator) -> None:
    for target, expected in (("fr", ENGLISH), ("en", FRENCH)):
        translation = translator.translate(MIXED, target=target, text_options=FOREIGN)
        read = [translation.source_text[slice(*segment.source)] for segment in translation.segments]
        assert " ".join(read).rstrip(".") == expected.rstrip(".")
        assert str(translation) == str(translator.translate(MIXED, target=target))


def test_a_text_in_the_target_language_stays_as_it_is(translator: Translator) -> None:
    translation = translator.translate(f"  {FRENCH}\n", target="fr", text_options=FOREIGN)
    assert str(translation) == f"  {FRENCH}\n"
    assert translation.segments == ()


def test_paragraphs_with_lines_of_their_own_are_whole(translator: Translator) -> None:
    text = f"{ENGLISH}\n{ENGLISH}\n\n{FRENCH}\n{FRENCH}\n"
    translation = translator.translate(text, target="fr", text_options=FOREIGN)
    assert max(segment.source[1] for segment in translation.segments) <= text.index("\n\n")


Run = Callable[..., str]


@pytest.fixture
def run(translator: Translator, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The output of ``traverba translate --to fr``."""
    for name in [name for name in os.environ if name.startswith("TRAVERBA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(translator, "close", lambda: None)
    monkeypatch.setattr(traverba.cli.translate, "load_translator", lambda *args, **options: translator)

    def call(*argv: str, stdin: str) -> str:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin.encode())))
        assert main(["translate", "--to", "fr", *argv]) == 0
        return capfd.readouterr().out

    return call


def test_the_command_says_in_json_what_it_detected(run: Run) -> None:
    values = [json.loads(line) for line in run("--json", stdin=f"{ENGLISH}\n{FRENCH}\n").splitlines()]
    assert [value["source"] for value in values] == ["en", "fr"]
    assert [value["detected"]["language"] for value in values] == ["en", "fr"]
    assert json.loads(run("--json", "--from", "en", stdin=ENGLISH))["detected"] is None


def test_the_command_can_leave_lines_in_the_target_language_alone(run: Run) -> None:
    lines = run("--json", "--only-foreign", stdin=f"{ENGLISH}\n{FRENCH}\n").splitlines()
    assert [bool(json.loads(line)["segments"]) for line in lines] == [True, False]
    assert run("--only-foreign", "--stream", stdin=f"{FRENCH}\n") == f"{FRENCH}\n"


def test_a_model_of_unknown_languages_asks_for_a_name(
    translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translator, "info", replace(translator.info, languages=("qaa", "qab")))
    with pytest.raises(LanguageError, match="qaa, qab"):
        translator.translate(ENGLISH, target="fr", source="auto")
    assert str(translator.translate(ENGLISH, target="fr"))
