"""Tables of a bundle: scores, language, untrained pairs, and their origin on disk."""

from __future__ import annotations

import argparse
import json
import lzma
import multiprocessing
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from traverba import DecodeOptions, Translator
from traverba_export.cli import main
from traverba_export.quality import sharing
from traverba_export.quality.evaluation import (
    Scored,
    Search,
    Task,
    bundle_tasks,
    every_search,
    markdown_table,
    perform,
    untrained_directions,
    untrained_tasks,
)
from traverba_export.quality.language import language_identifier, language_share
from traverba_export.quality.ledger import Ledger
from traverba_export.quality.metrics import score_texts
from traverba_export.quality.report import Origin, origin
from traverba_export.quality.test_sets import TestSet

DATA = Path(__file__).parents[2] / "data"
FRENCH = ["Le chat dort sur la table de la cuisine.", "Nous allons au marché demain matin."]
ENGLISH = ["The cat is sleeping on the kitchen table.", "We are going to the market tomorrow morning."]
GERMAN = ["Die Katze schläft auf dem Küchentisch.", "Wir gehen morgen früh auf den Markt."]


class Scripted:
    """Answers by target language; notes what it was asked."""

    def __init__(self, answers: dict[str, Sequence[str]]) -> None:
        self.answers, self.asked = answers, list[tuple[str, str, str]]()
        self.info = SimpleNamespace(precision="int8")
        self.options = DecodeOptions()

    def translate(
        self, texts: list[str], *, source: str, target: str, options: Any, via: str
    ) -> list[SimpleNamespace]:
        self.asked.append((source, target, via))
        return [SimpleNamespace(text=text) for text in self.answers[target]]


def test_a_perfect_translation_scores_100_under_the_usual_signatures() -> None:
    scores = score_texts("en-fr", FRENCH, FRENCH)
    assert (scores.bleu, scores.chrf) == pytest.approx((100.0, 100.0))
    assert "tok:13a" in scores.bleu_signature and "nc:6" in scores.chrf_signature


def test_the_identifier_tells_the_model_s_languages_apart() -> None:
    identify = language_identifier(["de", "en", "fr", "es", "ru"])
    assert identify is not None
    assert [identify(text) for text in (FRENCH[0], ENGLISH[0], GERMAN[0])] == ["fr", "en", "de"]
    assert identify("Кошка спит на кухонном столе.") == "ru"
    assert identify("El gato duerme en la mesa de la cocina.") == "es"


def test_no_identifier_for_languages_nobody_knows() -> None:
    assert language_identifier(["qaa", "en"]) is None


def test_the_share_of_the_right_language_leaves_out_what_has_no_words() -> None:
    identify = {"chat": "fr", "cat": "en"}.__getitem__
    assert language_share(["chat", "chat", "cat", "123", "?", "x"], "fr", identify) == pytest.approx(2 / 3)
    assert language_share(["42"], "fr", identify) == 1.0


def test_a_bundle_is_scored_with_every_search_and_its_language_is_judged() -> None:
    translator = Scripted({"fr": [FRENCH[0], ENGLISH[1]]})
    identify = language_identifier(["en", "fr"])
    test_set = TestSet("made up", "en-fr", ENGLISH, FRENCH)
    tasks = bundle_tasks(cast("Translator", translator), [test_set], every_search((1, 5), (0.0, 0.1)))
    scored = [perform(task, identify) for task in tasks]
    assert [s.settings for s in scored] == [
        "greedy, int8",
        "beam 5, int8",
        "beam 5 read back, int8",
    ]
    assert scored[0].right_language == 0.5 and scored[0].reference_language == 1.0
    assert 0 < scored[0].bleu.value < 100
    assert "| en-fr | made up | greedy, int8 |" in markdown_table(scored)
    assert "| 50.0 % (100.0 %) |" in markdown_table(scored)


def test_untrained_pairs_are_those_that_english_connects() -> None:
    trained = [("en", "fr"), ("fr", "en"), ("ru", "en"), ("en", "de"), ("fr", "de")]
    assert untrained_directions(trained) == ["ru-fr", "ru-de"]


def test_an_untrained_pair_is_scored_straight_and_around() -> None:
    translator = Scripted({"de": GERMAN})
    test_set = TestSet("made up", "fr-de", FRENCH, GERMAN)
    tasks = list(untrained_tasks(cast("Translator", translator), [test_set], [Search(5), Search(5, 0.1)]))
    assert [perform(task).bleu.value for task in tasks] == pytest.approx([100, 100, 100])
    assert [task.settings for task in tasks] == [
        "beam 5, int8, zero-shot",
        "beam 5, int8, via en",
        "beam 5 read back, int8, via en",
    ]
    assert translator.asked == [("fr", "de", "none"), ("fr", "de", "en"), ("fr", "de", "en")]


