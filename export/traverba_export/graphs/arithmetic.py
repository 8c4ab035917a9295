"""How the graphs multiply by weights: the one thing that differs between precisions.

A *site* is a place where activations meet a weight matrix; it carries the name of the module
whose weights it uses. Quantisation calibrates and converts site by site.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from traverba.contract import DType
from traverba_export.graphs import cells
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model.cells import Cell

Part = tuple[str, int]
"""A value (..., I) and its width I; several of them stand side by side as the input of one product."""

Values = dict[str, str]
"""Name in the contract -> value in the graph."""


@dataclass(frozen=True)
class LayerOutput:
    """What a recurrent layer computes for a batch, one entry for each of its directions."""

    hidden: tuple[str, ...]
    """Hidden states (S, B, H). Behind a sentence's end they are finite, and nobody reads them."""
    final: tuple[str, ...]
    """The state after the sentence's last token, or first for the backward direction, (B, Ws)."""


class Arithmetic(Protocol):
    """Products with constant matrices, look-ups in them, and the layers that repeat them over time."""

    stored: DType
    """What weights are when they leave a graph."""

    def linear(
        self, b: GraphBuilder, site: str, parts: Sequence[Part], weight: Tensor, bias: Tensor | None
    ) -> str:
        """``parts`` side by side (..., I), ``weight`` (O, I), ``bias`` (O,) -> (..., O)."""
        ...

    def embed(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor, factor: float) -> str:
        """Rows of ``table`` (V, E) times ``factor``: ``ids`` (R,) or (R, B) -> the same with E behind."""
        ...

    def logits(self, b: GraphBuilder, table_name: str, x: Part, table: Tensor, bias: Tensor) -> str:
        """``x`` (N, H) against every row of ``table`` (V, H), which may be an embedding too -> (N, V)."""
        ...

    def part(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor, bias: Tensor) -> Values:
        """The output layer for ``ids`` (U,): the values of `traverba.contract.output_part`, by name."""
        ...

    def list_logits(self, b: GraphBuilder, x: Part) -> str:
        """``x`` (N, H) against the inputs of `traverba.contract.narrow_step` -> the lists' logits (N, L)."""
        ...

    def layer(
        self, b: GraphBuilder, site: str, directions: Sequence[Cell], x: Part, lengths: str
    ) -> LayerOutput:
        """A recurrent layer of one or two directions over ``x`` (S, B, I), ``lengths`` (B,)."""
        ...


class FloatArithmetic:
    """float32 throughout."""

    stored: DType = "float32"

    def linear(
        self, b: GraphBuilder, site: str, parts: Sequence[Part], weight: Tensor, bias: Tensor | None
    ) -> str:
        x = b.concat([name for name, _ in parts])
        product = b.op("MatMul", x, b.weight(f"{site}.weight", weight.T))
        return product if bias is None else b.op("Add", product, b.weight(f"{site}.bias", bias))

    def embed(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor, factor: float) -> str:
        """Only the rows that are looked up are widened, so a float16 table stays float16 in memory."""
        stored = b.stored(table_name, table)
        return b.scaled(b.as_float32(b.op("Gather", stored, ids), stored), factor)

    def logits(self, b: GraphBuilder, table_name: str, x: Part, table: Tensor, bias: Tensor) -> str:
        return b.op("Gemm", x[0], b.weight(table_name, table), b.weight("output.bias", bias), transB=1)

    def part(self, b: GraphBuilder, table_name: str, ids: str, table: Tensor, bias: Tensor) -> Values:
        stored = b.stored(table_name, table)
        rows = b.as_float32(b.op("Gather", stored, ids), stored)
        values = b.op("Gather", b.initialiser("output.bias", bias.detach().numpy()), ids)
        return {"part_weight": b.op("Transpose", rows, perm=[1, 0]), "part_bias": values}

    def list_logits(self, b: GraphBuilder, x: Part) -> str:
        """With a row of zeros behind the others: a single row would be multiplied by another kernel."""
        rows = b.op("Pad", x[0], b.constant([0, 0, 1, 0]))  # (N+1, H)
        ends = b.constant([0]), b.constant([-1]), b.constant([0])
        products = b.op("Slice", b.op("MatMul", rows, "part_weight"), *ends)  # (N, U)
        return b.op("Add", b.op("GatherElements", products, "columns", axis=1), "part_bias")

    def layer(
        self, b: GraphBuilder, site: str, directions: Sequence[Cell], x: Part, lengths: str
    ) -> LayerOutput:
        """One fused operator, which knows lengths."""
        hidden, last = cells.fused_layer(b, site, directions, x[0], lengths)
        return LayerOutput(hidden, last)
