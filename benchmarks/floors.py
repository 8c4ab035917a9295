"""What the hardware allows, asked in the same run: reading the weights once, and multiplying by them.

A decoder step at one row must at least read every weight of its matrices; at many rows it must at
least do their multiplications. No implementation can be faster than the slower of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from benchmarks.measuring import Task
from traverba_export.model import ModelConfig

GEMM_SHAPE = (256, 1024, 1024)
"""(rows, in, out): large enough to be bound by arithmetic, small enough for a core's own cache."""


@dataclass(frozen=True)
class StepCost:
    """What one decoder step cannot avoid, biases and attention over the memory left out."""

    weights: int
    """Elements of all matrices that a row is multiplied by; as many multiply-adds for each row."""

    @classmethod
    def of(cls, config: ModelConfig, vocab_size: int | None = None) -> StepCost:
        """``vocab_size``: rows of the output matrix that are used, for a shortlist."""
        gates = {"rnn": 1, "gru": 3, "lstm": 4}[config.cell] * config.hidden_size
        context = 0 if config.attention == "none" else config.memory_size
        bottom_context = context if config.attention_query == "previous" else 0
        bottom = gates * (config.embedding_width + bottom_context + config.hidden_size)
        upper = gates * (config.hidden_size + context + config.hidden_size)
        query = config.hidden_size * config.key_size if config.attention == "additive" else 0
        lexical = config.embedding_width * config.hidden_size if config.lexical else 0
        output = (vocab_size or config.vocab_size) * config.hidden_size
        return cls(bottom + (config.decoder_layers - 1) * upper + query + lexical + output)

    def size_bytes(self, precision: str) -> int:
        """Of the weights as the step reads them."""
        return self.weights * (1 if precision.startswith("int8") else 4)


def reading(size_bytes: int) -> Task:
    """Read that many bytes, again and again the same ones, as steps do.

    A float sum in PyTorch was the fastest of nine ways to read tried (memchr, numpy's sums, dot
    products, maxima), from the cache and from memory.
    """
    values = torch.ones(max(1, size_bytes // 4))
    return lambda: values.sum()


def multiplying(precision: str) -> Task:
    """One product of `GEMM_SHAPE` in float32, or in int8 as it is exact everywhere: unsigned activations
    and signed seven-bit weights. onnxruntime's kernels were the fastest of those at hand."""
    rows, width, out = GEMM_SHAPE
    rng = np.random.default_rng(1)
    integers = precision.startswith("int8")
    x: NDArray[Any] = rng.integers(0, 256, (rows, width)).astype(np.uint8 if integers else np.float32)
    weights: NDArray[Any] = rng.integers(-63, 64, (width, out)).astype(np.int8 if integers else np.float32)
    session = _product_session("MatMulInteger" if integers else "MatMul", x, weights)
    return lambda: session.run(None, {"x": x})


def _product_session(operator: str, x: NDArray[Any], weights: NDArray[Any]) -> onnxruntime.InferenceSession:
    """One thread, ``x`` times constant ``weights``."""
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "weights"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)],
        [onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def gmacs_per_s(gemm_ms: float) -> float:
    """The rate of multiply-adds that `multiplying` reached, in 10^9 a second."""
    rows, width, out = GEMM_SHAPE
    return rows * width * out / gemm_ms / 1e6


def arithmetic_floor_ms(cost: StepCost, rows: int, gemm_ms: float) -> float:
    """Milliseconds that the multiply-adds of one step of ``rows`` rows take at the best rate seen."""
    return cost.weights * rows / (gmacs_per_s(gemm_ms) * 1e6)


def step_floor_ms(
    cost: StepCost, rows: int, reading_ms: Sequence[float], gemm_ms: Sequence[float]
) -> list[float]:
    """The larger of both floors, round by round."""
    return [
        max(read, arithmetic_floor_ms(cost, rows, gemm))
        for read, gemm in zip(reading_ms, gemm_ms, strict=True)
    ]
