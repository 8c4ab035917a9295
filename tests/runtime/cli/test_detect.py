"""``traverba detect``: a line of answer for each line of text."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest

from traverba.cli import main

Run = Callable[..., tuple[int, str, str]]

FRENCH = "Il faisait si beau que nous sommes rentrés à pied."


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Status, output and errors of a command."""

    def call(*argv: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = main(["detect", *argv])
        return (status, *capfd.readouterr())

    return call


def test_texts_get_a_line_each(run: Run) -> None:
    status, out, err = run(FRENCH, "42")
    first, second = out.splitlines()
    assert (status, err, second) == (0, "", "und\t0.00")
    assert first.startswith("fr\t")


def test_every_line_of_standard_input_gets_one(run: Run) -> None:
    _, out, _ = run(stdin=f"{FRENCH}\n\n{FRENCH}".encode())
    assert [line.split("\t")[0] for line in out.splitlines()] == ["fr", "und", "fr"]


def test_json_has_the_candidates(run: Run) -> None:
    _, out, _ = run("--json", "--languages", "fr, en", FRENCH)
    value = json.loads(out)
    assert value["language"] == "fr"
    assert [candidate["language"] for candidate in value["candidates"]] == ["fr", "en"]


def test_languages_can_be_set_in_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAVERBA_LANGUAGES", "en,de")
    _, out, _ = run(FRENCH)
    assert out.split("\t")[0] in ("en", "de")


def test_an_unknown_language_is_bad_use(run: Run) -> None:
    status, out, err = run("--languages", "xx", FRENCH)
    assert (status, out) == (2, "")
    assert "does not know 'xx'" in err


def test_a_line_that_is_not_utf8_is_bad_input(run: Run) -> None:
    status, out, err = run(stdin=FRENCH.encode() + b"\n\xff\n")
    assert status == 2
    assert out.startswith("fr\t")
    assert "line 2" in err
