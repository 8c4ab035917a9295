"""Float graphs whose weights are the integers of integer graphs: what PyTorch computes with those."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.quantisation import IntegerArithmetic, calibrate, round_to_integers, store_as_integers
from traverba_export.reimport import model_of_graphs
from traverba_export.verification import TOLERANCE, GraphPair, compare_numbers

Draw = Callable[[ModelConfig], EncoderDecoder]

CONFIGS = {
    "lstm": ModelConfig(
        vocab_size=61, hidden_size=24, encoder_layers=3, decoder_layers=3, scale_embeddings=True
    ),
    "paper": ModelConfig(
        vocab_size=61, hidden_size=24, attention_query="previous", bridge="zeros", tie_embeddings="decoder"
    ),
    "gru": ModelConfig(
        vocab_size=61, hidden_size=24, cell="gru", attention="general", merge="concat", tie_embeddings="none"
    ),
    "lexical": ModelConfig(vocab_size=61, hidden_size=24, scale_embeddings=True, lexical=True),
    "one way": ModelConfig(vocab_size=61, hidden_size=24, cell="rnn", attention="dot", bidirectional=False),
}
SOURCES = [[3, 8, 20, 60, 2], [4, 9, 2]]


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest, random_model: Draw) -> EncoderDecoder:
    return random_model(CONFIGS[request.param])


@pytest.fixture
def integers(model: EncoderDecoder) -> IntegerArithmetic:
    """An arithmetic that has made both graphs."""
    arithmetic = IntegerArithmetic(calibrate(model, SOURCES))
    build_encoder(model, arithmetic)
    build_decoder_step(model, arithmetic)
    return arithmetic


def float_graphs(model: EncoderDecoder) -> list[onnx.ModelProto]:
    return [build(model, FloatArithmetic()) for build in (build_encoder, build_decoder_step)]


def test_every_matrix_is_rounded_and_none_by_much(model: EncoderDecoder, integers: IntegerArithmetic) -> None:
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    round_to_integers(model, integers.stored_weights)
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:
            error = (parameter - before[name]).square().mean().sqrt() / before[name].std()
            assert 0 < error < 0.05, name  # a grid of 129 steps over three deviations each way: 0.0135
        else:
            assert torch.equal(parameter, before[name]), name


def test_the_graphs_compute_what_the_rounded_model_computes(
    model: EncoderDecoder, integers: IntegerArithmetic, tmp_path: Path
) -> None:
    round_to_integers(model, integers.stored_weights)
    paths = tmp_path / "encoder.onnx", tmp_path / "step.onnx"
    for path, graph in zip(paths, float_graphs(model), strict=True):
        stored = store_as_integers(graph, integers.stored_weights)
        large = [t for t in stored.graph.initializer if numpy_helper.to_array(t).size > 1000]
        assert large and all(numpy_helper.to_array(t).dtype == np.int8 for t in large)
        onnx.save(stored, path)
    compare_numbers(model, GraphPair(*paths), TOLERANCE)  # raises if they differ


def test_the_model_comes_back_out_of_such_graphs(model: EncoderDecoder, integers: IntegerArithmetic) -> None:
    round_to_integers(model, integers.stored_weights)
    graphs = [store_as_integers(graph, integers.stored_weights) for graph in float_graphs(model)]
    again = model_of_graphs(model.config, *graphs).state_dict()
    for name, value in model.state_dict().items():
        if value.dim() == 2:
            assert torch.equal(again[name], value), name


def test_the_model_comes_back_out_of_integer_graphs_alone(
    model: EncoderDecoder, integers: IntegerArithmetic
) -> None:
    graphs = [build(model, integers) for build in (build_encoder, build_decoder_step)]
    again = model_of_graphs(model.config, *graphs)
    round_to_integers(model, integers.stored_weights)
    with torch.no_grad():
        words, lengths = torch.tensor([[3, 8, 20, 60, 2], [4, 9, 2, 0, 0]]), torch.tensor([5, 3])
        torch.testing.assert_close(again(words, lengths, words), model(words, lengths, words))
    for name, value in model.state_dict().items():
        if value.dim() == 2:
            torch.testing.assert_close(again.state_dict()[name], value, rtol=1e-6, atol=1e-7)


def test_weights_that_were_not_rounded_are_refused(
    model: EncoderDecoder, integers: IntegerArithmetic
) -> None:
    with pytest.raises(ValueError, match="round the model first"):
        store_as_integers(float_graphs(model)[0], integers.stored_weights)
