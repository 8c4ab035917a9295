"""The rungs without generation give in onnxruntime what they give in PyTorch, in the same two graphs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from traverba_export.graphs import build_decoder_step, build_encoder
from traverba_export.model import Dictionary, ModelConfig, TranslationModel, build_model
from traverba_export.model.pointer import SILENT
from traverba_export.quantisation import IntegerArithmetic, calibrate
from traverba_export.subwords import BOS, EOS
from traverba_export.training.generation import greedy_ids
from traverba_export.verification import TOLERANCE, GraphPair, graph_greedy_ids, verify

Export = Callable[..., GraphPair]

SOURCES = [[4, 9, 8, 2], [3, 2], [5, 6, 7, 8, 9, 10, 11, 2]]
V = 40


def aligned(**changes: object) -> ModelConfig:
    return ModelConfig(vocab_size=V, hidden_size=12, decoder="aligned", **changes)  # type: ignore[arg-type]


CONFIGS = {
    "rnn": aligned(cell="rnn", encoder_layers=1, bidirectional=False),
    "stacked": aligned(cell="rnn", encoder_layers=3, bidirectional=False, residual_from=None),
    "residual": aligned(cell="gru", encoder_layers=3, bidirectional=False, residual_from=1),
    "bidirectional": aligned(encoder_layers=2, scale_embeddings=True),
    "concatenated": aligned(encoder_layers=1, merge="concat", tie_embeddings="none"),
    "dictionary": ModelConfig(vocab_size=V, decoder="dictionary", candidates=3),
}


def draw(config: ModelConfig) -> TranslationModel:
    """Random weights under which some words are silent and most are not."""
    torch.manual_seed(7)
    model = build_model(config).eval()
    if isinstance(model, Dictionary):
        model.ids.copy_(torch.stack([torch.randperm(V)[: config.candidates] for _ in range(V)]))
        model.ids[[5, 9]] = torch.tensor([SILENT, 20, 21])
        torch.nn.init.uniform_(model.translation_log_probs, -3, 0)
    else:
        torch.nn.init.normal_(model.output.bias, std=0.1)
        with torch.no_grad():
            model.output.bias[SILENT] += 0.3
    return model


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest) -> TranslationModel:
    return draw(CONFIGS[request.param])


def test_a_rung_computes_what_pytorch_computes(model: TranslationModel, export: Export) -> None:
    report = verify(model, export(model), SOURCES)
    assert max(report.largest_difference.values()) <= TOLERANCE
    assert report.sentences == len(SOURCES)


def test_attention_is_all_on_one_word_and_goes_forward(model: TranslationModel, export: Export) -> None:
    graphs = export(model)
    source = np.array([SOURCES[2]])
    encoded = graphs.encode(source, np.array([8], np.int32))
    stops, row = [], np.array([0])
    for _ in range(9):
        found = graphs.step(np.array([BOS]), row, encoded, 1)
        assert sorted(found["attention"][0])[-2:] == [0.0, 1.0]
        stops.append(int(found["attention"][0].argmax()))
        encoded = {**encoded, "state": found["next_state"]}
    words = stops[: stops.index(7)]
    assert words and words == sorted(set(words))  # each word once, in the source's order
    assert set(stops[len(words) :]) == {7}  # and then the end token, for ever


def test_the_end_token_is_certain_at_the_end_and_impossible_before(
    model: TranslationModel, export: Export
) -> None:
    graphs = export(model)
    encoded = graphs.encode(np.array([[3, 4, 2]]), np.array([3], np.int32))
    row = np.array([0])
    first = graphs.step(np.array([BOS]), row, encoded, 1)
    second = graphs.step(first["top_ids"][0], row, {**encoded, "state": first["next_state"]}, 1)
    assert first["log_probs"][0, EOS] < -90
    assert second["top_ids"][0, 0] == EOS
    assert second["top_log_probs"][0, 0] == pytest.approx(0.0, abs=1e-6)


def test_a_dictionary_says_its_first_translation_of_each_word_and_passes_silent_ones_by(
    export: Export,
) -> None:
    model = Dictionary(CONFIGS["dictionary"]).eval()
    model.ids[4, 0], model.ids[6, 0] = 30, 31
    model.ids[5] = torch.tensor([SILENT, 20, 21])
    with torch.no_grad():
        model.translation_log_probs[:] = torch.tensor([0.6, 0.3, 0.1]).log()
    wanted = [[30, 31, 30], [20], [7]]
    sources = [[3, 4, 5, 6, 4, EOS], [3, 5, EOS], [3, 7, EOS]]  # silent words alone are made to speak
    assert greedy_ids(model, sources, forbidden=[SILENT]) == wanted
    assert graph_greedy_ids(export(model), sources) == wanted


def test_the_rungs_have_integer_graphs_too(model: TranslationModel, tmp_path: Path) -> None:
    paths = tmp_path / "encoder.onnx", tmp_path / "decoder_step.onnx"
    arithmetic = IntegerArithmetic(calibrate(model, SOURCES))
    for path, build in zip(paths, (build_encoder, build_decoder_step), strict=True):
        path.write_bytes(build(model, arithmetic).SerializeToString())
    exact, integer = greedy_ids(model, SOURCES), graph_greedy_ids(GraphPair(*paths), SOURCES)
    same = sum(a == b for a, b in zip(exact, integer, strict=True))
    assert same >= 2  # random weights put rivals close together
