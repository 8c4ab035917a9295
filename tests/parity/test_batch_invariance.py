"""A row's numbers are the same to the last bit, whatever else is in the batch, and in a beam of any size.

That holds while S, the padded length, stays what it is: a softmax over more positions adds them up
in another order. Of the cells, only the Elman encoder departs from it: onnxruntime multiplies a lone
sentence (B = 1) by another kernel there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.verification import Arrays, GraphPair

Export = Callable[..., GraphPair]
Draw = Callable[[ModelConfig], EncoderDecoder]

SENTENCES, LENGTH, VOCABULARY = 33, 13, 501
RNG = np.random.default_rng(5)
LENGTHS = RNG.integers(1, LENGTH + 1, SENTENCES).astype(np.int32)
WORDS = np.where(np.arange(LENGTH) < LENGTHS[:, None], RNG.integers(3, VOCABULARY, (SENTENCES, LENGTH)), 0)
CONFIGS = {
    "lexical": ModelConfig(vocab_size=VOCABULARY, hidden_size=36, scale_embeddings=True, lexical=True),
    "lstm": ModelConfig(vocab_size=VOCABULARY, hidden_size=36, encoder_layers=3),
    "gru": ModelConfig(
        vocab_size=VOCABULARY, hidden_size=36, cell="gru", attention="general", merge="concat"
    ),
}


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest, random_model: Draw) -> EncoderDecoder:
    return random_model(CONFIGS[request.param])


def assert_same_bits(found: Arrays, expected: Arrays) -> None:
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def rows(values: Arrays, chosen: slice) -> Arrays:
    return {name: value[chosen] for name, value in values.items()}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_sentence_is_encoded_alone_as_in_any_batch(
    model: EncoderDecoder, export: Export, threads: int
) -> None:
    graphs = export(model, threads)
    together = graphs.encode(WORDS, LENGTHS)
    for first, last in ((0, 1), (4, 5), (4, 6), (3, 10), (0, 17)):
        assert_same_bits(
            graphs.encode(WORDS[first:last], LENGTHS[first:last]), rows(together, slice(first, last))
        )


def test_more_padding_changes_no_word_of_a_sentence(model: EncoderDecoder, export: Export) -> None:
    graphs = export(model)
    narrow = graphs.encode(WORDS, LENGTHS)
    wide = graphs.encode(np.pad(WORDS, ((0, 0), (0, 11))), LENGTHS)
    np.testing.assert_array_equal(wide["state"], narrow["state"])
    np.testing.assert_array_equal(wide["memory"][:, :LENGTH], narrow["memory"])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("beam", [1, 2, 5])
def test_a_step_gives_a_sentence_alone_what_it_gives_it_in_any_batch(
    model: EncoderDecoder, export: Export, beam: int, threads: int
) -> None:
    graphs = export(model, threads)
    encoded = graphs.encode(WORDS, LENGTHS)
    prev_ids = RNG.integers(3, VOCABULARY, SENTENCES * beam)
    together = graphs.step(prev_ids, np.repeat(np.arange(SENTENCES), beam), encoded, beam + 2)
    for first, last in ((0, 1), (8, 9), (8, 10), (7, 12), (1, 18)):
        mine = slice(first * beam, last * beam)
        parents = np.repeat(np.arange(last - first), beam)
        alone = graphs.step(prev_ids[mine], parents, rows(encoded, slice(first, last)), beam + 2)
        assert_same_bits(alone, rows(together, mine))


@pytest.mark.parametrize("beam", [2, 3, 5, 12])
def test_a_hypothesis_alone_gets_what_it_gets_in_a_beam(
    model: EncoderDecoder, export: Export, beam: int
) -> None:
    graphs = export(model)
    encoded = graphs.encode(WORDS[:4], LENGTHS[:4])
    prev_ids = RNG.integers(3, VOCABULARY, 4 * beam)
    together = graphs.step(prev_ids, np.repeat(np.arange(4), beam), encoded, 6)
    for place in range(beam):
        alone = graphs.step(prev_ids[place::beam], np.arange(4), encoded, 6)
        assert_same_bits(alone, rows(together, slice(place, None, beam)))
