"""Integer graphs keep the contract, stay close to float32, and give a row the same bits in any batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from traverba.contract import DECODER_STEP, ENCODER
from traverba_export.graphs import Arithmetic, FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.quantisation import IntegerArithmetic, agreement, calibrate
from traverba_export.verification import Arrays, GraphPair

Draw = Callable[[ModelConfig], EncoderDecoder]

VOCABULARY, LENGTH, SENTENCES = 301, 11, 19
RNG = np.random.default_rng(8)
LENGTHS = RNG.integers(1, LENGTH + 1, SENTENCES).astype(np.int32)
WORDS = np.where(np.arange(LENGTH) < LENGTHS[:, None], RNG.integers(3, VOCABULARY, (SENTENCES, LENGTH)), 0)
SOURCES = [row[:length].tolist() for row, length in zip(WORDS, LENGTHS, strict=True)]

LOG_PROB_TOLERANCE = 0.2
"""Random weights, 7 bits each: an error of sign or of scale would be of the order of 1."""

CONFIGS = {
    "lstm": ModelConfig(vocab_size=VOCABULARY, hidden_size=32, encoder_layers=3, scale_embeddings=True),
    "lstm-previous": ModelConfig(
        vocab_size=VOCABULARY, hidden_size=32, attention_query="previous", bidirectional=False, bridge="zeros"
    ),
    "gru": ModelConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        cell="gru",
        attention="general",
        merge="concat",
        tie_embeddings="none",
    ),
    "rnn": ModelConfig(vocab_size=VOCABULARY, hidden_size=32, cell="rnn", attention="dot", encoder_layers=1),
    "lexical": ModelConfig(vocab_size=VOCABULARY, hidden_size=32, scale_embeddings=True, lexical=True),
    "no attention": ModelConfig(vocab_size=VOCABULARY, hidden_size=32, attention="none"),
}


def write(model: EncoderDecoder, arithmetic: Arithmetic, folder: Path, threads: int = 1) -> GraphPair:
    folder.mkdir(exist_ok=True)
    onnx.save(build_encoder(model, arithmetic), folder / "encoder.onnx")
    onnx.save(build_decoder_step(model, arithmetic), folder / "decoder_step.onnx")
    return GraphPair(folder / "encoder.onnx", folder / "decoder_step.onnx", threads)


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest, random_model: Draw) -> EncoderDecoder:
    return random_model(CONFIGS[request.param])


@pytest.fixture
def integers(model: EncoderDecoder) -> IntegerArithmetic:
    return IntegerArithmetic(calibrate(model, SOURCES))


def assert_close(found: Arrays, expected: Arrays, names: tuple[str, ...], tolerance: float) -> None:
    for name in names:
        np.testing.assert_allclose(found[name], expected[name], atol=tolerance, err_msg=name)


def test_integer_graphs_are_close_to_float_graphs(
    model: EncoderDecoder, integers: IntegerArithmetic, tmp_path: Path
) -> None:
    exact, found = write(model, FloatArithmetic(), tmp_path / "a"), write(model, integers, tmp_path / "b")
    encoded = exact.encode(WORDS, LENGTHS)
    real = np.arange(LENGTH) < LENGTHS[:, None]
    approximate = found.encode(WORDS, LENGTHS)
    for values in (encoded, approximate):
        values["memory"] = values["memory"] * real[..., None]
    assert_close(approximate, encoded, ("memory", "memory_bias", "state"), LOG_PROB_TOLERANCE)
    prev_ids, parents = RNG.integers(3, VOCABULARY, 2 * SENTENCES), np.repeat(np.arange(SENTENCES), 2)
    steps = [pair.step(prev_ids, parents, encoded, 5) for pair in (found, exact)]
    assert_close(*steps, ("log_probs", "top_log_probs", "next_state", "attention"), LOG_PROB_TOLERANCE)


def test_integer_graphs_have_the_tensors_of_the_contract(
    model: EncoderDecoder, integers: IntegerArithmetic
) -> None:
    for build, spec in ((build_encoder, ENCODER), (build_decoder_step, DECODER_STEP)):
        graph = build(model, integers).graph
        assert [value.name for value in graph.input] == [tensor.name for tensor in spec.inputs]
        assert [value.name for value in graph.output] == [tensor.name for tensor in spec.outputs]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_sentence_gets_the_same_bits_alone_and_in_any_batch(
    model: EncoderDecoder, integers: IntegerArithmetic, tmp_path: Path, threads: int
) -> None:
    graphs = write(model, integers, tmp_path, threads)
    together = graphs.encode(WORDS, LENGTHS)
    prev_ids = RNG.integers(3, VOCABULARY, SENTENCES)
    stepped = graphs.step(prev_ids, np.arange(SENTENCES), together, 4)
    for first, last in ((0, 1), (4, 5), (4, 6), (3, 12)):
        mine = slice(first, last)
        alone = graphs.encode(WORDS[mine], LENGTHS[mine])
        again = graphs.step(prev_ids[mine], np.arange(last - first), alone, 4)
        for found, expected in ((alone, together), (again, stepped)):
            for name, values in expected.items():
                np.testing.assert_array_equal(found[name], values[mine], err_msg=name)


def test_a_hypothesis_alone_gets_the_bits_it_gets_in_a_beam(
    model: EncoderDecoder, integers: IntegerArithmetic, tmp_path: Path
) -> None:
    graphs = write(model, integers, tmp_path)
    encoded = graphs.encode(WORDS[:3], LENGTHS[:3])
    prev_ids = RNG.integers(3, VOCABULARY, 15)
    together = graphs.step(prev_ids, np.repeat(np.arange(3), 5), encoded, 4)
    alone = graphs.step(prev_ids[2::5], np.arange(3), encoded, 4)
    for name, values in alone.items():
        np.testing.assert_array_equal(values, together[name][2::5], err_msg=name)


def test_more_padding_changes_no_word_of_a_sentence(
    model: EncoderDecoder, integers: IntegerArithmetic, tmp_path: Path
) -> None:
    graphs = write(model, integers, tmp_path)
    narrow, wide = graphs.encode(WORDS, LENGTHS), graphs.encode(np.pad(WORDS, ((0, 0), (0, 5))), LENGTHS)
    real = np.arange(LENGTH) < LENGTHS[:, None]
    np.testing.assert_array_equal(wide["state"], narrow["state"])
    np.testing.assert_array_equal(wide["memory"][:, :LENGTH][real], narrow["memory"][real])


def test_a_shared_matrix_is_stored_once_and_in_bytes(random_model: Draw) -> None:
    model = random_model(CONFIGS["lstm"])
    step = build_decoder_step(model, IntegerArithmetic(calibrate(model, SOURCES[:2])))
    tables = [t for t in step.graph.initializer if sorted(t.dims) == [32, VOCABULARY]]
    assert [t.data_type for t in tables] == [onnx.TensorProto.INT8]
    matrices = [t for t in step.graph.initializer if len(t.dims) == 2 and min(t.dims) > 1]
    assert all(t.data_type == onnx.TensorProto.INT8 for t in matrices)


def test_graphs_agree_with_themselves(random_model: Draw, tmp_path: Path) -> None:
    model = random_model(CONFIGS["lstm"])
    pair = write(model, FloatArithmetic(), tmp_path)
    found = agreement(pair, pair, SOURCES[:3])
    assert (found.same_sentences, found.same_choices, found.mean_difference) == (1.0, 1.0, 0.0)
