"""Every option about search, typed at the command line, on a real bundle whose answers follow a rule."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from traverba import DecodeOptions, Sampling, load_translator
from traverba.cli import main
from traverba.cli.arguments import parse
from traverba.cli.decoding import SAMPLING, SEARCH
from traverba.cli.translate import decode_options

TINY = str(Path(__file__).parents[2] / "data" / "tiny.traverba")
TEXT, PLAIN = "lout bami baut.", "ethzar zarion ionion."
Translate = Callable[..., list[str]]


def options_of(*argv: str, environ: dict[str, str] | None = None) -> DecodeOptions:
    args: Namespace = parse(["translate", "--to", "fr", *argv], environ or {})
    return decode_options(args, DecodeOptions())


@pytest.fixture
def translate(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Translate:
    """The lines that the command prints."""
    for name in [name for name in os.environ if name.startswith("TRAVERBA_")]:
        monkeypatch.delenv(name)

    def run(*argv: str, stdin: str = "") -> list[str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = main(["translate", "--model", TINY, "--to", "qab", "--threads", "1", *argv])
        assert status == 0
        return capfd.readouterr().out.splitlines()

    return run


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ((), DecodeOptions()),
        (("--no-shortlist",), DecodeOptions(shortlist=False)),
        (("--beam", "2", "--n-best", "2"), DecodeOptions(beam_size=2, num_hypotheses=2)),
        (("--length-penalty", "1"), DecodeOptions(length_penalty=1.0)),
        (("--coverage-penalty", ".2"), DecodeOptions(coverage_penalty=0.2)),
        (("--min-length", "2", "--max-length", "9"), DecodeOptions(min_length=2, max_length=9)),
        (("--repetition-penalty", "1.2"), DecodeOptions(repetition_penalty=1.2)),
        (("--no-repeat-ngram", "3", "--guards", "off"), DecodeOptions(no_repeat_ngram_size=3, guards="off")),
        (("--sample",), DecodeOptions(sampling=Sampling())),
        (("--temperature", ".5", "--seed", "7"), DecodeOptions(sampling=Sampling(temperature=0.5, seed=7))),
        (("--top-k", "5", "--top-p", ".9"), DecodeOptions(sampling=Sampling(top_k=5, top_p=0.9))),
    ],
)  # fmt: skip
def test_what_is_typed_is_what_is_searched(argv: tuple[str, ...], expected: DecodeOptions) -> None:
    assert options_of(*argv) == expected


def test_every_option_stands_for_a_field() -> None:
    assert {option.field for option in SEARCH} <= {field.name for field in fields(DecodeOptions)}
    assert {option.field for option in SAMPLING} == {field.name for field in fields(Sampling)}


def test_the_environment_knows_them_too() -> None:
    environ = {"TRAVERBA_NO_REPEAT_NGRAM": "3", "TRAVERBA_SEED": "5", "TRAVERBA_REQUIRE": "chat noir"}
    expected = DecodeOptions(no_repeat_ngram_size=3, sampling=Sampling(seed=5))
    assert options_of(environ=environ) == expected
    args = parse(["translate", "--to", "fr", "--require", "chien"], environ)
    assert args.require == ["chat noir", "chien"]
    assert parse(["translate", "--to", "fr"], {"TRAVERBA_STREAM": "1"}).stream is True


def test_the_n_best_come_with_their_scores(translate: Translate) -> None:
    lines = [line.split("\t") for line in translate("--n-best", "3", TEXT)]
    scores = [float(score) for score, _ in lines]
    assert len(lines) == 3 and scores == sorted(scores, reverse=True)
    assert lines[0][1] == PLAIN


def test_a_draw_is_the_same_for_the_same_seed(translate: Translate) -> None:
    wild = ("--temperature", "3", "--n-best", "4", TEXT, "--seed")
    assert translate(*wild, "1") == translate(*wild, "1") != translate(*wild, "2")


def test_words_are_wanted_and_unwanted(translate: Translate) -> None:
    assert translate("--prefix", "zar", TEXT)[0].startswith("zar")
    [required] = translate("--require", "zareth", "--require", "uskusk", TEXT)
    assert {"zareth", "uskusk"} <= set(re.findall(r"\w+", required))
    [without] = translate("--suppress", "zarion", TEXT)
    assert "zarion" not in without.split()


def test_streaming_prints_the_same(translate: Translate) -> None:
    lines = f"{TEXT}\n\nbami\n"
    assert translate("--stream", stdin=lines) == translate(stdin=lines) == [PLAIN, "", *translate("bami")]


def test_json_carries_every_field_of_the_result(translate: Translate) -> None:
    shown = json.loads(translate("--json", "--n-best", "2", TEXT)[0])
    with load_translator(TINY, device="cpu", threads=1) as translator:
        options = DecodeOptions(num_hypotheses=2)
        expected: dict[str, Any] = translator.translate(TEXT, target="qab", options=options).to_json()
    assert shown.keys() == expected.keys()
    del shown["timings"], expected["timings"]
    assert shown == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--n-best", "9"), "num_hypotheses must be a whole number from 1 to beam_size (5)"),
        (("--top-p", "2"), "top_p must be a number"),
        (("--guards", "maybe"), "guards must be 'retry', 'flag' or 'off'"),
        (("--stream", "--json"), "stream must stand alone"),
        (("--require", "a", "--sample"), "sampling must be None"),
        (("--require", " "), "require must hold phrases"),
    ],
)
def test_bad_use_names_the_option(
    argv: tuple[str, ...], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["translate", "--model", TINY, "--to", "qab", *argv, TEXT]) == 2
    assert message in capfd.readouterr().err
