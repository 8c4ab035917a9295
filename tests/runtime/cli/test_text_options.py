"""Every option about the text, typed at the command line."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from traverba import TextOptions
from traverba.cli import main
from traverba.cli.arguments import parse
from traverba.cli.text import by_paragraph, text_options

TINY = str(Path(__file__).parents[2] / "data" / "tiny.traverba")


def options_of(*argv: str, environ: dict[str, str] | None = None) -> TextOptions:
    return text_options(parse(["translate", "--to", "fr", *argv], environ or {}))


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ((), TextOptions()),
        (("--split", "lines", "--wrap", "join"), TextOptions(split="lines", wrap="join")),
        (("--no-protect", "--no-match-case"), TextOptions(protect=False, match_case=False)),
        (("--no-fix-spelling",), TextOptions(fix_spelling=False)),
        (("--no-look-up",), TextOptions(look_up=False)),
        (("--keep", "a", "--keep", "b c"), TextOptions(keep=("a", "b c"))),
        (("--pattern", r"\d+"), TextOptions(patterns=(r"\d+",))),
    ],
)
def test_an_option_sets_its_field(argv: tuple[str, ...], expected: TextOptions) -> None:
    assert options_of(*argv) == expected


def test_every_option_has_an_environment_variable() -> None:
    environ = {
        "TRAVERBA_SPLIT": "lines",
        "TRAVERBA_WRAP": "join",
        "TRAVERBA_NO_PROTECT": "1",
        "TRAVERBA_NO_MATCH_CASE": "1",
        "TRAVERBA_NO_FIX_SPELLING": "1",
        "TRAVERBA_NO_LOOK_UP": "1",
        "TRAVERBA_KEEP": "a",
        "TRAVERBA_PATTERN": "b",
    }
    changed = options_of(environ=environ)
    plain = TextOptions()
    same = {
        field.name for field in fields(plain) if getattr(changed, field.name) == getattr(plain, field.name)
    }
    assert not same & {
        "split",
        "wrap",
        "protect",
        "match_case",
        "fix_spelling",
        "look_up",
        "keep",
        "patterns",
    }


@pytest.mark.parametrize(
    ("kind", "document"), [("html", "<p>{}</p>"), ("xml", "<a><b>{}</b></a>"), ("markdown", "# {}")]
)
def test_documents_take_them_too(kind: str, document: str, capsys: pytest.CaptureFixture[str]) -> None:
    def translated(*argv: str) -> str:
        command = ("translate", "--model", TINY, "--to", "qab", "--threads", "1", "--format", kind)
        assert main([*command, *argv, document.format("lout bami")]) == 0
        return capsys.readouterr().out

    assert "lout" not in translated()
    assert "lout" in translated("--keep", "lout") and "lout" in translated("--pattern", "l[a-z]+t")


@pytest.mark.parametrize("argv", [("--pattern", "("), ("--pattern", "")])
def test_what_is_no_pattern_is_bad_use(argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", "--model", TINY, "--to", "qab", *argv, "lout"]) == 2
    assert "patterns must" in capsys.readouterr().err


def test_lines_come_together_up_to_an_empty_one() -> None:
    groups = [["a\n", "b\n"], ["c\n", "\r\n", "\n", "d"]]
    assert list(by_paragraph(groups)) == [["a\nb\nc\n"], ["\r\n"], ["\n"], ["d"]]
    assert list(by_paragraph([])) == []
