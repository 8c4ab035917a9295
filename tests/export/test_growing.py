"""A larger model that begins where a smaller one stands."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from torch import Tensor

from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.training.transfer import Parent, Transferred, transfer

SMALL = ModelConfig(vocab_size=30, hidden_size=6, scale_embeddings=True)
WORDS = {f"piece {i}": i for i in range(30)}
SHAPES: list[dict[str, Any]] = [
    {},
    {"attention_query": "previous"},
    {"merge": "concat"},
    {"tie_embeddings": "none"},
    {"scale_embeddings": False, "bridge": "zeros"},
]


def trained(config: ModelConfig) -> EncoderDecoder:
    """A model whose every parameter, biases too, differs from what it began with."""
    torch.manual_seed(1)
    model = EncoderDecoder(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return model


def grown(parent: EncoderDecoder, **changes: Any) -> tuple[EncoderDecoder, Transferred]:
    torch.manual_seed(2)
    model = EncoderDecoder(dataclasses.replace(parent.config, **changes))
    return model, transfer(Parent(parent.state_dict(), WORDS), model, WORDS)


def scores(model: EncoderDecoder) -> Tensor:
    torch.manual_seed(3)
    src_ids, prev_ids = torch.randint(3, 30, (4, 7)), torch.randint(3, 30, (4, 5))
    return model.logits(model(src_ids, torch.tensor([7, 5, 2, 1]), prev_ids))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_more_units_and_more_encoder_layers_change_no_score_at_first(shape: dict[str, Any]) -> None:
    parent = trained(dataclasses.replace(SMALL, **shape))
    model, done = grown(parent, hidden_size=10, encoder_layers=4)
    assert all(name.startswith(("encoder.upper.1.", "encoder.upper.2.")) for name in done.initialised)
    torch.testing.assert_close(scores(model), scores(parent), rtol=1e-5, atol=1e-5)


def test_two_steps_wake_everything_that_is_new() -> None:
    model, _ = grown(trained(SMALL), hidden_size=10, encoder_layers=3)
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):  # a recurrent weight of a layer that was silent sees its output in the second
        optimiser.zero_grad()
        scores(model).square().mean().backward()
        optimiser.step()
    still = [name for name, p in model.named_parameters() if torch.equal(p, before[name])]
    assert still == []
    assert model.target_embedding.weight[3:, 6:].abs().sum() > 0


def test_a_new_decoder_layer_is_as_new_as_any() -> None:
    _, done = grown(trained(SMALL), hidden_size=10, decoder_layers=3)
    assert done.initialised and all(name.startswith("decoder.upper.1.") for name in done.initialised)


def test_rows_of_subwords_follow_their_subwords() -> None:
    parent = trained(SMALL)
    torch.manual_seed(2)
    model = EncoderDecoder(dataclasses.replace(SMALL, hidden_size=10))
    turned = {piece: 29 - row for piece, row in WORDS.items()}
    transfer(Parent(parent.state_dict(), WORDS), model, turned)
    assert torch.equal(model.target_embedding.weight.flip(0)[:, :6], parent.target_embedding.weight)
    assert torch.equal(model.output.bias.flip(0), parent.output.bias)
