"""Tables that several graphs use lie once on disk, beside them, in ONNX's external data format.

With tied embeddings the encoder's source table is the decoder's output matrix: a quarter of a
small model's size; and the decoder steps with and without a shortlist have their layers in common.
onnxruntime finds the file by its name, next to the graph it opens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import onnx
from onnx import ModelProto, TensorProto
from onnx.external_data_helper import set_external_data

SMALLEST_SHARED_BYTES = 16 * 1024
"""Smaller tensors stay in their graphs: a reference would hardly be shorter."""


def save_graphs(graphs: Mapping[Path, ModelProto], table: Path) -> None:
    """Write each graph to its path and what they have in common, if anything, to ``table``."""
    shared = _common_tensors(list(graphs.values()))
    if shared:
        with table.open("wb") as stream:
            for tensors in shared:
                _move(tensors, table.name, stream.tell())
                stream.write(tensors[0].raw_data)
                for tensor in tensors:
                    tensor.ClearField("raw_data")
    for path, model in graphs.items():
        path.write_bytes(model.SerializeToString())
        onnx.checker.check_model(str(path))


def _common_tensors(graphs: Sequence[ModelProto]) -> list[list[TensorProto]]:
    """Initialisers that are large and the same in several graphs, down to the name.

    Decoders of several languages have the same names for other weights: these are groups of their own.
    """
    found: dict[tuple[str, int, bytes], list[TensorProto]] = defaultdict(list)
    for graph in graphs:
        for tensor in graph.graph.initializer:
            if len(tensor.raw_data) >= SMALLEST_SHARED_BYTES:
                found[tensor.name, tensor.data_type, sha256(tensor.raw_data).digest()].append(tensor)
    return [tensors for tensors in found.values() if len(tensors) > 1]


def _move(tensors: Sequence[TensorProto], location: str, offset: int) -> None:
    for tensor in tensors:
        set_external_data(tensor, location, offset, len(tensor.raw_data))
