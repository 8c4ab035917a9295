"""``traverba bench`` on a real model, with processes of its own."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest
from tests.runtime.benchmark.scripted import CPU

from traverba.benchmark.figures import Configuration, Workload
from traverba.benchmark.process import WorkerError, WorkerProcess
from traverba.benchmark.subject import Material
from traverba.cli.arguments import build_parser
from traverba.cli.bench import run_bench
from traverba.errors import OptionError
from traverba.graphs import Choice, default_threads, import_onnxruntime, read_choice, write_choice
from traverba.loading import load_translator

TINY = str(Path(__file__).parents[2] / "data" / "tiny.traverba")
MATERIAL = Material(TINY, "qaa", "qab", ("bami", "baut bami"))
ANSWERS = ["zarion", "zarion ethzar"]


def arguments(*argv: str) -> Namespace:
    return build_parser({}).parse_args(["bench", "--model", TINY, *argv])


def remember(home: Path, **changes: object) -> None:
    """As if a comparison had found three threads to be the fastest."""
    choice = Choice("tiny 1", import_onnxruntime().__version__, CPU, "fp32", 3, 1.0)
    write_choice(home, replace(choice, **changes))  # type: ignore[arg-type]


def test_auto_uses_what_was_remembered_and_a_request_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAVERBA_HOME", str(tmp_path))
    remember(tmp_path)
    with load_translator(TINY) as translator:
        assert translator.info.threads == 3
    with load_translator(TINY, threads=1) as translator:
        assert translator.info.threads == 1
    with load_translator(TINY, device="cpu") as translator:
        assert translator.info.threads == default_threads()


@pytest.mark.parametrize("gone", [{"precision": "int3"}, {"provider": "QNNExecutionProvider"}])
def test_auto_forgets_what_is_no_longer_there(
    gone: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAVERBA_HOME", str(tmp_path))
    remember(tmp_path, **gone)
    with load_translator(TINY) as translator:
        assert (translator.info.provider, translator.info.threads) == (CPU, default_threads())


def bench(args: Namespace, stdin: str = "") -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    assert run_bench(args, io.BytesIO(stdin.encode()), out, err) == 0
    return out.getvalue(), err.getvalue()


def test_the_command_measures_writes_and_remembers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAVERBA_HOME", str(tmp_path / "home"))
    page, sentences = tmp_path / "report.html", tmp_path / "sentences.txt"
    sentences.write_text("bami\n\nbaut bami\n")
    out, err = bench(
        arguments(str(sentences), "--threads", "1", "--batch", "2", "--beam", "1", "--rounds", "1",
                  "--provider", "cpu", "--json", "-", "--html", str(page), "--remember")
    )  # fmt: skip
    report = json.loads(out)
    (measured,) = report["measured"]
    assert (report["source"], report["target"], report["sentences"]) == ("qaa", "qab", 2)
    assert measured["agreement"]["identical"] == 2
    assert measured["paces"][0]["workload"] == {"batch_size": 2, "beam_size": 1}
    assert measured["paces"][0]["step_ms"]["count"] > 0
    assert measured["cold_start"]["total_ms"]["count"] == 3
    assert "<svg" in page.read_text(encoding="utf-8")
    choice = read_choice(tmp_path / "home", report["model"], report["machine"]["versions"]["onnxruntime"])
    assert choice is not None
    assert (choice.provider, choice.threads) == (CPU, 1)
    assert "auto will use CPU fp32, 1 thread" in err


@pytest.mark.parametrize(
    ("argv", "stdin", "message"),
    [
        (["-", "--threads", "0"], "bami\n", "threads must be whole numbers of at least 1"),
        (["-", "--batch", "1,x"], "bami\n", "batch must be whole numbers"),
        (["-", "--rounds", "0"], "bami\n", "rounds must be a whole number of at least 1"),
        (
            ["-", "--precision", "int4"],
            "bami\n",
            r"precision must be one that the model has \(.*\), not 'int4'",
        ),
        (["-"], "\n\n", "holds no sentence"),
        ([], "", "no built-in sentences in 'qaa'"),
        (["-", "--to", "xx"], "bami\n", "does not translate any to xx"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_before_anything_is_measured(
    argv: list[str], stdin: str, message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        run_bench(arguments(*argv), io.BytesIO(stdin.encode()), io.StringIO(), io.StringIO())


def test_a_process_of_its_own_answers_like_the_translator() -> None:
    worker = WorkerProcess(MATERIAL, Configuration(CPU, "fp32", 1))
    try:
        ready = worker.start.ready
        assert worker.start.total_ms > ready.import_ms + ready.load_ms + ready.first_ms
        assert ready.nodes.encoder_provider == CPU
        assert [output.text for output in worker.translate(beam_size=5)] == ANSWERS
        assert all(log_prob <= 0 for scored in worker.score(ANSWERS) for log_prob in scored)
        turn = worker.run(Workload(1, 1), 0.0)
        assert (len(turn.call_ms), len(turn.encode_ms), turn.sentences) == (2, 2, 2)
        assert sum(turn.encode_ms) + sum(turn.step_ms) < sum(turn.call_ms)
    finally:
        worker.close()


def test_a_provider_that_is_missing_is_the_workers_error_with_the_install_line() -> None:
    with pytest.raises(WorkerError, match="pip install onnxruntime-qnn"):
        WorkerProcess(MATERIAL, Configuration("QNNExecutionProvider", "fp32", 1))


def test_a_process_that_dies_is_an_error_and_not_a_hang() -> None:
    worker = WorkerProcess(MATERIAL, Configuration(CPU, "fp32", 1))
    try:
        worker._process.kill()
        with pytest.raises(WorkerError, match="ended with status"):
            worker.run(Workload(1, 1), 0.0)
    finally:
        worker.close()


def test_a_process_whose_parent_has_gone_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    worker = WorkerProcess(MATERIAL, Configuration(CPU, "fp32", 1))
    process = worker._process
    assert process.stdin is not None and process.stdout is not None
    process.stdout.close()
    process.stdin.write('{"translate": 1}\n')
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert capfd.readouterr().err == ""
