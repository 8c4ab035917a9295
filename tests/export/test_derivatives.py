"""Recurrence and attention with their derivatives written out, against finite differences and torch."""

import math

import pytest
import torch
from torch import Tensor, nn

from traverba_export.model import additive_scores as scores_module
from traverba_export.model.additive_scores import additive_scores
from traverba_export.model.cells import LstmCell
from traverba_export.model.layers import run_layer, run_library_lstm
from traverba_export.model.lstm_sequence import lstm_sequence
from traverba_export.model.tanh import tanh_

TIME, BATCH, HIDDEN = 4, 3, 5
NARROW = 0.05  # bfloat16 keeps eight bits; a few roundings of numbers near 1


def doubles(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("masked", [False, True])
def test_derivatives_of_an_lstm_are_what_finite_differences_say(masked: bool) -> None:
    torch.manual_seed(0)
    mask = torch.tensor([[2.0, 0, 2, 0, 2]], dtype=torch.float64).expand(BATCH, HIDDEN) if masked else None
    arguments = (doubles(TIME, BATCH, 4 * HIDDEN), doubles(4 * HIDDEN, HIDDEN), doubles(BATCH, 2 * HIDDEN))
    assert torch.autograd.gradcheck(lambda *a: lstm_sequence(*a, mask), arguments)


def test_a_training_layer_has_the_derivatives_of_torch_s_lstm() -> None:
    torch.manual_seed(0)
    ours, theirs = LstmCell(6, HIDDEN), nn.LSTM(6, HIDDEN)
    order = [0, 3, 1, 2]  # torch's input, forget, candidate, output as ours: input, output, forget, candidate
    with torch.no_grad():
        for mine, name in ((ours.input.weight, "weight_ih_l0"), (ours.recurrent.weight, "weight_hh_l0")):
            mine.copy_(torch.cat([getattr(theirs, name).chunk(4)[gate] for gate in order]))
        theirs.bias_hh_l0.zero_()
        ours.input.bias.copy_(torch.cat([theirs.bias_ih_l0.chunk(4)[gate] for gate in order]))
    inputs, weights = torch.randn(BATCH, TIME, 6), torch.randn(BATCH, TIME, HIDDEN)
    hidden, _ = run_layer(ours, inputs, torch.zeros(BATCH, 2 * HIDDEN))
    (hidden * weights).sum().backward()
    (theirs(inputs.transpose(0, 1))[0].transpose(0, 1) * weights).sum().backward()
    for mine, name in ((ours.input.weight, "weight_ih_l0"), (ours.recurrent.weight, "weight_hh_l0")):
        expected = torch.cat([getattr(theirs, name).grad.chunk(4)[gate] for gate in order])
        assert mine.grad is not None
        assert torch.allclose(mine.grad, expected, atol=1e-5)


def test_training_and_generation_run_the_same_layer() -> None:
    torch.manual_seed(0)
    cell, inputs, state = LstmCell(6, HIDDEN), torch.randn(BATCH, TIME, 6), torch.randn(BATCH, 2 * HIDDEN)
    lengths = torch.tensor([4, 1, 3])
    trained = run_layer(cell, inputs, state, lengths=lengths)
    with torch.no_grad():
        generated = run_layer(cell, inputs, state, lengths=lengths)
    for ours, expected in zip(trained, generated, strict=True):
        assert torch.allclose(ours, expected, atol=1e-6)


def test_under_autocast_an_lstm_is_the_same_but_for_rounding() -> None:
    torch.manual_seed(0)
    cell, inputs, state = LstmCell(64, 64), torch.randn(BATCH, 20, 64), torch.zeros(BATCH, 128)
    wide, _ = run_layer(cell, inputs, state)
    with torch.autocast("cpu", torch.bfloat16):
        narrow, last = run_layer(cell, inputs, state)
    assert (wide - narrow).abs().max() < NARROW
    assert last.dtype == torch.float32, "the memory of an LSTM adds up: it is never narrow"


def reference(queries: Tensor, keys: Tensor, vector: Tensor) -> Tensor:
    """The formula of the paper, all at once."""
    return torch.tanh(queries[:, :, None] + keys[:, None]) @ vector


def test_derivatives_of_additive_scores_are_what_finite_differences_say() -> None:
    torch.manual_seed(0)
    arguments = (doubles(3, 2, 4), doubles(3, 5, 4), doubles(4))
    assert torch.autograd.gradcheck(additive_scores, arguments)
    assert torch.allclose(additive_scores(*arguments), reference(*arguments))


@pytest.mark.parametrize("values", [1, 2 * 5 * 4 * 2, 10**9])
def test_scores_do_not_depend_on_how_many_rows_are_made_at_a_time(
    values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores_module, "CHUNK_VALUES", values)
    torch.manual_seed(0)
    arguments = (doubles(3, 2, 4), doubles(3, 5, 4), doubles(4))
    expected = torch.autograd.grad(reference(*arguments).square().sum(), arguments)
    found = torch.autograd.grad(additive_scores(*arguments).square().sum(), arguments)
    for ours, theirs in zip(found, expected, strict=True):
        assert torch.allclose(ours, theirs)


def test_scores_of_narrow_queries_are_as_exact_as_these() -> None:
    torch.manual_seed(0)
    queries, keys, vector = (
        v.bfloat16() for v in (torch.randn(3, 2, 64), torch.randn(3, 5, 64), torch.randn(64))
    )
    expected = reference(*(v.double() for v in (queries, keys, vector)))
    assert (additive_scores(queries, keys, vector) - expected).abs().max() < 1e-5


@pytest.mark.parametrize("value", [0.0, 1e-3, -0.5, 3.0, 40.0, -1e4])
def test_tanh_by_way_of_the_logistic_function(value: float) -> None:
    assert tanh_(torch.tensor([value], dtype=torch.float64)).item() == pytest.approx(
        math.tanh(value), abs=1e-15
    )


@pytest.mark.parametrize("padded", [False, True])
def test_the_library_s_kernel_gives_what_our_steps_give_and_the_same_derivatives(padded: bool) -> None:
    torch.manual_seed(0)
    cell, inputs, state = LstmCell(6, HIDDEN), torch.randn(BATCH, TIME, 6), torch.randn(BATCH, 2 * HIDDEN)
    lengths = torch.tensor([4, 1, 3]) if padded else None
    real = torch.arange(TIME) < (torch.tensor([TIME] * BATCH) if lengths is None else lengths)[:, None]
    weights = torch.randn(BATCH, TIME, HIDDEN) * real[..., None]
    found = []
    for layer in (run_layer, run_library_lstm):
        given = [inputs.clone().requires_grad_(), state.clone().requires_grad_()]
        hidden, final = layer(cell, *given, lengths=lengths)
        loss = (hidden * weights).sum() + final.square().sum()
        found.append(
            [hidden * real[..., None], final, *torch.autograd.grad(loss, [*given, *cell.parameters()])]
        )
    for ours, expected in zip(*found, strict=True):
        assert torch.allclose(ours, expected, atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_gpu_s_kernel_in_half_precision_is_near_our_steps_in_float32() -> None:
    torch.manual_seed(0)
    cell, inputs = LstmCell(64, 48).cuda(), torch.randn(7, 11, 64, device="cuda")
    state = 0.5 * torch.randn(7, 96, device="cuda")
    lengths = torch.tensor([11, 1, 3, 5, 11, 2, 7], device="cuda")
    with torch.autocast("cuda", torch.float16):
        hidden, final = run_layer(cell, inputs, state, lengths=lengths)
    with torch.no_grad():
        expected, expected_final = run_layer(cell, inputs, state, lengths=lengths)
    real = (torch.arange(11, device="cuda") < lengths[:, None])[..., None]
    assert hidden.dtype == torch.float16
    assert torch.allclose(hidden.float() * real, expected * real, atol=2e-3)
    assert torch.allclose(final.float(), expected_final, atol=2e-3)
