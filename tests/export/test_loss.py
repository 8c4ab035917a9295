"""The chunked output loss against torch's cross-entropy."""

import pytest
import torch
import torch.nn.functional as F

from traverba_export.training import loss as loss_module
from traverba_export.training.loss import output_loss

TOLERANCE = 1e-4  # sums over hundreds of float32 rows


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("rows", [1, 7, 300])
def test_loss_and_gradients_are_those_of_cross_entropy(
    rows: int, smoothing: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(loss_module.CHUNK_ROWS, "cpu", 64)
    torch.manual_seed(0)
    hidden, weight, bias = (torch.randn(s, requires_grad=True) for s in ((rows, 16), (50, 16), (50,)))
    targets = torch.randint(0, 50, (rows,))
    ours = output_loss(hidden, weight, bias, targets, smoothing=smoothing)
    theirs = F.cross_entropy(
        F.linear(hidden, weight, bias), targets, label_smoothing=smoothing, reduction="sum"
    )
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    for a, b in zip(
        torch.autograd.grad(ours * 0.5, (hidden, weight, bias)),
        torch.autograd.grad(theirs * 0.5, (hidden, weight, bias)),
        strict=True,
    ):
        assert (a - b).abs().max() < TOLERANCE


def test_extreme_logits_neither_overflow_nor_lose_the_gradient() -> None:
    hidden = torch.tensor([[1.0]], requires_grad=True)
    weight = torch.tensor([[1000.0], [-1000.0], [0.0]], requires_grad=True)
    bias = torch.zeros(3, requires_grad=True)
    loss = output_loss(hidden, weight, bias, torch.tensor([1]))
    assert loss.item() == pytest.approx(2000.0)
    (grad,) = torch.autograd.grad(loss, hidden)
    assert grad.item() == pytest.approx(2000.0)
