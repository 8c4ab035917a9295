"""Floats back out of integer graphs, for a bundle that has no others.

An integer stands for itself times the scale of its row, divided by the unit that its input is counted
in. Scales are stored beside the integers; units are inputs of the nodes that round activations.
Which integers belong to which weight of a float graph, and which of its columns belong to which part of
an input, is learnt by building the same graphs once more, from a model of the same shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import GraphProto, numpy_helper

from traverba_export.graphs import build_decoder_step, build_encoder
from traverba_export.model import EncoderDecoder
from traverba_export.quantisation.arithmetic import IntegerArithmetic
from traverba_export.quantisation.storing import EMBEDDINGS, StoredMatrix
from traverba_export.quantisation.weights import ACTIVATION_LIMIT, IntegerMatrix

Arrays = dict[str, NDArray[Any]]
"""Initialisers by name."""
Units = Mapping[str, Sequence[float]]
"""Initialiser of integers -> what each part of their input is counted in."""


class _NumberedParts(dict[str, float]):
    """Ranges that make an input's first part count in 1, the second in 2, so that columns tell theirs."""

    def __missing__(self, key: str) -> float:
        return float(ACTIVATION_LIMIT * (int(key.rpartition(":")[2]) + 1))


def read_integers(model: EncoderDecoder, graphs: Sequence[onnx.ModelProto]) -> Arrays:
    """Both integer ``graphs`` of a model shaped like ``model`` -> initialisers of its float graphs.

    ``ValueError`` if they do not store what this exporter stores.
    """
    layout = IntegerArithmetic(_NumberedParts())
    for build in (build_encoder, build_decoder_step):
        build(model, layout)
    parts = list(chain.from_iterable(_with_bodies(graph.graph) for graph in graphs))
    arrays: Arrays = {t.name: numpy_helper.to_array(t) for part in parts for t in part.initializer}
    units = {name: found for part in parts for name, found in _units(part, arrays)}
    wanted = {one.name for stored in layout.stored_weights.values() for one in stored}
    if missing := sorted(wanted - arrays.keys()):
        raise ValueError(f"its int8 graphs have no {missing[0]}: another version of the exporter made them")
    for name, stored in layout.stored_weights.items():
        site, _, part_of_site = name.rpartition(".")
        if name in EMBEDDINGS:
            arrays[name] = _table(name, arrays, units, model.config.embedding_scale)
        elif part_of_site == "weight":
            arrays[name] = _matrix(stored[0], arrays, units).T
        else:  # of a layer, whose directions lie one behind the other
            arrays[name] = np.stack([_matrix(one, arrays, units) for one in stored])
            arrays[f"{site}.bias"] = np.stack([_biases(site, d, arrays) for d in range(len(stored))])
    return arrays


def _with_bodies(graph: GraphProto) -> Iterator[GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from _with_bodies(attribute.g)


def _units(graph: GraphProto, arrays: Arrays) -> Iterator[tuple[str, list[float]]]:
    """For each product in ``graph``: its integers, and the units of what it multiplies them by."""
    producers = {output: node for node in graph.node for output in node.output}

    def rounded(value: str) -> Iterator[float]:
        node = producers[value]
        if node.op_type == "QuantizeLinear":
            yield arrays[node.input[1]].item()
        else:  # moved about after it was rounded; the parts of a Concat in order
            for read in node.input if node.op_type == "Concat" else node.input[:1]:
                yield from rounded(read)

    for node in graph.node:
        if node.op_type == "MatMulIntegerToFloat":
            x, weight = node.input[:2]
            yield (producers[weight].input[0] if weight in producers else weight), list(rounded(x))


def _matrix(stored: StoredMatrix, arrays: Arrays, units: Units) -> NDArray[np.float32]:
    """(O, I)."""
    of_column = np.array(units[stored.name], np.float32)[stored.matrix.units.astype(int) - 1]  # (I,)
    scales = arrays[f"{stored.name.removesuffix('.integers')}.scales"]  # (O,)
    return IntegerMatrix(arrays[stored.name].T, scales, of_column).as_float()


def _table(name: str, arrays: Arrays, units: Units, embedding_scale: float) -> NDArray[np.float32]:
    """(V, E): looked up in, if there are scales for that, or multiplied by only."""
    values, looked_up = arrays[f"{name}.integers"], f"{name}.scales"
    if looked_up in arrays:
        scales, factor = arrays[looked_up][:, 0], embedding_scale
    else:
        scales, factor = arrays["output.scales"], units[f"{name}.integers"][0]
    return IntegerMatrix(values, scales, np.full(values.shape[1], factor, np.float32)).as_float()


def _biases(site: str, direction: int, arrays: Arrays) -> NDArray[np.float32]:
    """(2*G*H,): of the input's product and of the recurrent one, which only a GRU has."""
    of_input = arrays[f"{site}.input.{direction}.bias"]
    return np.concatenate(
        [of_input, arrays.get(f"{site}.recurrent.{direction}.bias", np.zeros_like(of_input))]
    )
