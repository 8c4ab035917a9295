"""On a CUDA device, where there is one: the words that the CPU finds, and no part of a step left to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from traverba import DecodeOptions, Translator, load_translator
from traverba.bundle import open_bundle
from traverba.errors import ProviderUnavailableError
from traverba.graphs import CPU, open_model
from traverba.graphs.device_model import DeviceModel
from traverba.graphs.policies import CUDA

DATA = Path(__file__).parents[2] / "data"
LINES = [line.split("\t") for line in (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()[::10]]
OPTIONS = {
    "greedy": DecodeOptions(beam_size=1),
    "beam": DecodeOptions(beam_size=5),
    "whole rows": DecodeOptions(beam_size=3, repetition_penalty=1.01),
}
TOLERANCE = {"fp32": 1e-3, "fp16": 0.05}
"""Another order of adding up, and sixteen bits."""


@pytest.fixture(autouse=True, scope="module")
def cuda_device() -> None:
    try:
        load_translator(DATA / "tiny.traverba", device="cuda").close()
    except ProviderUnavailableError as error:
        pytest.skip(f"needs onnxruntime-gpu and a CUDA device: {error}")


def translations(translator: Translator, options: DecodeOptions) -> tuple[list[str], list[float]]:
    """All lines in one call for each direction, so that sentences of one length share a batch."""
    words, chances = [], []
    for source, target in sorted({(line[0], line[1]) for line in LINES}):
        texts = [line[2] for line in LINES if (line[0], line[1]) == (source, target)]
        for found in translator.translate(texts, source=source, target=target, options=options):
            words.append(str(found))
            chances += [token.log_prob for token in found.tokens]
    return words, chances


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(
    ("name", "precision", "cuda_graphs"),
    [("tiny", "fp32", False), ("tiny-fp16", "fp16", False), ("tiny-fp16", "fp16", True)],
)
def test_the_words_are_those_of_the_cpu(
    name: str, precision: str, cuda_graphs: bool, options: DecodeOptions
) -> None:
    with load_translator(DATA / "tiny.traverba", device="cpu") as translator:
        expected, chances = translations(translator, options)
    with load_translator(DATA / f"{name}.traverba", device="cuda", cuda_graphs=cuda_graphs) as translator:
        assert translator.info.precision == precision
        for _ in range(3):  # recorded in the first pass, replayed in the others
            words, found = translations(translator, options)
            assert words == expected
            np.testing.assert_allclose(found, chances, atol=TOLERANCE[precision])


def test_no_node_of_the_fp16_step_is_left_to_the_cpu() -> None:
    with open_bundle(DATA / "tiny-fp16.traverba") as bundle:
        model = open_model(bundle.folder, bundle.manifest.variants[0], 390, (CUDA, CPU), 1)
    assert isinstance(model, DeviceModel)
    step = model.placements[1]
    assert step is None or step.cpu_nodes == 0  # None: onnxruntime before 1.24 does not tell
