"""A model that went into graphs comes back out of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from traverba.bundle import open_bundle
from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.reimport import load_model, model_of_graphs

DATA = Path(__file__).parents[1] / "data"
CONFIGS = {
    "lstm": ModelConfig(vocab_size=40, hidden_size=12, encoder_layers=3, decoder_layers=3),
    "gru": ModelConfig(vocab_size=40, hidden_size=12, cell="gru", attention="general", merge="concat"),
    "rnn": ModelConfig(
        vocab_size=40, hidden_size=12, cell="rnn", attention="dot", tie_embeddings="none", bidirectional=False
    ),
    "lexical": ModelConfig(vocab_size=40, hidden_size=12, lexical=True),
    "paper": ModelConfig(
        vocab_size=40, hidden_size=12, attention_query="previous", bridge="zeros", tie_embeddings="decoder"
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_what_was_exported_is_what_comes_back(name: str) -> None:
    torch.manual_seed(3)
    model = EncoderDecoder(CONFIGS[name]).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    graphs = (build_encoder(model, FloatArithmetic()), build_decoder_step(model, FloatArithmetic()))
    again = model_of_graphs(CONFIGS[name], *graphs)
    learned = ("decoder.attention.direction", "decoder.attention.gain")  # only their product is stored
    for key, value in model.state_dict().items():
        if key not in learned:
            assert torch.equal(again.state_dict()[key], value), key
    words, lengths = torch.randint(3, 40, (4, 7)), torch.tensor([7, 5, 1, 3])
    with torch.no_grad():
        torch.testing.assert_close(again(words, lengths, words), model(words, lengths, words))


def test_integers_that_another_exporter_wrote_are_refused() -> None:
    with (
        open_bundle(DATA / "tiny-int8.traverba") as bundle,
        pytest.raises(ValueError, match="another version of the exporter"),
    ):
        load_model(bundle)
