"""Weights as integers, within bounds that make their products exact on every CPU.

x86 without VNNI multiplies unsigned activations by signed weights pairwise into 16 bits, where
2 * 255 * 127 does not fit and saturates. Weights within ±64 always fit (2 * 255 * 64 = 32,640),
at one bit less. VNNI and ARM add up in 32 bits, so every CPU gives the same integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEIGHT_LIMIT = 64
ACTIVATION_LIMIT = 127
ACTIVATION_ZERO = 128
"""Activations are unsigned bytes around this: 1 … 255 in use."""

CLIPS = np.linspace(1.0, 0.7, 13)
"""Shares of a row's largest weight tried as its range: clipping a few spares the many a coarse grid."""


@dataclass(frozen=True)
class IntegerMatrix:
    """``values * scales[:, None] / units`` stands for a float matrix (O, I)."""

    values: NDArray[np.int8]  # (O, I), within ±WEIGHT_LIMIT
    scales: NDArray[np.float32]  # (O,)
    units: NDArray[np.float32]  # (I,): what each input's integers count in

    def as_float(self) -> NDArray[np.float32]:
        """The matrix that it stands for."""
        return self.values.astype(np.float32) * self.scales[:, None] * self.inverse_units

    @property
    def inverse_units(self) -> NDArray[np.float32]:
        """(I,)."""
        return np.float32(1) / self.units


def quantise_rows(weights: NDArray[np.float32], units: NDArray[np.float32] | None = None) -> IntegerMatrix:
    """Each row of ``weights`` (O, I) on its own grid, the one with the least squared error.

    First each column is multiplied by its input's ``units`` (I,).
    """
    units = np.ones(weights.shape[1], np.float32) if units is None else units
    weights = weights * units
    peaks = np.maximum(np.abs(weights).max(axis=1), np.finfo(np.float32).tiny * WEIGHT_LIMIT)  # (O,)
    best_error = np.full(len(weights), np.inf)
    best_scales = np.empty(len(weights), np.float32)
    for clip in CLIPS:
        scales = (clip * peaks / WEIGHT_LIMIT).astype(np.float32)
        error = np.square(weights - _round(weights, scales) * scales[:, None]).sum(axis=1)
        better = error < best_error
        best_error = np.where(better, error, best_error)
        best_scales = np.where(better, scales, best_scales)
    return IntegerMatrix(_round(weights, best_scales).astype(np.int8), best_scales, units)


def _round(weights: NDArray[np.float32], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = np.rint(weights / scales[:, None])
    return rounded.clip(-WEIGHT_LIMIT, WEIGHT_LIMIT)
