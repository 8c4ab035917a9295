"""How the graphs multiply by weights: the one thing that differs between precisions.

A *site* is a place where activations meet a weight matrix; it carries the name of the module
whose weights it uses. Quantisation calibrates and converts site by site.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from traverba_export.graphs.builder import GraphBuilder


class Arithmetic(Protocol):
    """Products with constant matrices and look-ups in them."""

    def linear(self, b: GraphBuilder, site: str, x: str, weight: Tensor, bias: Tensor | None) -> str:
        """``x`` (..., I), ``weight`` (O, I), ``bias`` (O,) -> (..., O)."""
        ...

    def embed(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor) -> str:
        """Rows of ``table`` (V, E): ``ids`` (...,) -> (..., E)."""
        ...

    def logits(self, b: GraphBuilder, table_name: str, x: str, table: Tensor, bias: Tensor) -> str:
        """``x`` (N, H) against every row of ``table`` (V, H), which may be an embedding too -> (N, V)."""
        ...


class FloatArithmetic:
    """float32 throughout."""

    def linear(self, b: GraphBuilder, site: str, x: str, weight: Tensor, bias: Tensor | None) -> str:
        product = b.op("MatMul", x, b.weight(f"{site}.weight", weight.T))
        return product if bias is None else b.op("Add", product, b.weight(f"{site}.bias", bias))

    def embed(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor) -> str:
        """Only the rows that are looked up are widened, so a float16 table stays float16 in memory."""
        stored = b.stored(table_name, table)
        return b.as_float32(b.op("Gather", stored, ids), stored)

    def logits(self, b: GraphBuilder, table_name: str, x: str, table: Tensor, bias: Tensor) -> str:
        return b.op("Gemm", x, b.weight(table_name, table), b.weight("output.bias", bias), transB=1)
