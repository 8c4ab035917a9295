"""What goes in at the command line comes out line by line, and what fails says why with the right status."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import traverba.cli.translate
from traverba import Translator
from traverba.cli import main
from traverba.cli.lines import read_lines
from traverba.errors import TextDecodingError


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its status."""

    status: int
    out: str
    err: str


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(
    translator: Translator,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Cli:
    """Runs a command on the copying model, in an empty environment."""
    for name in [name for name in os.environ if name.startswith("TRAVERBA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRAVERBA_HOME", str(tmp_path / "home"))

    monkeypatch.setattr(translator, "close", lambda: None)  # the same one serves several commands

    def load(*args: Any, **options: Any) -> Translator:
        return translator

    def run(*argv: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(traverba.cli.translate, "load_translator", load)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            status = main(list(argv))
        except SystemExit as end:  # argparse
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        return Outcome(status, out, err)

    return run


def test_each_text_gives_a_line(cli: Cli) -> None:
    assert cli("translate", "--to", "fr", "the machines", " win") == Outcome(0, "the machines\n win\n", "")


@pytest.mark.parametrize(
    "text", ["", "\n", "win", "win\n", "\n\nthe\n\n", "a\r\nb\r\n", "a\x0bb\u2028c\n", "été 👍🏽\n"]
)
def test_standard_input_comes_out_line_by_line(cli: Cli, text: str) -> None:
    done = cli("translate", "--to", "fr", stdin=text.encode())
    assert (done.status, done.out) == (0, text)


def test_json_gives_one_object_a_line(cli: Cli) -> None:
    done = cli("translate", "--from", "en", "--to", "fr", "--json", stdin=b"the\nmachines\n")
    objects = [json.loads(line) for line in done.out.splitlines()]
    assert [(o["source_text"], o["text"], o["source"]) for o in objects] == [
        ("the", "the", "en"),
        ("machines", "machines", "en"),
    ]


def test_the_environment_sets_defaults(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAVERBA_TO", "fr")
    monkeypatch.setenv("TRAVERBA_JSON", "1")
    monkeypatch.setenv("TRAVERBA_BEAM", "1")
    assert json.loads(cli("translate", "win").out)["target"] == "fr"
    monkeypatch.setenv("TRAVERBA_JSON", "0")
    assert cli("translate", "win").out == "win\n"
    assert json.loads(cli("translate", "--json", "--to", "en", "win").out)["target"] == "en"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "usage: traverba"),
        (("translate", "win"), "--to"),
        (("translat",), "invalid choice"),
        (("translate", "--to", "fr", "--beam", "many", "win"), "--beam"),
        (("translate", "--to", "fr", "--beam", "0", "win"), "beam_size must be a whole number from 1"),
        (("translate", "--to", "de", "win"), "does not translate de; it translates en to fr, fr to en"),
        (("translate", "--from", "fr", "--to", "fr", "win"), "does not translate fr to fr"),
        (("translate", "--to", "fr", "a\udce9"), "half of a surrogate pair"),
    ],
)
def test_bad_use_is_status_2_and_one_message(cli: Cli, argv: tuple[str, ...], message: str) -> None:
    done = cli(*argv)
    assert (done.status, done.out) == (2, "")
    assert message in done.err and "Traceback" not in done.err


def test_bad_bytes_are_named_by_line_and_what_came_before_is_translated(cli: Cli) -> None:
    done = cli("translate", "--to", "fr", stdin=b"the\nmachines\nbad \xe9\nwin\n")
    assert (done.status, done.out) == (2, "the\nmachines\n")
    assert "line 3 of the input is not UTF-8 (byte 0xe9 at position 5)" in done.err


def test_a_failure_is_status_1_without_a_traceback(
    cli: Cli, translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(translator, "translate_iter", fail)
    done = cli("translate", "--to", "fr", "win")
    assert (done.status, done.err) == (
        1,
        "traverba: RuntimeError: out of luck (TRAVERBA_DEBUG=1 shows where)\n",
    )
    monkeypatch.setenv("TRAVERBA_DEBUG", "1")
    with pytest.raises(RuntimeError):
        cli("translate", "--to", "fr", "win")


def test_an_interrupt_is_status_130_and_quiet(
    cli: Cli, translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(translator, "translate_iter", interrupt)
    assert cli("translate", "--to", "fr", "win") == Outcome(130, "", "")


class Trickle(io.RawIOBase):
    """Standard input that arrives in the given pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = next(self._pieces, b"")
        buffer[: len(piece)] = piece
        return len(piece)


def test_lines_are_grouped_by_what_has_arrived() -> None:
    pieces = [b"a\nb\nc", b"d\n", "é".encode()[:1], "é\n".encode()[1:], b"last"]
    groups = list(read_lines(io.BufferedReader(Trickle(pieces))))
    assert groups == [["a\n", "b\n"], ["cd\n"], ["é\n"], ["last"]]


def test_line_numbers_count_across_groups() -> None:
    lines = read_lines(io.BufferedReader(Trickle([b"a\nb\n", b"c\nd\xff\n"])))
    assert (next(lines), next(lines)) == (["a\n", "b\n"], ["c\n"])
    with pytest.raises(TextDecodingError, match="line 4"):
        next(lines)


def test_models_lists_what_is_installed(cli: Cli, bundle_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    bundle_folder.rename(tmp_path / "home" / "tiny")
    line = next(line for line in cli("models").out.splitlines() if line.startswith("tiny "))
    assert "en-fr,fr-en" in line and str(tmp_path / "home" / "tiny") in line
    objects = [json.loads(line) for line in cli("models", "--json", "list").out.splitlines()]
    assert [o["error"] for o in objects if o["name"] == "tiny"] == [None]


def test_models_verify_names_the_damage(cli: Cli, bundle_folder: Path) -> None:
    (bundle_folder / "README.md").write_text("changed")
    done = cli("models", "verify", str(bundle_folder))
    assert done.status == 1
    assert "README.md has another SHA-256" in done.out


def test_doctor_reports_every_check_and_fails_if_one_fails(cli: Cli, tmp_path: Path) -> None:
    done = cli("doctor", "--model", str(tmp_path / "nowhere"))
    assert done.status == 1
    words = [line.split()[0] for line in done.out.splitlines()]
    assert {"python", "numpy", "tokenizers", "providers", "threads", "model", "sample"} <= set(words)
    assert "model        FAILED: there is no bundle at" in done.out


def test_the_version_is_printed(cli: Cli) -> None:
    done = cli("--version")
    assert done.status == 0 and done.out[0].isdigit()
