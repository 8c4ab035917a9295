"""The encoder–decoder: stepping, padding, attention and shapes of every variant."""

import itertools
from typing import Any

import pytest
import torch

from traverba_export.model import PRESETS, EncoderDecoder, ModelConfig, count_parameters, preset
from traverba_export.model.attention import PADDING_BIAS, Attention
from traverba_export.model.cells import CELLS
from traverba_export.model.dropout import recurrent_mask

TOLERANCE = 1e-5  # float32; batched products of another shape round differently

VARIANTS = list(
    itertools.product(
        ("rnn", "gru", "lstm"),
        ("none", "dot", "general", "additive"),
        ("previous", "current"),
        ("sum", "concat"),
    )
)


def build(cell: str, attention: str, query: str, merge: str) -> EncoderDecoder:
    torch.manual_seed(0)
    config = preset(
        "tiny", cell=cell, attention=attention, attention_query=query, merge=merge,
        encoder_layers=3, decoder_layers=3,
    )  # fmt: skip
    return EncoderDecoder(config).eval()


@pytest.mark.parametrize(("cell", "attention", "query", "merge"), VARIANTS)
def test_stepping_equals_the_whole_sequence(cell: str, attention: str, query: str, merge: str) -> None:
    model = build(cell, attention, query, merge)
    memory, state = model.encode(torch.randint(3, 400, (3, 7)), torch.tensor([7, 3, 1]))
    prev_ids = torch.randint(3, 400, (3, 5))
    whole, last_state, weights = model.decode(prev_ids, state, memory)
    for step in range(5):
        hidden, state, weight = model.decode(prev_ids[:, step : step + 1], state, memory)
        assert (hidden[:, 0] - whole[:, step]).abs().max() < TOLERANCE
        assert (weight[:, 0] - weights[:, step]).abs().max() < TOLERANCE
    assert (state - last_state).abs().max() < TOLERANCE


@pytest.mark.parametrize(("cell", "attention", "query", "merge"), VARIANTS)
def test_padding_changes_nothing(cell: str, attention: str, query: str, merge: str) -> None:
    model = build(cell, attention, query, merge)
    src_ids = torch.randint(3, 400, (3, 7))
    lengths = torch.tensor([7, 3, 1])
    prev_ids = torch.randint(3, 400, (3, 4))
    together = model(src_ids, lengths, prev_ids)
    for row, length in enumerate(lengths.tolist()):
        alone = model(src_ids[row : row + 1, :length], lengths[row : row + 1], prev_ids[row : row + 1])
        assert (together[row] - alone[0]).abs().max() < TOLERANCE


def with_a_lexical_way(**changes: Any) -> EncoderDecoder:
    """A model whose lexical way says something, which at first it does not."""
    torch.manual_seed(0)
    model = EncoderDecoder(preset("tiny", lexical=True, **changes)).eval()
    assert model.decoder.lexical is not None
    torch.nn.init.normal_(model.decoder.lexical.weight, std=0.3)
    return model


@pytest.mark.parametrize("query", ["previous", "current"])
def test_a_lexical_way_steps_as_it_trains_and_reads_no_padding(query: str) -> None:
    model = with_a_lexical_way(attention_query=query)
    src_ids, lengths = torch.randint(3, 400, (2, 7)), torch.tensor([7, 3])
    prev_ids = torch.randint(3, 400, (2, 5))
    memory, state = model.encode(src_ids, lengths)
    whole, _, _ = model.decode(prev_ids, state, memory)
    alone = model(src_ids[1:, :3], lengths[1:], prev_ids[1:])
    assert (whole[1] - alone[0]).abs().max() < TOLERANCE
    for step in range(5):
        hidden, state, _ = model.decode(prev_ids[:, step : step + 1], state, memory)
        assert (hidden[:, 0] - whole[:, step]).abs().max() < TOLERANCE


def test_a_lexical_way_adds_a_map_of_the_sources_own_vectors_weighed_by_attention() -> None:
    """Nguyen & Chiang 2018, section 4, with one linear map: computed here from the attention weights."""
    model = with_a_lexical_way()
    src_ids, prev_ids = torch.randint(3, 400, (1, 6)), torch.randint(3, 400, (1, 4))
    memory, state = model.encode(src_ids, torch.tensor([6]))
    hidden, _, weights = model.decode(prev_ids, state, memory)
    words = weights @ model.source_embedding.weight[src_ids]  # (1, T, E)
    with_it = words @ model.decoder.lexical.weight.T
    torch.nn.init.zeros_(model.decoder.lexical.weight)
    without, _, _ = model.decode(prev_ids, state, memory)
    torch.testing.assert_close(hidden, without + with_it)


def test_a_new_lexical_way_says_nothing_yet_and_is_heard_in_the_gradient() -> None:
    torch.manual_seed(0)
    model = EncoderDecoder(preset("tiny", lexical=True))
    assert not model.decoder.lexical.weight.any()
    model(torch.randint(3, 400, (2, 5)), torch.tensor([5, 5]), torch.randint(3, 400, (2, 4))).sum().backward()
    assert model.decoder.lexical.weight.grad.abs().max() > 0


@pytest.mark.parametrize("changes", [{"attention": "none"}, {"decoder": "aligned"}])
def test_a_lexical_way_without_attention_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="lexical"):
        preset("tiny", lexical=True, **changes)


