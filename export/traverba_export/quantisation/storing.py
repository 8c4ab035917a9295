"""Float graphs that keep their weights as the integers of the integer graphs.

A bundle for a processor without fast integers needs floats to compute with, not floats on disk:
the integers are there already, and a scale for each row and column turns them back. onnxruntime
does that once, when it loads a graph, for the nodes have nothing but constants to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, numpy_helper
from torch import nn

from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model import EncoderDecoder
from traverba_export.model.cells import Cell
from traverba_export.quantisation.weights import IntegerMatrix

EMBEDDINGS = ("target_embedding", "source_embedding", "output.weight")
"""Tables, which integer graphs store as they are; they store all other matrices transposed."""


@dataclass(frozen=True)
class StoredMatrix:
    """One matrix of an integer graph."""

    name: str
    """Of its initialiser."""
    matrix: IntegerMatrix


StoredWeights = Mapping[str, Sequence[StoredMatrix]]
"""Initialiser of a float graph -> what integer graphs store of it; several lie one behind the other."""


@torch.no_grad()
def round_to_integers(model: EncoderDecoder, weights: StoredWeights) -> None:
    """Give ``model`` the weights that the integers stand for."""
    for name, stored in weights.items():
        for parameters, one in zip(_parameters(model, name, len(stored)), stored, strict=True):
            values = torch.from_numpy(one.matrix.as_float())
            for parameter, part in zip(
                parameters, values.split([p.shape[1] for p in parameters], 1), strict=True
            ):
                parameter.copy_(part)


def _parameters(model: EncoderDecoder, name: str, count: int) -> Iterator[list[nn.Parameter]]:
    """The parameters (O, I) behind a float graph's initialiser: side by side, for each direction."""
    site, _, part = name.rpartition(".")
    if name in EMBEDDINGS:
        yield [model.get_parameter(name if name == "output.weight" else f"{name}.weight")]
    elif site == "encoder.bottom":
        for cell in (model.encoder.forward_cell, model.encoder.backward_cell)[:count]:
            assert cell is not None
            yield [getattr(cell, part).weight]
    elif part in ("input", "recurrent"):
        yield [model.get_parameter(f"{name}.weight")]
    else:
        module = model.get_submodule(site)  # a step's cell reads its input and its state side by side
        parts = [module.input, module.recurrent] if isinstance(module, Cell) else [module]
        yield [cast("nn.Parameter", part.weight) for part in parts]


def store_as_integers(graph: onnx.ModelProto, weights: StoredWeights) -> onnx.ModelProto:
    """The graph with integers and scales in the place of the floats that ``weights`` names.

    ``ValueError`` if that would change a float by more than the last bit.
    """
    floats = {tensor.name: tensor for tensor in graph.graph.initializer if tensor.name in weights}
    for name, tensor in floats.items():
        _refuse_a_difference(tensor, weights[name])
    constants, nodes = GraphBuilder("stored."), list[NodeProto]()
    for node in graph.graph.node:
        looks_up = node.op_type == "Gather" and node.input[0] in floats
        nodes += _rows(constants, node, floats[node.input[0]], weights) if looks_up else [node]
    read = {name for node in nodes for name in node.input}
    turned_back = [
        _named(_floats(constants, tensor, weights[name]), name, tensor)
        for name, tensor in floats.items()
        if name in read
    ]
    found, collected = onnx.ModelProto(), constants.body([], [])
    found.CopyFrom(graph)
    kept = [tensor for tensor in graph.graph.initializer if tensor.name not in floats]
    del found.graph.initializer[:], found.graph.node[:]
    found.graph.initializer.extend([*kept, *collected.initializer])
    found.graph.node.extend([*collected.node, *turned_back, *nodes])
    onnx.checker.check_model(found, full_check=True)
    return found


def _rows(
    constants: GraphBuilder, look_up: NodeProto, tensor: TensorProto, weights: StoredWeights
) -> list[NodeProto]:
    """A Gather that turns only its own rows into floats: a large table stays small in memory."""
    (table,), ids = weights[tensor.name], look_up.input[1]
    values, scales = _table(constants, table)
    b = GraphBuilder(f"stored.{look_up.output[0]}.")
    rows = b.op("Cast", b.op("Gather", values, ids), to=TensorProto.FLOAT)
    scaled = b.op("Mul", rows, b.op("Gather", scales, ids))
    return [*b.body([], []).node, _named(scaled, look_up.output[0], tensor)]


def _table(b: GraphBuilder, table: StoredMatrix) -> tuple[str, str]:
    """Integers (V, E) and scales (V, 1)."""
    scales = b.initialiser(f"{table.name}.rows", table.matrix.scales[:, None])
    return b.initialiser(table.name, table.matrix.values), scales


def _named(value: str, name: str, like: TensorProto) -> NodeProto:
    """``value`` under a name that the graph reads already, in the type of the float that was there."""
    return onnx.helper.make_node("Cast", [value], [name], to=like.data_type)


def _floats(b: GraphBuilder, tensor: TensorProto, stored: Sequence[StoredMatrix]) -> str:
    """The value of a float initialiser as nodes that read integers: float32, in the initialiser's shape."""
    if tensor.name in EMBEDDINGS:
        values, scales = _table(b, stored[0])
        return b.op("Mul", b.op("Cast", values, to=TensorProto.FLOAT), scales)
    if len(tensor.dims) == 2:
        return _product(b, stored[0], transposed=True)
    layers = [b.op("Unsqueeze", _product(b, one, transposed=False), b.constant([0])) for one in stored]
    return layers[0] if len(layers) == 1 else b.op("Concat", *layers, axis=0)  # (D, O, I)


def _product(b: GraphBuilder, stored: StoredMatrix, *, transposed: bool) -> str:
    """``stored``, which lies as (I, O), as floats (I, O) if ``transposed``, (O, I) if not."""
    matrix = stored.matrix
    rows, columns = matrix.scales[:, None], matrix.inverse_units[None]
    values = b.initialiser(stored.name, matrix.values.T)
    if transposed:
        rows, columns = rows.T, columns.T
    else:
        values = b.op("Transpose", values, perm=[1, 0])
    wide = b.op("Cast", values, to=TensorProto.FLOAT)
    scaled = b.op("Mul", wide, b.initialiser(f"{stored.name}.rows", rows))
    return b.op("Mul", scaled, b.initialiser(f"{stored.name}.columns", columns))


def _refuse_a_difference(tensor: TensorProto, stored: Sequence[StoredMatrix]) -> None:
    given = numpy_helper.to_array(tensor).astype(np.float32)
    meant = np.stack([one.matrix.as_float() for one in stored])
    shaped: NDArray[np.float32] = meant if given.ndim == 3 else meant[0]
    if tensor.name not in EMBEDDINGS and given.ndim == 2:
        shaped = shaped.T
    step = 2.0**-10 if tensor.data_type == TensorProto.FLOAT16 else 2.0**-22
    if shaped.shape != given.shape or not np.allclose(given, shaped, rtol=step, atol=2.0**-24):
        raise ValueError(f"{tensor.name} is not what its integers stand for; round the model first")
