"""The loss against a sample of the vocabulary: the whole one's, on average."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from traverba_export.training.candidates import draw_candidates, sampled_output_loss

V, H, ROWS = 300, 16, 40


@pytest.fixture
def tensors() -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(0)
    return tuple(0.5 * torch.randn(s).requires_grad_() for s in ((ROWS, H), (V, H), (V,)))  # type: ignore[return-value]


@pytest.fixture
def targets() -> Tensor:
    return torch.randint(0, 20, (ROWS,), generator=torch.Generator().manual_seed(1))


def exact(tensors: tuple[Tensor, Tensor, Tensor], targets: Tensor, smoothing: float) -> Tensor:
    return F.cross_entropy(F.linear(*tensors), targets, label_smoothing=smoothing, reduction="sum")


@given(
    st.lists(st.integers(0, V - 1), min_size=1, max_size=200),
    st.integers(4, 2 * V),
)
@settings(max_examples=200, deadline=None)
def test_candidates_are_the_batch_s_own_and_others_that_stand_for_the_rest(ids: list[int], size: int) -> None:
    candidates = draw_candidates(torch.tensor(ids), V, size)
    found = candidates.ids.tolist()
    assert len(set(found)) == len(found) <= max(size, len(set(ids)) + size // 4)
    assert found[: candidates.own] == sorted(set(ids))
    assert candidates.weights[: candidates.own].eq(1).all()
    drawn = len(found) - candidates.own
    assert candidates.weights.sum().item() == pytest.approx(V if drawn else len(set(ids)), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_sample_of_everything_gives_cross_entropy_and_its_gradients(
    tensors: tuple[Tensor, Tensor, Tensor], targets: Tensor, smoothing: float
) -> None:
    candidates = draw_candidates(targets, V, V)
    ours = sampled_output_loss(*tensors, targets, candidates, smoothing=smoothing)
    theirs = exact(tensors, targets, smoothing)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    for a, b in zip(torch.autograd.grad(ours, tensors), torch.autograd.grad(theirs, tensors), strict=True):
        assert (a - b).abs().max() < 1e-4


def test_over_many_draws_loss_and_gradients_are_those_of_the_whole_vocabulary(
    tensors: tuple[Tensor, Tensor, Tensor], targets: Tensor
) -> None:
    draws, losses = 400, []
    total = [torch.zeros_like(t) for t in tensors]
    for _ in range(draws):
        loss = sampled_output_loss(*tensors, targets, draw_candidates(targets, V, 90), smoothing=0.1)
        losses.append(loss.item())
        for mean, grad in zip(total, torch.autograd.grad(loss, tensors), strict=True):
            mean += grad / draws
    theirs = exact(tensors, targets, 0.1)
    assert sum(losses) / draws == pytest.approx(theirs.item(), rel=0.01)
    for mean, grad in zip(total, torch.autograd.grad(theirs, tensors), strict=True):
        assert F.cosine_similarity(mean.flatten(), grad.flatten(), dim=0) > 0.98