def test_attention_weights_sum_to_one_and_are_zero_on_padding() -> None:
    model = build("lstm", "additive", "current", "sum")
    memory, state = model.encode(torch.randint(3, 400, (2, 6)), torch.tensor([6, 2]))
    _, _, weights = model.decode(torch.randint(3, 400, (2, 3)), state, memory)
    assert torch.allclose(weights.sum(-1), torch.ones(2, 3))
    assert weights[1, :, 2:].eq(0).all()


def test_additive_attention_is_the_formula_of_the_paper() -> None:
    """g * v/|v| . tanh(W q + U m + b), computed here term by term."""
    torch.manual_seed(1)
    attention = Attention(ModelConfig(vocab_size=10, hidden_size=4, attention_size=3))
    query, memory = torch.randn(1, 1, 4), torch.randn(1, 2, 4)
    _, weights = attention(query, memory, attention.keys(memory), torch.tensor([[0.0, 0.0]]))
    scores = []
    for position in range(2):
        mixed = attention.query.weight @ query[0, 0] + attention.key.weight @ memory[0, position]
        direction = attention.direction / attention.direction.square().sum().sqrt()
        scores.append((attention.gain * (direction * torch.tanh(mixed + attention.key.bias)).sum()).item())
    expected = torch.tensor(scores).exp() / torch.tensor(scores).exp().sum()
    assert torch.allclose(weights[0, 0], expected, atol=1e-6)


def test_dot_attention_by_hand() -> None:
    attention = Attention(ModelConfig(vocab_size=10, hidden_size=2, attention="dot"))
    memory = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [9.0, 9.0]]])
    bias = torch.tensor([[0.0, 0.0, PADDING_BIAS]])
    context, weights = attention(torch.tensor([[[2.0, 0.0]]]), memory, memory, bias)
    e2 = 2.718281828459045**2
    assert weights[0, 0].tolist() == pytest.approx([e2 / (e2 + 1), 1 / (e2 + 1), 0.0])
    assert context[0, 0].tolist() == pytest.approx([e2 / (e2 + 1), 1 / (e2 + 1)])


def test_gnmt_preset_has_the_published_shape() -> None:
    config = PRESETS["gnmt"]
    assert (config.encoder_layers, config.decoder_layers, config.hidden_size) == (8, 8, 1024)
    assert (config.merge, config.attention_query, config.residual_from) == ("concat", "previous", 2)


def test_parameters_are_counted_once_when_shared() -> None:
    model = EncoderDecoder(preset("tiny"))
    assert sum(count_parameters(model).values()) == sum(p.numel() for p in model.parameters())
    lstm = 4 * 32 * (32 + 32 + 1)  # four gates over input, hidden state and bias
    assert count_parameters(model)["encoder"] == 3 * lstm


def test_a_paper_order_context_reaches_the_bottom_layer() -> None:
    """Wu et al. 2016: every decoder layer is fed the context, so the bottom cell is that much wider."""
    previous, current = (preset("tiny", attention_query=q) for q in ("previous", "current"))
    wide = EncoderDecoder(previous).decoder.bottom.input.in_features
    assert wide == EncoderDecoder(current).decoder.bottom.input.in_features + previous.memory_size


@pytest.mark.parametrize(
    "changes",
    [
        {"embedding_size": 16},
        {"attention": "dot", "merge": "concat", "encoder_layers": 1},
        {"attention": "none", "bridge": "zeros"},
        {"encoder_layers": 0},
    ],
)
def test_impossible_shapes_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        preset("tiny", **changes)


@pytest.mark.parametrize("query", ["previous", "current"])
def test_what_a_sentence_drops_stays_dropped_to_its_end(query: str) -> None:
    torch.manual_seed(0)
    config = preset("tiny", dropout=0.5, dropout_mask="sentence", attention_query=query)
    model = EncoderDecoder(config).train()
    memory, state = model.encode(torch.randint(3, 400, (2, 6)), torch.tensor([6, 4]))
    hidden, _, _ = model.decode(torch.randint(3, 400, (2, 9)), state, memory)
    dropped = hidden == 0  # (B, T, H)
    assert (dropped == dropped[:, :1]).all()
    assert dropped[0, 0].any() and not dropped[0, 0].all() and (dropped[0] != dropped[1]).any()


def test_a_recurrent_mask_hides_units_from_the_next_step_and_spares_the_memory_cell() -> None:
    cell, state = CELLS["lstm"](4, 1_000), torch.ones(3, 2_000)
    mask = recurrent_mask(cell, state, 0.25, training=True)
    assert mask is not None
    hidden, memory = mask.split(1_000, dim=1)
    assert sorted(hidden.unique().tolist()) == pytest.approx([0.0, 1 / 0.75])
    assert abs(float((hidden == 0).float().mean()) - 0.25) < 0.05 and (memory == 1).all()
    assert recurrent_mask(cell, state, 0.25, training=False) is None
    assert recurrent_mask(cell, state, 0.0, training=True) is None


@pytest.mark.parametrize("query", ["previous", "current"])
def test_recurrent_dropout_is_felt_in_training_alone(query: str) -> None:
    torch.manual_seed(0)
    model = EncoderDecoder(preset("tiny", recurrent_dropout=0.3, attention_query=query))
    batch = torch.randint(3, 400, (2, 6)), torch.tensor([6, 4]), torch.randint(3, 400, (2, 5))
    assert not torch.equal(model.train()(*batch), model(*batch))
    assert torch.equal(model.eval()(*batch), model(*batch))
