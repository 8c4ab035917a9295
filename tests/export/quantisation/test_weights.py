"""Integers that stand for weights, and products of them that no CPU may get wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from onnx import helper

from traverba_export.graphs.builder import IR_VERSION, OPSET, GraphBuilder
from traverba_export.quantisation.calibration import best_range
from traverba_export.quantisation.products import MICROSOFT, fold, product, quantise
from traverba_export.quantisation.weights import (
    ACTIVATION_ZERO,
    IntegerMatrix,
    quantise_rows,
)

INT16_MAX = 32_767
LARGEST_BYTE = 255
ROUNDING = 1e-6
"""One float32 multiplication and one addition follow the exact sum."""

weights = arrays(np.float32, (3, 5), elements=st.floats(-8, 8, width=32))


@given(weights)
def test_two_products_always_fit_the_sixteen_bits_of_the_weakest_cpu(matrix: NDArray[np.float32]) -> None:
    magnitudes = np.abs(quantise_rows(matrix).values.astype(int))
    assert 2 * LARGEST_BYTE * magnitudes.max() <= INT16_MAX


@given(weights)
def test_a_row_is_at_most_half_a_step_and_what_is_clipped_away_from_itself(
    matrix: NDArray[np.float32],
) -> None:
    integers = quantise_rows(matrix)
    scales = integers.scales[:, None].astype(np.float64)
    clipped = np.clip(matrix.astype(np.float64), -64 * scales, 64 * scales)
    assert np.all(np.abs(integers.values * scales - clipped) <= scales / 2 * (1 + ROUNDING) + 1e-30)


@given(weights)
def test_clipping_is_never_worse_than_the_full_range(matrix: NDArray[np.float32]) -> None:
    integers = quantise_rows(matrix)
    step = np.maximum(np.abs(matrix).max(axis=1, keepdims=True) / 64, 1e-30)
    naive = np.square(matrix - np.rint(matrix / step) * step).sum(axis=1)
    chosen = np.square(matrix - integers.values * integers.scales[:, None]).sum(axis=1)
    assert np.all(chosen <= naive * 1.001 + 1e-9)


def test_a_row_of_zeros_stays_zero() -> None:
    integers = quantise_rows(np.zeros((2, 4), np.float32))
    assert not integers.values.any() and np.all(np.isfinite(integers.scales)) and np.all(integers.scales > 0)


def test_the_ratio_of_two_ranges_goes_into_the_weights() -> None:
    """Inputs 3 in steps of 1 and 8 in steps of 4 are integers 3 and 2; 3 * 10 + 8 * 5 = 70."""
    matrix = fold(torch.tensor([[10.0, 5.0]]), [("a", 1), ("b", 1)], [1.0, 4.0])
    found = matrix.scales * (matrix.values @ np.array([3, 2]))
    assert found == pytest.approx(70.0, rel=0.01)


def run_product(
    x: NDArray[np.float32], unit: float, matrix: IntegerMatrix, bias: NDArray[np.float32], folder: Path
) -> NDArray[np.float32]:
    b = GraphBuilder()
    y = product(b, "site", quantise(b, "x", unit), matrix, torch.from_numpy(bias))
    graph = b.body(["x"], [y])
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    onnx.save(helper.make_model(graph, ir_version=IR_VERSION, opset_imports=opsets), folder / "product.onnx")
    session = onnxruntime.InferenceSession(str(folder / "product.onnx"), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": x})
    return np.asarray(found, np.float32)


@pytest.mark.parametrize("rows", [1, 2, 5, 8, 33])
@pytest.mark.parametrize("pattern", ["largest", "alternating", "pairs", "random"])
def test_products_of_extreme_weights_are_exact(rows: int, pattern: str, tmp_path: Path) -> None:
    """The worst case for saturation: every byte at its limit, every weight at its limit."""
    rng = np.random.default_rng(3)
    width, outputs = 515, 37
    values = np.full((outputs, width), 64, np.int8)
    if pattern == "alternating":
        values[:, ::2] = -64
    elif pattern == "pairs":
        values[:, np.arange(width) % 4 < 2] = -64
    elif pattern == "random":
        values = rng.integers(-64, 65, (outputs, width)).astype(np.int8)
    matrix = IntegerMatrix(
        values, rng.uniform(0.5, 2, outputs).astype(np.float32), np.ones(values.shape[1], np.float32)
    )
    bias = rng.normal(size=outputs).astype(np.float32)
    x = rng.choice([-128, 127], (rows, width)).astype(np.float32)
    x[0] = 127
    expected = x.astype(np.int64) @ values.T.astype(np.int64) * matrix.scales.astype(np.float64) + bias
    np.testing.assert_allclose(
        run_product(x, 1.0, matrix, bias, tmp_path), expected, rtol=ROUNDING, atol=ROUNDING
    )


def test_activations_beyond_their_range_are_clipped(tmp_path: Path) -> None:
    matrix = IntegerMatrix(np.array([[1]], np.int8), np.ones(1, np.float32), np.ones(1, np.float32))
    x = np.array([[-1000], [-128], [-3], [0], [2], [127], [1000]], np.float32)
    found = run_product(x, 1.0, matrix, np.zeros(1, np.float32), tmp_path)
    assert found[:, 0].tolist() == [-ACTIVATION_ZERO, -128, -3, 0, 2, 127, 255 - ACTIVATION_ZERO]


def test_the_best_range_of_evenly_spread_values_is_the_largest_of_them() -> None:
    values = np.linspace(0, 3, 1000, dtype=np.float32)
    assert best_range(values, 3.0) == pytest.approx(3.0, rel=0.03)


def test_the_best_range_leaves_a_lone_outlier_out() -> None:
    values = np.abs(np.random.default_rng(1).normal(size=200_000)).astype(np.float32)
    assert values.max() * 0.5 < best_range(values, 30.0) < 15
