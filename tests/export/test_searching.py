"""Beam search with the PyTorch model: against greedy search, and against every translation there is."""

from __future__ import annotations

import itertools

import pytest
import torch

from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.subwords import BOS, EOS, PAD
from traverba_export.training.generation import greedy_ids
from traverba_export.training.searching import beam_ids

V = 6
"""PAD, start, end, unknown and two words."""
SOURCES = [[4, 5, EOS], [5, EOS], [4, 4, 5, 5, EOS]]


def make_model(seed: int) -> EncoderDecoder:
    torch.manual_seed(seed)
    config = ModelConfig(vocab_size=V, hidden_size=8, encoder_layers=1, decoder_layers=1, candidates=1)
    model = EncoderDecoder(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)  # random weights say everything with nearly the same probability
    return model


def log_probability(model: EncoderDecoder, source: list[int], target: list[int]) -> float:
    hidden = model(torch.tensor([source]), torch.tensor([len(source)]), torch.tensor([[BOS, *target[:-1]]]))
    rows = model.log_probs(hidden)[0]
    return float(rows[torch.arange(len(target)), torch.tensor(target)].sum())


@torch.no_grad()
def best_of_all(model: EncoderDecoder, source: list[int], longest: int) -> list[int]:
    """By trying every sequence of up to ``longest`` tokens, its end included."""
    words = [i for i in range(V) if i not in (PAD, BOS, EOS)]
    every = [
        [*words_said, EOS]
        for length in range(longest)
        for words_said in itertools.product(words, repeat=length)
    ]
    best = max(every, key=lambda t: log_probability(model, source, t) / ((5 + len(t)) / 6))
    return best[:-1]


@pytest.mark.parametrize("seed", range(4))
def test_one_beam_is_greedy_search(seed: int) -> None:
    model = make_model(seed)
    for greedy, beam, source in zip(
        greedy_ids(model, SOURCES), beam_ids(model, SOURCES, 1), SOURCES, strict=True
    ):
        assert beam == (greedy if len(greedy) < 2 * len(source) + 10 else [])


@pytest.mark.parametrize("seed", range(8))
def test_a_beam_that_holds_everything_finds_the_best_translation_there_is(seed: int) -> None:
    """Of up to three tokens, the end included: at most 40 are under way at once."""
    model, sources, longest = make_model(seed), [[4, EOS], [5, EOS]], 3
    found = beam_ids(model, sources, 64, max_ratio=(longest - 10) / 2)
    assert found == [best_of_all(model, source, longest) for source in sources]


def test_a_sentence_alone_and_beside_longer_ones_is_translated_the_same() -> None:
    model = make_model(3)
    assert beam_ids(model, SOURCES, 3) == [beam_ids(model, [source], 3)[0] for source in SOURCES]
