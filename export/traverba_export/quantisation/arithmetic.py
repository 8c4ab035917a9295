"""`traverba_export.graphs.Arithmetic` in 8-bit integers with fixed activation ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from onnx import TensorProto
from torch import Tensor

from traverba.contract import DType
from traverba_export.graphs.arithmetic import LayerOutput, Part, Values
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model.cells import Cell
from traverba_export.quantisation.products import as_array, fold, product, quantise, scaled_product
from traverba_export.quantisation.recurrence import fold_layer, scan_layer
from traverba_export.quantisation.storing import StoredMatrix
from traverba_export.quantisation.weights import (
    ACTIVATION_LIMIT,
    ACTIVATION_ZERO,
    IntegerMatrix,
    quantise_rows,
)

Ranges = Mapping[str, float]
"""Activation, "site:part" -> the magnitude that becomes the largest integer."""


class IntegerArithmetic:
    """Unsigned bytes times signed bytes, summed in 32 bits, scaled back to float32.

    Every part of a product's input has its own range. The ratio between them is folded into the
    weights before those are quantised, so that one integer product serves all parts.
    """

    stored: DType = "int8"

    def __init__(self, ranges: Ranges) -> None:
        self._ranges = ranges
        self.stored_weights: dict[str, tuple[StoredMatrix, ...]] = {}
        """What the graphs built so far hold, by the name of the same weight in a float graph."""

    def linear(
        self, b: GraphBuilder, site: str, parts: Sequence[Part], weight: Tensor, bias: Tensor | None
    ) -> str:
        units = self._units(site, len(parts))
        x = b.concat([quantise(b, name, unit) for (name, _), unit in zip(parts, units, strict=True)])
        matrix = fold(weight, parts, units)
        self.stored_weights[f"{site}.weight"] = (StoredMatrix(f"{site}.integers", matrix),)
        return product(b, site, x, matrix, bias)

    def embed(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor, factor: float) -> str:
        matrix = self._table(table_name, table)
        rows = b.op("Gather", b.initialiser(f"{table_name}.integers", matrix.values), ids)
        units = b.initialiser(f"{table_name}.scales", factor * matrix.scales[:, None])
        scales = b.op("Gather", units, ids)
        return b.op("Mul", b.op("Cast", rows, to=TensorProto.FLOAT), scales)

    def logits(self, b: GraphBuilder, table_name: str, x: Part, table: Tensor, bias: Tensor) -> str:
        """The table keeps an embedding's layout; onnxruntime folds its transposition on loading."""
        (unit,) = self._units("output", 1)
        matrix = self._table(table_name, table)
        weight = b.op("Transpose", b.initialiser(f"{table_name}.integers", matrix.values), perm=[1, 0])
        scales = b.initialiser("output.scales", matrix.scales * unit)
        added = b.initialiser("output.bias", as_array(bias))
        return scaled_product(b, quantise(b, x[0], unit), weight, scales, added)

    def part(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor, bias: Tensor) -> Values:
        """The same integers and scales that `logits` multiplies by.

        What `ACTIVATION_ZERO` contributes to a product is the same for every input: it goes into the bias.
        """
        (unit,) = self._units("output", 1)
        matrix = self._table(table_name, table)
        rows = b.op("Gather", b.initialiser(f"{table_name}.integers", matrix.values), ids)
        scales = matrix.scales * unit
        zeros = ACTIVATION_ZERO * matrix.values.sum(axis=1, dtype=np.int64)  # (V,)
        added = (as_array(bias) - scales.astype(np.float64) * zeros).astype(np.float32)
        return {
            "part_weight": b.op("Transpose", rows, perm=[1, 0]),
            "part_scales": b.op("Gather", b.initialiser("output.scales", scales), ids),
            "part_bias": b.op("Gather", b.initialiser("output.part_bias", added), ids),
        }

    def list_logits(self, b: GraphBuilder, x: Part) -> str:
        """A product without zero points: for a single row of it, onnxruntime reads the weights where they
        lie; for any other it lays them out anew at every step, since they are no constants."""
        (unit,) = self._units("output", 1)
        products = b.op("MatMulInteger", quantise(b, x[0], unit), "part_weight")  # (N, U)
        listed = b.op("GatherElements", products, "columns", axis=1)  # (N, L)
        scaled = b.op("Mul", b.op("Cast", listed, to=TensorProto.FLOAT), "part_scales")
        return b.op("Add", scaled, "part_bias")

    def layer(
        self, b: GraphBuilder, site: str, directions: Sequence[Cell], x: Part, lengths: str
    ) -> LayerOutput:
        """The input's product for all positions at once, then a loop over the recurrent ones."""
        (x_unit,), (h_unit,) = self._units(f"{site}.input", 1), self._units(f"{site}.recurrent", 1)
        weights = fold_layer(directions, x, x_unit, h_unit)
        for part, matrices in (("input", weights.input), ("recurrent", weights.recurrent)):
            name = f"{site}.{part}"
            self.stored_weights[name] = tuple(
                StoredMatrix(f"{name}.{d}.integers", matrix) for d, matrix in enumerate(matrices)
            )
        return scan_layer(b, site, directions, x, lengths, weights)

    def _table(self, name: str, table: Tensor) -> IntegerMatrix:
        matrix = quantise_rows(as_array(table))
        self.stored_weights[name] = (StoredMatrix(f"{name}.integers", matrix),)
        return matrix

    def _units(self, site: str, parts: int) -> list[float]:
        return [self._ranges[f"{site}:{number}"] / ACTIVATION_LIMIT for number in range(parts)]
