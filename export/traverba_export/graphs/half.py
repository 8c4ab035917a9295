"""Products in float16 for a GPU, everything between them in float32.

Half as many bytes to read, and the tensor cores, are gained by the products alone. What is left in
float32 costs next to nothing there and is where sixteen bits would hurt: an LSTM's cell adds up over
a sentence, a softmax over the vocabulary, and a float16 exponential overflows at 11.1.

Nor may the step use an operator that CUDA graphs cannot capture. The CUDA provider's Concat and Split
of *unequal* parts copy a table of sizes to the GPU at every run, out of memory that is free again when
the run is over; a captured graph would go on reading there. So unequal parts are cut with Slice,
which takes its numbers by value, and joined as pieces of equal width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from onnx import TensorProto
from torch import Tensor

from traverba_export.graphs import cells
from traverba_export.graphs.arithmetic import FloatArithmetic, LayerOutput, Part
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model.cells import Cell


class HalfBuilder(GraphBuilder):
    """Weights are stored and used as float16."""

    def stored(self, name: str, values: Tensor) -> str:
        """A weight as float16; one that float16 cannot reach is a mistake of training."""
        half = values.detach().half().numpy()
        if not np.isfinite(half).all():
            raise ValueError(f"{name} has weights beyond the range of float16; export without fp16")
        return self.initialiser(name, half)

    def weight(self, name: str, values: Tensor) -> str:
        """A weight to compute with."""
        return self.stored(name, values)

    def half(self, value: str) -> str:
        """A float32 ``value`` as float16."""
        return self.op("Cast", value, to=TensorProto.FLOAT16)

    def wide(self, value: str) -> str:
        """A float16 ``value`` as float32."""
        return self.op("Cast", value, to=TensorProto.FLOAT)

    def split(self, value: str, sizes: Sequence[int]) -> tuple[str, ...]:
        """Cut the last axis, unequal parts with Slice."""
        if len(set(sizes)) == 1:
            return super().split(value, sizes)
        ends = np.cumsum(sizes).tolist()
        axis = self.constant([-1])
        return tuple(
            self.op("Slice", value, self.constant([end - size]), self.constant([end]), axis)
            for end, size in zip(ends, sizes, strict=True)
        )

    def joined(self, parts: Sequence[Part]) -> str:
        """``parts`` side by side, in pieces of equal width."""
        width = math.gcd(*(size for _, size in parts))
        pieces = [piece for name, size in parts for piece in self.split(name, [width] * (size // width))]
        return self.concat(pieces)


class HalfArithmetic(FloatArithmetic):
    """Takes and gives float32, multiplies in float16."""

    def linear(
        self, b: GraphBuilder, site: str, parts: Sequence[Part], weight: Tensor, bias: Tensor | None
    ) -> str:
        assert isinstance(b, HalfBuilder)
        x = b.half(b.joined(parts))
        product = b.wide(b.op("MatMul", x, b.weight(f"{site}.weight", weight.T)))
        return product if bias is None else b.op("Add", product, b.wide(b.stored(f"{site}.bias", bias)))

    def logits(self, b: GraphBuilder, table_name: str, x: Part, table: Tensor, bias: Tensor) -> str:
        """The table keeps an embedding's layout; onnxruntime folds its transposition on loading."""
        assert isinstance(b, HalfBuilder)
        columns = b.op("Transpose", b.stored(table_name, table), perm=[1, 0])
        product = b.wide(b.op("MatMul", b.half(x[0]), columns))
        return b.op("Add", product, b.wide(b.stored("output.bias", bias)))

    def layer(
        self, b: GraphBuilder, site: str, directions: Sequence[Cell], x: Part, lengths: str
    ) -> LayerOutput:
        """One fused operator, whose cuDNN kernel keeps its own state in float16 over a sentence."""
        assert isinstance(b, HalfBuilder)
        hidden, last = cells.fused_layer(b, site, directions, b.half(x[0]), lengths)
        return LayerOutput(tuple(map(b.wide, hidden)), tuple(map(b.wide, last)))
