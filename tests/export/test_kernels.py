"""The compiled kernels against torch's own operations and its autograd; skipped without a C compiler."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from traverba_export.model import kernels as kernels_module
from traverba_export.model.additive_scores import additive_scores
from traverba_export.model.kernels import kernels
from traverba_export.model.lstm_sequence import lstm_sequence
from traverba_export.training.loss import output_loss

NARROW = 0.02  # bfloat16 keeps eight bits

Run = Callable[[], list[Tensor]]


@pytest.fixture(autouse=True)
def few_threads() -> object:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


def with_and_without(run: Run, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Tensor], list[Tensor]]:
    """What a computation gives by the kernels, and by torch."""
    if kernels() is None:
        pytest.skip("no C compiler here, or none that works")
    found = run()
    monkeypatch.setenv("TRAVERBA_KERNELS", "0")
    assert kernels() is None
    return found, run()


def near(found: Tensor, expected: Tensor) -> bool:
    scale = expected.float().abs().max()
    return bool((found.float() - expected.float()).abs().max() <= NARROW * scale)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("rows", "width"), [(1, 1), (3, 37), (17, 64)])
def test_an_lstm_and_its_derivatives(
    rows: int, width: int, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    projected = torch.randn(5, rows, 4 * width).bfloat16().requires_grad_()
    recurrent = (torch.randn(4 * width, width) / width**0.5).requires_grad_()
    state = torch.randn(rows, 2 * width).requires_grad_()
    mask = nn.functional.dropout(torch.ones(rows, width), 0.3) if masked else None
    weights = torch.randn(5, rows, width)

    def run() -> list[Tensor]:
        hidden, memory = lstm_sequence(projected, recurrent, state, mask)
        loss = (hidden.float() * weights).sum() + memory.sum()
        return [hidden, memory, *torch.autograd.grad(loss, [projected, recurrent, state])]

    for found, expected in zip(*with_and_without(run, monkeypatch), strict=True):
        assert found.dtype == expected.dtype
        assert near(found, expected)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 3, 5, 33), (4, 7, 2, 64)])
def test_additive_scores_and_their_derivatives(
    shape: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, targets, sources, width = shape
    arguments = [torch.randn(rows, n, width, requires_grad=True) for n in (targets, sources)]
    arguments.append(torch.randn(width, requires_grad=True))
    weights = torch.randn(rows, targets, sources).relu()  # some of padding, which has no derivative

    def run() -> list[Tensor]:
        scores = additive_scores(*arguments)
        return [scores, *torch.autograd.grad((scores * weights).sum(), arguments)]

    paper = torch.tanh(arguments[0][:, :, None] + arguments[1][:, None]) @ arguments[2]
    true = [paper, *torch.autograd.grad((paper * weights).sum(), arguments)]
    for found in with_and_without(run, monkeypatch):
        for ours, expected in zip(found, true, strict=True):
            assert torch.allclose(ours, expected, atol=1e-4)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("rows", [1, 300])
def test_a_smoothed_loss_and_its_derivatives(
    rows: int, smoothing: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, weight = torch.randn(rows, 24, requires_grad=True), torch.randn(70, 24, requires_grad=True)
    bias, targets = torch.randn(70, requires_grad=True), torch.randint(0, 70, (rows,))

    def run() -> list[Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            loss = output_loss(hidden, weight, bias, targets, smoothing=smoothing)
        return [loss, *torch.autograd.grad(loss, [hidden, weight, bias])]

    logits = hidden @ weight.T + bias
    loss = nn.functional.cross_entropy(logits, targets, label_smoothing=smoothing, reduction="sum")
    true = [loss, *torch.autograd.grad(loss, [hidden, weight, bias])]
    for found in with_and_without(run, monkeypatch):
        for ours, expected in zip(found, true, strict=True):
            assert near(ours, expected)


@pytest.mark.parametrize("value", [-200.0, -20.0, -1e-3, 0.0, 1e-3, 3.0, 20.0, 200.0])
def test_gates_of_extreme_sums_are_what_their_limits_say(value: float) -> None:
    if kernels() is None:
        pytest.skip("no C compiler here, or none that works")
    hidden, memory = lstm_sequence(
        torch.full((1, 1, 4), value).bfloat16(), torch.zeros(4, 1), torch.tensor([[0.0, 0.5]])
    )
    narrow = torch.tensor(value).bfloat16().double()
    gate, candidate = narrow.sigmoid(), narrow.tanh()
    expected = gate * 0.5 + gate * candidate
    assert memory.item() == pytest.approx(expected.item(), abs=1e-6)
    assert hidden.item() == pytest.approx((gate * expected.tanh()).item(), abs=4e-3)


def test_without_a_compiler_training_goes_on_by_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/nowhere/cc")
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    kernels_module._library.cache_clear()
    try:
        assert kernels() is None
    finally:
        kernels_module._library.cache_clear()


def test_doubles_many_threads_and_views_are_left_to_torch() -> None:
    if kernels() is None:
        pytest.skip("no C compiler here, or none that works")
    assert kernels(torch.zeros(2, 2).double()) is None
    assert kernels(torch.zeros(2, 4)[:, ::2]) is None
    torch.set_num_threads(kernels_module.MOST_THREADS + 1)
    assert kernels() is None
