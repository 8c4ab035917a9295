"""The GPU benchmark's plumbing, on the CPU: every way runs, agrees, and is written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("psutil")
pytest.importorskip("cpuinfo")

from benchmarks.gpu import __main__ as gpu
from traverba.graphs import available_providers
from traverba.graphs.policies import CUDA

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
SHORT = ["--model", str(TINY), "--rounds", "1", "--turn-ms", "0", "--batch", "1", "3", "--beam", "1", "2"]


def report(folder: Path, stem: str, *arguments: str) -> dict:  # type: ignore[type-arg]
    gpu.main([*SHORT, *arguments, "--results", str(folder)])
    return json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_every_way_runs_on_the_cpu_and_finds_the_same_words(tmp_path: Path) -> None:
    found = report(tmp_path, "gpu-cpu-tiny", "--provider", "CPUExecutionProvider", "--torch-device", "cpu")
    ways = [
        "CPU fp32",
        "cpu fp32, arrays come and go",
        "cpu fp32, arrays stay",
        "cpu fp16, arrays stay",
    ]
    assert list(found["settings"]["agreement"]) == ways
    assert found["settings"]["agreement"]["cpu fp32, arrays stay"] == {
        "same_sentences_of_8": 8,
        "largest_difference": 0.0,
    }
    assert found["settings"]["agreement"]["cpu fp16, arrays stay"]["largest_difference"] < 0.05
    systems = {figure["system"] for figure in found["figures"]}
    assert systems == {*ways, "PyTorch fp32, cpu", "PyTorch fp16, cpu"}
    assert set(found["rounds"]["ms"]) == {f"batch {n}, beam {k}" for n in (1, 3) for k in (1, 2)}


@pytest.mark.skipif(CUDA in available_providers(), reason="there is a CUDA provider")
def test_without_the_provider_it_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        gpu.main(SHORT)
    assert left.value.code == 2
    assert 'pip install "traverba[gpu]"' in capsys.readouterr().err


@pytest.mark.skipif(CUDA not in available_providers(), reason="needs a GPU with onnxruntime-gpu")
def test_nothing_of_the_fp16_step_is_left_to_the_cpu_and_its_words_are_right(tmp_path: Path) -> None:
    found = report(tmp_path, "gpu-cuda-tiny")
    for way in ("cuda fp16, arrays stay", "cuda fp16, arrays stay, CUDA graphs"):
        assert found["settings"]["nodes"][way]["decoder_step"]["on_cpu"] == 0
        assert found["settings"]["agreement"][way]["largest_difference"] < 0.05
