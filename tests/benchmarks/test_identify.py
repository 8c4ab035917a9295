"""The comparison of language identifiers counts right, on texts and answers that are made up."""

from __future__ import annotations

import lzma
from collections.abc import Collection
from pathlib import Path

import pytest

pytest.importorskip("psutil")
pytest.importorskip("cpuinfo")
pytest.importorskip("langcodes")

from benchmarks import identify
from benchmarks.identifiers import Maker, System, folded, ours

TEXTS = [("eng", "Hello!"), ("eng", "A sentence of more than twenty."), ("deu", "Hallo!"), ("xxx", "?")]


def scripted(name: str, answer: str) -> Maker:
    """An identifier that knows two languages and always gives the same answer."""

    def make(only: Collection[str] | None = None) -> System:
        return System(name, "1", frozenset(only or ("eng", "deu")), 1_000_000, lambda text: answer)

    return make


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A test file, and news in two of its five languages."""
    for path, rows in (("langid/test.tsv.xz", TEXTS), (identify.NEWS, [("One two three", "Eins zwei drei")])):
        (tmp_path / path).parent.mkdir()
        with lzma.open(tmp_path / path, "wt", encoding="utf-8") as file:
            file.writelines("\t".join(cells) + "\n" for cells in rows)
    return tmp_path


def test_right_answers_are_counted_by_length_and_language(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(identify, "MAKERS", (scripted("first", "eng"), scripted("second", "deu")))
    assert identify.main(["--data", str(data), "--out", str(tmp_path / "out")]) == 0
    page = capsys.readouterr().out
    assert page == (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    # Two short texts and one of 31 characters; the unknown language is nobody's mistake.
    assert "| 0–9 (2) | 20–49 (1) | under 50 (3) | all (3) |" in page
    assert "| first 1 | 2 | 50.0 | 100.0 | 66.7 | 66.7 |" in page
    assert "| second 1 | 2 | 50.0 | 0.0 | 33.3 | 33.3 |" in page
    assert "- deu: 0.0, second 100.0" in page
    assert "## The languages of first and second" in page


def test_a_text_is_cut_at_the_last_whole_word() -> None:
    assert identify.cut("One two three", 9) == "One two"
    assert identify.cut("One two three", 7) == "One two"
    assert identify.cut("Donaudampfschiff", 5) == "Donau"
    assert identify.cut("One two", 40) == "One two"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "eng"),
        ("hr", "hbs"),
        ("srp", "hbs"),
        ("nb", "nor"),
        ("id", "msa"),
        ("zh", "zho"),
        ("tl", "tgl"),
    ],
)
def test_codes_meet_where_the_test_file_has_one_language(code: str, expected: str) -> None:
    assert folded(code) == expected


def test_our_own_identifier_answers_in_the_same_codes() -> None:
    system = ours(["eng", "fra"])
    assert system.languages == {"eng", "fra"}
    assert system.classify("Il faisait si beau que nous sommes rentrés à pied.") == "fra"
    assert system.classify("42") is None