def test_a_report_says_where_its_figures_come_from(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bundle, report = str(DATA / "tiny.traverba"), tmp_path / "tiny.report"
    assert main(["evaluate", bundle, "--data", str(tmp_path / "empty"), "--report", str(report)]) == 0
    figures = json.loads((tmp_path / "tiny.report.json").read_text(encoding="utf-8"))
    assert figures["command"] == "traverba-export evaluate tiny.traverba --data DATA --report tiny.report"
    assert (
        figures["packages"]["sacrebleu"]
        and figures["bundle"] == "tiny"
        and figures["created"].startswith("20")
        and figures["scores"] == []
    )
    text = (tmp_path / "tiny.report.md").read_text(encoding="utf-8")
    assert figures["command"] in text and figures["date"] in text and str(tmp_path) not in text
    assert not list(tmp_path.glob("*.partial"))


def made_today() -> Origin:
    return origin(str(DATA / "tiny.traverba"), "a command")


def test_a_stopped_evaluation_goes_on_where_it_was(tmp_path: Path) -> None:
    asked: list[str] = []

    def task(direction: str, hypotheses: list[str]) -> Task:
        def translate() -> list[str]:
            asked.append(direction)
            return hypotheses

        return Task(TestSet("made up", direction, ENGLISH, FRENCH), "greedy", translate)

    tasks = [task("en-fr", FRENCH), task("en-de", GERMAN)]
    report = tmp_path / "report"
    first = [Ledger(report, made_today()).score(t, perform) for t in tasks]
    with (tmp_path / "report.unfinished.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"of": {"bundle"')  # what a kill leaves
    ledger = Ledger(report, made_today())
    assert [ledger.score(t, perform) for t in tasks] == first and asked == ["en-fr", "en-de"]
    ledger.score(task("en-es", FRENCH), perform)
    assert [ledger.score(t, perform) for t in tasks] == first
    assert asked == ["en-fr", "en-de", "en-es"]
    ledger.close()
    assert not list(tmp_path.iterdir())


def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    """The tiny bundle's languages have no known test sets, so the built-in one is asked."""
    folder = tmp_path / "data" / "tatoeba"
    folder.mkdir(parents=True)
    rows = "".join(f"{en}\t{fr}\n" for en, fr in zip(ENGLISH, FRENCH, strict=True))
    for pair in ("en-fr", "en-de"):
        with lzma.open(folder / f"{pair}.test.tsv.xz", "wt", encoding="utf-8") as stream:
            stream.write(rows)
    command = ["evaluate", "everyday", "--data", str(folder.parent), "--beam", "1", "--report"]
    assert main([*command, str(tmp_path / "one")]) == 0
    assert main([*command, str(tmp_path / "two"), "--jobs", "2"]) == 0
    one, two = (
        json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in ("one", "two")
    )
    assert len(one["scores"]) == 8 and one["scores"] == two["scores"] and one["language"] == two["language"]
    assert not list(tmp_path.glob("*.jsonl"))


def test_a_test_set_that_nobody_knows_is_refused_and_case_does_not_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", str(DATA / "tiny.traverba"), "--data", str(tmp_path), "--test-set"]
    assert main([*command, "ud-pud"]) == 0
    capsys.readouterr()
    assert main([*command, "udpud"]) == 2
    assert "no test set is called udpud; there are tatoeba test, " in capsys.readouterr().err


def test_processes_need_a_report_to_meet_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "everyday", "--data", str(tmp_path), "--jobs", "2"]) == 2
    assert "--jobs needs --report" in capsys.readouterr().err


def test_a_process_whose_parent_is_gone_measures_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, the command cannot tell its processes, and they would slow down what comes after it."""
    asked: list[Task] = []
    test_set = TestSet("made up", "en-fr", ENGLISH, FRENCH)
    monkeypatch.setattr(sharing, "all_tasks", lambda *_: [Task(test_set, "greedy", lambda: FRENCH)] * 2)
    monkeypatch.setattr(sharing, "measuring", lambda folder: asked.append)
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(is_alive=lambda: False))
    arguments = argparse.Namespace(report=tmp_path / "report", jobs=2)
    sharing._work(arguments, tmp_path, made_today(), multiprocessing.Value("i", 0))
    assert not asked


def test_figures_of_another_bundle_are_measured_again(tmp_path: Path) -> None:
    def scored(made: Origin, hypotheses: list[str]) -> Scored:
        task = Task(TestSet("made up", "en-fr", ENGLISH, FRENCH), "greedy", lambda: hypotheses)
        return Ledger(tmp_path / "report", made).score(task, perform)

    assert scored(made_today(), FRENCH).bleu.value == pytest.approx(100)
    assert scored(replace(made_today(), created="2001-01-01"), GERMAN).bleu.value < 50
    assert scored(replace(made_today(), date="2001-01-01"), GERMAN).bleu.value == pytest.approx(100)


def test_scores_are_recorded_in_a_folder_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = str(DATA / "tiny.traverba")
    assert main(["evaluate", archive, "--data", str(tmp_path), "--record"]) == 2
    assert "--record needs a bundle's folder" in capsys.readouterr().err


def test_the_challenge_counts_the_directions_a_bundle_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = tmp_path / "rates.json"
    assert main(["evaluate", str(DATA / "tiny.traverba"), "--challenge", "--json", str(rates)]) == 0
    figures = json.loads(rates.read_text(encoding="utf-8"))
    assert figures["rates"]["all"]["tried"] == 0 and figures["rates"]["all"]["skipped"] >= 300
    assert "| all | 0 | 0 | – |" in capsys.readouterr().out


def test_either_test_sets_or_the_challenge_must_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(["evaluate", "tiny"])
    assert error.value.code == 2 and "--challenge" in capsys.readouterr().err
