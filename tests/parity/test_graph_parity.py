"""Every variant of the model gives in onnxruntime what it gives in PyTorch."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch

from traverba_export.model import PRESETS, EncoderDecoder, ModelConfig
from traverba_export.verification import TOLERANCE, GraphPair, ParityError, verify

Export = Callable[..., GraphPair]
Draw = Callable[[ModelConfig], EncoderDecoder]

SOURCES = [[4, 9, 8, 2], [3, 2], [5, 6, 7, 8, 9, 10, 11, 2]]
MERGES = itertools.cycle(("sum", "concat"))
TIES = itertools.cycle(("none", "decoder", "all"))
DEPTHS = itertools.cycle(((1, 1), (2, 2), (3, 2), (2, 4), (3, 3)))
"""Cycles of coprime length: each meets every cell and attention without a full product."""


def variants() -> list[ModelConfig]:
    found = []
    for cell, attention, query, bridge in itertools.product(
        ("rnn", "gru", "lstm"),
        ("none", "dot", "general", "additive"),
        ("previous", "current"),
        ("zeros", "encoder_state"),
    ):
        if attention == "none" and bridge == "zeros":
            continue
        encoder_layers, decoder_layers = next(DEPTHS)
        merge = "sum" if encoder_layers == 1 and attention == "dot" else next(MERGES)
        found.append(
            ModelConfig(
                vocab_size=40, hidden_size=12, cell=cell, attention=attention, attention_query=query,
                bridge=bridge, encoder_layers=encoder_layers, decoder_layers=decoder_layers, merge=merge,
                tie_embeddings=next(TIES), residual_from=1, bidirectional=next(MERGES) == "sum",
            )
        )  # fmt: skip
    return found


def name(config: ModelConfig) -> str:
    return f"{config.cell}-{config.attention}-{config.attention_query}-{config.bridge}"


@pytest.mark.parametrize("config", variants(), ids=name)
def test_a_variant_computes_what_pytorch_computes(
    config: ModelConfig, export: Export, random_model: Draw
) -> None:
    model = random_model(config)
    report = verify(model, export(model), SOURCES)
    assert max(report.largest_difference.values()) <= TOLERANCE
    assert report.sentences == len(SOURCES)


def test_sizes_may_differ_between_embedding_state_and_attention(export: Export, random_model: Draw) -> None:
    config = ModelConfig(
        vocab_size=40, hidden_size=12, embedding_size=10, attention_size=6, merge="concat", encoder_layers=1,
        tie_embeddings="none",
    )  # fmt: skip
    model = random_model(config)
    verify(model, export(model), SOURCES)


def test_the_preset_for_tests_agrees(export: Export, random_model: Draw) -> None:
    model = random_model(PRESETS["tiny"])
    verify(model, export(model), SOURCES)


@pytest.mark.parametrize("part", ["encoder.backward_cell.recurrent.weight", "decoder.upper.0.input.bias"])
def test_a_single_wrong_weight_is_a_parity_error_with_figures(
    part: str, export: Export, random_model: Draw
) -> None:
    model = random_model(PRESETS["tiny"])
    graphs = export(model)
    with torch.no_grad():
        model.get_parameter(part).view(-1)[0] += 0.1
    with pytest.raises(ParityError, match=r"log_probs \d"):
        verify(model, graphs, [])


def test_different_greedy_words_are_a_parity_error_that_names_a_sentence(
    export: Export, random_model: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model(PRESETS["tiny"])
    monkeypatch.setattr("traverba_export.verification.greedy_ids", lambda model, batch: [[1] for _ in batch])
    with pytest.raises(ParityError, match="3 of 3 greedy translations differ, first: \\[4, 9, 8, 2\\]"):
        verify(model, export(model), SOURCES)


def test_a_graph_that_computes_no_number_is_a_parity_error(export: Export, random_model: Draw) -> None:
    model = random_model(PRESETS["tiny"])
    with torch.no_grad():
        model.output.bias[5] = torch.nan
    with pytest.raises(ParityError, match="nan"):
        verify(model, export(model), [])
