"""The decoder step with a shortlist: the whole distribution over a list, alike alone and in any batch.

What it does not promise, unlike the whole step: a beam of five need not give a hypothesis the very bits
that greedy search gives it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest

from traverba.bundle import Variant
from traverba.decoding import Lexicon, Memory, Shortlist, State, StepOutput
from traverba.graphs import CPU, OnnxModel
from traverba_export.graphs import Arithmetic, FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.graphs.narrow_step import build_narrow_step, build_shortlist
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.quantisation import IntegerArithmetic, calibrate

Draw = Callable[[ModelConfig], EncoderDecoder]

SENTENCES, LENGTH, VOCABULARY, LISTED, TOP = 9, 8, 701, 192, 6
RNG = np.random.default_rng(3)
LENGTHS = RNG.integers(2, LENGTH + 1, SENTENCES).astype(np.int32)
WORDS = np.where(np.arange(LENGTH) < LENGTHS[:, None], RNG.integers(3, VOCABULARY, (SENTENCES, LENGTH)), 0)
LISTS = np.sort([RNG.permutation(np.arange(2, VOCABULARY))[:LISTED] for _ in range(SENTENCES)], axis=1)
EMPTY = Lexicon(np.arange(5), np.zeros((VOCABULARY, 1), np.int64), np.arange(9))
TOLERANCE = 2e-5
"""A softmax over a part of the vocabulary adds up in another order."""

CONFIGS = {
    "lexical": ModelConfig(vocab_size=VOCABULARY, hidden_size=48, lexical=True),
    "tied": ModelConfig(vocab_size=VOCABULARY, hidden_size=48, decoder_layers=2),
    "untied": ModelConfig(vocab_size=VOCABULARY, hidden_size=36, cell="gru", tie_embeddings="none"),
}


@dataclass(frozen=True)
class Running:
    """A batch whose sentences have said one token."""

    memory: Memory
    state: State

    @classmethod
    def start(cls, model: OnnxModel, first: int, last: int) -> Running:
        memory, state = model.encode(WORDS[first:last], LENGTHS[first:last])
        return cls(memory, state)


@pytest.fixture(params=CONFIGS)
def network(request: pytest.FixtureRequest, random_model: Draw) -> EncoderDecoder:
    return random_model(CONFIGS[request.param])


@pytest.fixture(params=["fp32", "int8"])
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[1, 2])
def model(
    request: pytest.FixtureRequest, network: EncoderDecoder, precision: str, tmp_path: Path
) -> OnnxModel:
    sources = [WORDS[i, : LENGTHS[i]].tolist() for i in range(3)]
    arithmetic: Arithmetic = (
        FloatArithmetic() if precision == "fp32" else IntegerArithmetic(calibrate(network, sources))
    )
    graphs = {
        "encoder": build_encoder(network, arithmetic),
        "decoder_step": build_decoder_step(network, arithmetic),
        "shortlist": build_shortlist(network, arithmetic),
        "narrow_step": build_narrow_step(network, arithmetic),
    }
    for name, graph in graphs.items():
        onnx.save(graph, tmp_path / f"{name}.onnx")
    variant = Variant(precision, precision, *(f"{name}.onnx" for name in graphs))
    return OnnxModel.load(
        tmp_path, variant, VOCABULARY, (CPU,), request.param, Shortlist({3: EMPTY}, VOCABULARY, 4)
    )


def step(model: OnnxModel, running: Running, prev_ids: np.ndarray, beam: int, **options: bool) -> StepOutput:
    sentences = len(prev_ids) // beam
    return model.step(
        prev_ids, np.repeat(np.arange(sentences), beam), running.state, running.memory, TOP, **options
    )


def narrowed(model: OnnxModel, first: int, last: int, beam: int) -> Running:
    running = Running.start(model, first, last)
    return Running(model.narrow(running.memory, LISTS[first:last], beam), running.state)


def assert_same_bits(found: StepOutput, expected: StepOutput, rows: slice) -> None:
    for name in ("top_log_probs", "top_ids", "state", "attention"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name)[rows], err_msg=name)


def test_a_list_gets_the_whole_distributions_share_of_its_tokens(model: OnnxModel) -> None:
    prev_ids = RNG.integers(3, VOCABULARY, 2 * SENTENCES)
    found = step(model, narrowed(model, 0, SENTENCES, 2), prev_ids, 2)
    whole = step(model, Running.start(model, 0, SENTENCES), prev_ids, 2, with_log_probs=True)
    assert whole.log_probs is not None
    listed = np.take_along_axis(whole.log_probs, np.repeat(LISTS, 2, axis=0), axis=1).astype(np.float64)
    listed -= np.log(np.exp(listed).sum(axis=1, keepdims=True))
    order = np.argsort(-listed, axis=1)[:, :TOP]
    np.testing.assert_allclose(found.top_log_probs, np.take_along_axis(listed, order, axis=1), atol=TOLERANCE)
    np.testing.assert_array_equal(
        found.top_ids, np.take_along_axis(np.repeat(LISTS, 2, axis=0), order, axis=1)
    )
    np.testing.assert_array_equal(found.state, whole.state)
    np.testing.assert_array_equal(found.attention, whole.attention)


@pytest.mark.parametrize("beam", [1, 2, 5])
def test_a_sentence_alone_gets_what_it_gets_in_any_batch(model: OnnxModel, beam: int) -> None:
    prev_ids = RNG.integers(3, VOCABULARY, SENTENCES * beam)
    together = step(model, narrowed(model, 0, SENTENCES, beam), prev_ids, beam)
    for first, last in ((0, 1), (4, 5), (3, 7), (0, 8)):
        mine = slice(first * beam, last * beam)
        assert_same_bits(
            step(model, narrowed(model, first, last, beam), prev_ids[mine], beam), together, mine
        )


def test_sentences_that_leave_change_nothing_for_the_others(model: OnnxModel) -> None:
    beam, staying = 3, np.array([1, 4, 8])
    rows = (staying[:, None] * beam + np.arange(beam)).ravel()
    prev_ids = RNG.integers(3, VOCABULARY, SENTENCES * beam)
    all_running = narrowed(model, 0, SENTENCES, beam)
    first = step(model, all_running, prev_ids, beam)
    again = RNG.integers(3, VOCABULARY, SENTENCES * beam)
    together = model.step(again, np.arange(len(again)), first.state, all_running.memory, TOP)
    left = model.select(all_running.memory, staying)
    found = model.step(again[rows], rows, first.state, left, TOP)
    for name in ("top_log_probs", "top_ids", "attention"):
        np.testing.assert_array_equal(getattr(found, name), getattr(together, name)[rows], err_msg=name)
