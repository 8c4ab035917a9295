"""Every benchmark runs from beginning to end, at sizes too small to mean anything."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psutil")
pytest.importorskip("cpuinfo")

from benchmarks import compare, decode_step, endurance, full_size, making, startup, training
from benchmarks.own_process import Measured, in_own_process
from benchmarks.stopwatch import share_outside
from benchmarks.subjects import find_subject
from benchmarks.systems import Workload
from benchmarks.systems.pytorch import PyTorch
from benchmarks.systems.traverba_graphs import both_ways, load_variants, special_ids
from traverba.bundle import open_bundle
from traverba_export.model.kernels import kernels

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"


def results(folder: Path, stem: str) -> dict[str, str]:
    """What was measured -> verdict or nothing."""
    report = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    return {figure["what"]: figure["unit"] for figure in report["figures"]}


@pytest.mark.parametrize(("batch", "beam_size"), [(1, 1), (3, 1), (1, 4), (2, 3)])
def test_pytorch_and_the_graphs_find_the_same_tokens(batch: int, beam_size: int, tmp_path: Path) -> None:
    """A comparison of speeds means nothing unless both do the same work; greedy and beam search."""
    subject = find_subject("tiny", None, tmp_path)  # the shape, with random weights
    special = special_ids(subject.manifest)
    (ours,) = load_variants(subject.bundle, threads=1, precisions=["fp32"])
    theirs = PyTorch("PyTorch eager", subject.model, special.bos, special.eos, special.never)
    sources = Workload("any", batch, beam_size, source_length=7).sources(subject.manifest.vocab_size)
    assert subject.same_weights
    assert ours.translate(sources, 9, beam_size) == theirs.translate(sources, 9, beam_size)


@pytest.mark.parametrize(("default", "other"), [(True, "whole vocabulary"), (False, "shortlist")])
def test_a_model_is_judged_as_its_bundle_runs_by_default(default: bool, other: str, tmp_path: Path) -> None:
    manifest = find_subject("tiny", None, tmp_path).bundle / "manifest.json"
    changed = json.loads(manifest.read_text(encoding="utf-8")) | {"decoding": {"shortlist": default}}
    manifest.write_text(json.dumps(changed), encoding="utf-8")
    first, second = both_ways(load_variants(manifest.parent, threads=1, precisions=["int8"]))
    assert (first.name, first.narrow) == ("traverba int8", default)
    assert (second.name, second.narrow) == (f"traverba int8, {other}", not default)
    assert first.precision == second.precision == "int8"


def test_compare_measures_all_systems_on_random_weights(tmp_path: Path) -> None:
    ctranslate = pytest.importorskip("benchmarks.systems.ctranslate", exc_type=ImportError)
    shapes = [ctranslate.Shape("CTranslate2 tiny 6+2", 1, 1, 32, 64, heads=4, vocab_size=400)]
    arguments = compare.parse(["--model", "tiny", "--rounds", "1", "--turn-ms", "0", "--no-compile"])
    report = compare.run(arguments, tmp_path, shapes=shapes)
    compare.plot(report, report.write(tmp_path).with_suffix(".png"))
    found = results(tmp_path, "compare-tiny")
    assert found["greedy, batch 64"] == "ms"
    assert found["beam 5, batch 1: times faster than CTranslate2 tiny 6+2"] == "times"
    assert (tmp_path / "compare-tiny.png").stat().st_size > 0


def test_decode_step_measures_rows_a_long_sentence_and_the_time_outside(tmp_path: Path) -> None:
    decode_step.main(["--model", str(TINY), "--rounds", "1", "--steps", "2", "--results", str(tmp_path)])
    found = results(tmp_path, "decode_step-tiny")
    assert found["step, 64 rows: times the floor"] == "times"
    assert found["greedy, batch 1: time outside session.run"] == "%"
    assert (tmp_path / "decode_step-tiny-long.png").exists()


def test_the_time_outside_is_everything_where_no_session_runs() -> None:
    assert share_outside(lambda: sum(range(1000))) == 1.0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
def test_startup_measures_processes_of_its_own(tmp_path: Path) -> None:
    small = ["--rounds", "1", "--long-rounds", "1", "--sentences", "2", "--idle-s", "0.1"]
    startup.main(["--model", str(TINY), *small, "--results", str(tmp_path)])
    assert results(tmp_path, "startup-tiny")["peak resident memory after 2 sentences"] == "MB"


def test_endurance_finds_threads_that_agree_with_serial(tmp_path: Path) -> None:
    small = ["--threads", "3", "--texts", "4", "--total", "10"]
    endurance.main(["--model", str(TINY), *small, "--results", str(tmp_path)])
    report = json.loads((tmp_path / "endurance-tiny.json").read_text(encoding="utf-8"))
    assert report["figures"][0]["value"]["median"] == 0
    assert len(report["rounds"]["resident_mb"]) == 10


def test_a_bundle_without_its_training_file_is_compared_by_shape_only() -> None:
    with open_bundle(TINY) as bundle:
        vocab_size = bundle.manifest.vocab_size
    subject = find_subject(str(TINY), None, Path("unused"))
    assert not subject.same_weights
    assert subject.model.config.vocab_size == vocab_size


def called_here(function: Callable[..., Any], *arguments: object) -> Measured:
    """In place of a process of its own, whose imports take longer than all the rest."""
    return Measured(function(*arguments), elapsed_s=1.0, cpu_s=1.0, peak_mb=1.0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
def test_full_size_makes_a_model_once_and_times_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "in_own_process", called_here)
    page, folder = tmp_path / "page.md", tmp_path / "model"
    page.write_text("".join(f"<!-- full-size: {n} -->\n<!-- /full-size -->\n" for n in ("beside", "making")))
    arguments = ["--model", "tiny", "--folder", str(folder), "--rounds", "1", "--results", str(tmp_path)]
    full_size.main([*arguments, "--make-only"])
    made = (folder / "tiny" / "manifest.json").stat().st_mtime_ns
    full_size.main([*arguments, "--page", str(page)])
    found = results(tmp_path, "full_size-tiny")
    assert (folder / "tiny" / "manifest.json").stat().st_mtime_ns == made
    assert found["greedy, batch 32: times faster than PyTorch eager"] == "times"
    assert found["export: peak memory of the process"] == "MB"
    assert "A100" in page.read_text() and "| largest difference to PyTorch" in page.read_text()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
def test_the_memory_of_a_process_of_its_own_is_not_ours() -> None:
    ours = bytearray(300_000_000)
    measured = in_own_process(len, b"abc")
    assert measured.value == 3 and measured.peak_mb < 250 < len(ours) / 1e6


def test_training_compares_kernels_with_torchs_operations(tmp_path: Path) -> None:
    if kernels() is None:
        pytest.skip("no C compiler here, or none that works")
    training.main(["--recipe", "ladder/lstm", "--rounds", "1", "--turn-ms", "0", "--results", str(tmp_path)])
    [path] = tmp_path.glob("training-*.json")
    found = results(tmp_path, path.stem)
    assert found == {"update": "ms", "speed": "target tok/s", "times faster than torch's operations": "times"}
    assert kernels() is not None, "the environment is as before"
