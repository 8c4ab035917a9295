"""What the command line says about a text that went through a third language."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

import traverba.cli.translate
from traverba.cli import main

GERMAN = "Das Wetter war so schön, dass wir nach Hause gelaufen sind."
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(make: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Status, output and messages of a command on the model that copies."""
    for name in [name for name in os.environ if name.startswith("TRAVERBA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(traverba.cli.translate, "load_translator", lambda *args, **options: make())

    def call(*argv: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin.encode())))
        status = main(list(argv))
        return (status, *capfd.readouterr())

    return call


def test_plain_text_is_the_translation_alone(run: Run) -> None:
    assert run("translate", "--from", "de", "--to", "fr", "win") == (0, "win\n", "")
    assert run("translate", "--to", "fr", "--stream", stdin=f"{GERMAN}\n") == (0, f"{GERMAN}\n", "")


def test_json_says_which_language_a_text_went_through(run: Run) -> None:
    said = run("translate", "--to", "fr", "--json", stdin=f"{GERMAN}\nThe weather was so nice today.\n")[1]
    values = [json.loads(line) for line in said.splitlines()]
    assert [(value["source"], value["via"]) for value in values] == [("de", "en"), ("en", None)]
    straight = json.loads(run("translate", "--from", "de", "--to", "fr", "--via", "none", "--json", "a")[1])
    assert straight["via"] is None


def test_the_environment_can_say_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAVERBA_VIA", "none")
    assert json.loads(run("translate", "--from", "de", "--to", "fr", "--json", "a")[1])["via"] is None


def test_a_way_that_is_not_there_is_status_2(run: Run) -> None:
    status, out, err = run("translate", "--from", "fr", "--to", "de", "win")
    assert (status, out) == (2, "") and "does not translate fr to de; it translates de to en" in err
    status, out, err = run("translate", "--from", "de", "--to", "fr", "--via", "ru", "win")
    assert (status, out) == (2, "") and "does not translate de to fr via ru" in err


def test_documents_and_files_take_the_same_way(run: Run, tmp_path: Path) -> None:
    page = f"<p>{GERMAN} <b>win</b></p>\n"
    assert run("translate", "--to", "fr", "--format", "html", stdin=page)[:2] == (0, page)
    (tmp_path / "in.txt").write_text(f"{GERMAN}\nwin\n", encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("in.txt", "out.txt")]
    assert run("translate-file", *paths, "--from", "de", "--to", "fr")[0] == 0
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == f"{GERMAN}\nwin\n"
    assert run("translate-file", *paths, "--force", "--from", "de", "--to", "fr", "--via", "ru")[0] == 2


def test_models_show_lists_every_pair_and_how_it_runs(run: Run, bundle_of_three: Path) -> None:
    status, out, _ = run("models", "show", str(bundle_of_three))
    assert status == 0
    assert out.splitlines() == ["de-en  trained", "en-fr  trained", "de-fr  via en  (not measured)"]
    values = [
        json.loads(line) for line in run("models", "--json", "show", str(bundle_of_three))[1].splitlines()
    ]
    assert [value["via"] for value in values] == [None, None, "en"]


def test_models_show_gives_the_figures_that_decided(run: Run, bundle_of_three: Path) -> None:
    path = bundle_of_three / "manifest.json"
    scores = {"metric": "chrF", "straight": 20.04, "pivoted": 50, "straight_language": 0.8}
    scores |= {"pivoted_language": 1, "sentences": 300, "data": "made up"}
    pair = {"source": "de", "target": "fr", "via": "en", "scores": scores}
    value = json.loads(path.read_text(encoding="utf-8")) | {"untrained": [pair]}
    path.write_text(json.dumps(value), encoding="utf-8")
    out = run("models", "show", str(bundle_of_three))[1]
    assert out.splitlines()[-1] == "de-fr  via en  (chrF 20.0 straight, 50.0 in two steps; made up)"


def test_doctor_lists_the_pairs(run: Run, bundle_of_three: Path) -> None:
    out = run("doctor", "--model", str(bundle_of_three))[1]
    assert "pairs        trained: de-en, en-fr; via en: de-fr\n" in out
