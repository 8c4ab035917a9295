"""Tables that both graphs use lie once on disk, beside them, in ONNX's external data format.

With tied embeddings the encoder's source table is the decoder's output matrix: a quarter of a
small model's size. onnxruntime finds the file by its name, next to the graph it opens.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import ModelProto, TensorProto
from onnx.external_data_helper import set_external_data

SMALLEST_SHARED_BYTES = 16 * 1024
"""Smaller tensors stay in both graphs: a reference would hardly be shorter."""


def save_graphs(encoder: ModelProto, decoder_step: ModelProto, paths: tuple[Path, Path], table: Path) -> None:
    """Write both graphs to ``paths`` and their common tables, if there are any, to ``table``."""
    shared = _common_tensors(encoder, decoder_step)
    if shared:
        with table.open("wb") as stream:
            for tensors in shared:
                _move(tensors, table.name, stream.tell())
                stream.write(tensors[0].raw_data)
                for tensor in tensors:
                    tensor.ClearField("raw_data")
    for model, path in zip((encoder, decoder_step), paths, strict=True):
        path.write_bytes(model.SerializeToString())
        onnx.checker.check_model(str(path))


def _common_tensors(first: ModelProto, second: ModelProto) -> list[tuple[TensorProto, TensorProto]]:
    """Initialisers that are large and the same in both graphs, down to the name."""
    large = {t.name: t for t in first.graph.initializer if len(t.raw_data) >= SMALLEST_SHARED_BYTES}
    return [(large[t.name], t) for t in second.graph.initializer if large.get(t.name) == t]


def _move(tensors: tuple[TensorProto, TensorProto], location: str, offset: int) -> None:
    for tensor in tensors:
        set_external_data(tensor, location, offset, len(tensor.raw_data))
