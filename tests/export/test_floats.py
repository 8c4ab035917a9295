"""Which floats training multiplies with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from traverba_export.training import floats
from traverba_export.training.floats import bf16_pays, product_seconds, products_in


@pytest.fixture(autouse=True)
def measured_anew() -> Iterator[None]:
    bf16_pays.cache_clear()
    yield
    bf16_pays.cache_clear()


def dtype_of_a_product(precision: str) -> torch.dtype:
    with products_in(precision, "cpu"):
        return torch.mm(torch.ones(2, 2), torch.ones(2, 2)).dtype


@pytest.mark.parametrize(
    ("bf16_seconds", "precision", "dtype"),
    [
        (0.5, "bf16", torch.bfloat16),
        (1.5, "bf16", torch.bfloat16),
        (50.0, "bf16", torch.float32),
        (0.5, "fp32", torch.float32),
    ],
)
def test_bf16_is_left_where_the_machine_only_imitates_it(
    monkeypatch: pytest.MonkeyPatch, bf16_seconds: float, precision: str, dtype: torch.dtype
) -> None:
    seconds = {torch.bfloat16: bf16_seconds, torch.float32: 1.0}
    monkeypatch.setattr(floats, "product_seconds", seconds.__getitem__)
    assert dtype_of_a_product(precision) == dtype


def test_that_it_is_left_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(floats, "product_seconds", {torch.bfloat16: 9.0, torch.float32: 1.0}.__getitem__)
    for _ in range(3):
        products_in("bf16", "cpu")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_product_takes_time() -> None:
    assert 0 < product_seconds(torch.float32) < 1
