"""The challenge set: its files, its checks, its counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from traverba import Translator
from traverba_export.quality.challenge import ChallengeError, builtin_cases, read_cases, run_challenge
from traverba_export.quality.challenge.cases import CATEGORIES, unescape
from traverba_export.quality.challenge.checks import parse_check
from traverba_export.quality.challenge.running import challenge_figures, challenge_table, failure_list

DIRECTIONS = {f"en-{x}" for x in ("fr", "de", "es", "ru")} | {f"{x}-en" for x in ("fr", "de", "es", "ru")}


@dataclass
class Scripted:
    """A translator of fixed answers; what is not scripted comes back as it is."""

    directions: Sequence[tuple[str, str]]
    answers: dict[str, str]

    @property
    def info(self) -> SimpleNamespace:
        return SimpleNamespace(directions=tuple(self.directions))

    def translate(self, texts: list[str], **_: Any) -> list[SimpleNamespace]:
        return [SimpleNamespace(text=self.answers.get(text, text)) for text in texts]


def scripted(directions: Sequence[tuple[str, str]], answers: dict[str, str]) -> Translator:
    return cast("Translator", Scripted(directions, answers))


def write(folder: Path, *lines: str) -> Path:
    path = folder / "odd.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_built_in_set_covers_every_category_and_direction() -> None:
    cases = builtin_cases()
    assert len(cases) >= 300
    counts = Counter((case.category, case.direction) for case in cases)
    assert {category for category, _ in counts} == set(CATEGORIES) and len(CATEGORIES) == 14
    assert set(counts) == {(category, direction) for category in CATEGORIES for direction in DIRECTIONS}
    assert min(counts.values()) >= 2


def test_a_span_to_be_copied_stands_in_its_source() -> None:
    spans = [(c, k.argument) for c in builtin_cases() for k in c.checks if k.name == "once"]
    assert len(spans) > 80
    assert [case.where for case, span in spans if case.text.count(span) != 1] == []


def test_no_limit_on_length_is_below_what_a_translation_needs() -> None:
    limits = [(c, int(k.argument)) for c in builtin_cases() for k in c.checks if k.name == "longest"]
    assert [case.where for case, limit in limits if limit < len(case.text)] == []


@pytest.mark.parametrize(
    ("check", "argument", "source", "passes", "fails"),
    [
        ("has", "cat | kitten", "", "The CAT sleeps", "concatenate"),
        ("has", "glaub*", "", "Ich glaube dir", "unglaublich"),
        ("has", "*n't", "", "I don’t know", "I know"),
        ("has", "elle a", "", "Hier, elle\u00a0a ri", "elle va"),
        ("has", "ребёнок", "", "Ребенок спит", "ребро"),
        ("has", "strasse", "", "Die Straße", "Stroh"),
        ("has", "où", "", "OÙ VAS-TU", "ou"),
        ("lacks", "cat | dog", "", "a catalogue", "a dog"),
        ("once", "%s", "", "le %s bleu", "le %s, %s"),
        ("once", "Ctrl+C", "", "Appuyez sur Ctrl+C.", "ctrl+c"),
        ("says", "yes | yeah", "", "Yes!", "Yes, sir"),
        ("case", "same", "STOP IT", "ARRÊTE ÇA", "Arrête ça"),
        ("case", "same", "stop it", "arrête", "ARRÊTE"),
        ("language", "fr", "", "fr", "de"),
        ("longest", "3", "", "abc", "abcd"),
        ("unchanged", "", " \n", " \n", "\n"),
        ("frame", "same", " a\n\tb \n", " xyz\n\tc \n", " xyz c\n"),
    ],
)
def test_what_a_check_means(check: str, argument: str, source: str, passes: str, fails: str) -> None:
    parsed = parse_check(check, argument)
    assert parsed.holds(source, passes, identify=lambda text: text)
    assert not parsed.holds(source, fails, identify=lambda text: text)


def test_escapes_stand_for_characters_an_editor_would_lose() -> None:
    assert unescape(r"a\n\s\t\u200b\\n") == "a\n \t\u200b\\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("en-fr\tHello", "2 columns"),
        ("english\tHello\thas: salut", "english"),
        ("en-fr\tHello\thass: salut", "no check 'hass'"),
        ("en-fr\tHello\thas: salut |", "alternatives"),
        ("en-fr\tHello\tlongest: few", "number of characters"),
        ("en-fr\tHello\tonce:", "needs an argument"),
        ("en-fr\tHello\tcase: upper", "'same'"),
        ("en-fr\tHello\t\thas: salut", "one tab too many"),
        ("en-fr\tHel\\qo\thas: salut", "no escape"),
        ("en-fr\tBye\thas: au revoir", "odd.tsv:2"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path, "# a comment", "en-fr\tBye\thas: salut", "", line)
    with pytest.raises(ChallengeError, match=r"odd\.tsv:4: ") as error:
        read_cases(path)
    assert message in str(error.value)


def test_pass_rates_count_each_category_and_what_the_bundle_cannot_do(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "en-fr\tHello\thas: salut | bonjour",
        "en-fr\tGo to x.org\tonce: x.org\thas: allez | va",
        "en-de\tHello\thas: hallo",
    )
    answers = {"Hello": "Bonjour !", "Go to x.org": "Allez sur x. org"}
    report = run_challenge(scripted([("en", "fr"), ("fr", "en")], answers), read_cases(path))
    rate = report.rates()["odd"]
    assert (rate.passed, rate.tried, rate.skipped) == (1, 2, 1) and rate.share == 0.5
    assert [failure.failed for failure in report.failures] == [("once: x.org",)]
    assert "| odd | 1 | 2 | 50 % | 1 |" in challenge_table(report)
    assert "odd.tsv:2 en-fr" in failure_list(report) and "once: x.org" in failure_list(report)
    assert challenge_figures(report)["rates"]["all"] == {"passed": 1, "tried": 2, "skipped": 1}


def test_only_the_directions_asked_for_are_tried() -> None:
    both = [("en", "fr"), ("fr", "en")]
    report = run_challenge(scripted(both, {}), builtin_cases(), directions=["fr-en"])
    assert {outcome.case.direction for outcome in report.outcomes} == {"fr-en"}
    assert len(report.outcomes) + len(report.skipped) == len(builtin_cases())
