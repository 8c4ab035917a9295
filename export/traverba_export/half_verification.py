"""The fp16 graphs beside PyTorch: as far apart as sixteen bits make them, and no further.

onnxruntime's CPU has no float16 products. It casts, multiplies in float32 and casts back, so what is
compared here is the rounding of weights, memory and products, not a GPU's order of adding up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traverba.contract import DEVICE_MEMORY, DEVICE_STEP, ENCODER
from traverba_export.verification import Arrays, GraphPair

HALF_TOLERANCE = 0.2
"""float16 has steps of 0.008 between 8 and 16, where a large vocabulary's log-probabilities lie, and of twice
that above, where what a lexical model's output layer reads may lie: 0.11 in the built-in model."""


class DevicePair(GraphPair):
    """The fp16 graphs with the borders of the others: `ENCODER` and `DECODER_STEP`."""

    def encode(self, src_ids: NDArray[np.int64], src_lengths: NDArray[np.int32]) -> Arrays:
        """``src_ids`` (B, S), ``src_lengths`` (B,) -> the encoder's outputs by name."""
        found = super().encode(src_ids, src_lengths)
        found["memory_keys"], found["memory_bias"] = found["memory_keys"][:, 0], found["memory_bias"][:, 0]
        return {tensor.name: found[tensor.name].astype(np.float32) for tensor in ENCODER.outputs}

    def step(
        self, prev_ids: NDArray[np.int64], parents: NDArray[np.int64], encoded: Arrays, top_k: int
    ) -> Arrays:
        """One step of N rows, from float32 values that float16 holds exactly."""
        sentences = len(encoded["memory_bias"])
        given = {
            **encoded,
            "memory_keys": encoded["memory_keys"][:, None],
            "memory_bias": encoded["memory_bias"][:, None],
        }
        typed = {tensor.name: given[tensor.name].astype(tensor.dtype) for tensor in DEVICE_MEMORY}
        prev_ids, parents = prev_ids.reshape(sentences, -1), parents.reshape(sentences, -1)
        found = super().step(prev_ids, parents, {**typed, "state": encoded["state"]}, top_k)
        return {tensor.name: found[tensor.name].reshape(prev_ids.size, -1) for tensor in DEVICE_STEP.outputs}
