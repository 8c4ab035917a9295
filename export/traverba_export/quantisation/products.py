"""Integer products as operators of onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from traverba_export.graphs.arithmetic import Part
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.quantisation.weights import ACTIVATION_ZERO, IntegerMatrix, quantise_rows

MICROSOFT = "com.microsoft"
"""Domain of onnxruntime's own operators."""


def quantise(b: GraphBuilder, x: str, unit: float) -> str:
    """float32 -> unsigned bytes, steps of ``unit`` around `ACTIVATION_ZERO`; what is beyond is clipped."""
    zero = b.constant(ACTIVATION_ZERO, np.uint8)
    return b.op("QuantizeLinear", x, b.constant(unit, np.float32), zero)


def fold(weight: Tensor, parts: Sequence[Part], units: Sequence[float]) -> IntegerMatrix:
    """``weight`` (O, I) for inputs that come in steps of ``units`` instead of 1, quantised."""
    widths = [width for _, width in parts]
    return quantise_rows(as_array(weight), np.repeat(np.array(units, np.float32), widths))


def product(b: GraphBuilder, name: str, x: str, matrix: IntegerMatrix, bias: Tensor | None) -> str:
    """Bytes ``x`` (..., I) times ``matrix`` (O, I), plus ``bias`` (O,) -> float32 (..., O)."""
    weight = b.initialiser(f"{name}.integers", matrix.values.T)
    added = "" if bias is None else b.initialiser(f"{name}.bias", as_array(bias))
    return scaled_product(b, x, weight, b.initialiser(f"{name}.scales", matrix.scales), added)


def scaled_product(b: GraphBuilder, x: str, weight: str, scales: str, bias: str) -> str:
    """``x`` (..., I) and ``weight`` (I, O) in bytes, ``scales`` and ``bias`` (O,) in float32 -> (..., O)."""
    one, zero = b.constant(1, np.float32), b.constant(ACTIVATION_ZERO, np.uint8)
    return b.op("MatMulIntegerToFloat", x, weight, one, scales, zero, "", bias, domain=MICROSOFT)


def as_array(values: Tensor) -> NDArray[np.float32]:
    """A weight as numpy sees it."""
    return np.asarray(values.detach().numpy(), np.float32)
