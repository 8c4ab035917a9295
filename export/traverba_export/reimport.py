"""The way back: a PyTorch model from the weights that a bundle's float32 graphs hold, or its int8 ones.

Exporting names every stored tensor after the module it came from (`traverba_export.graphs`),
so a bundle is enough to compute in PyTorch what it computes in onnxruntime.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import Tensor

from traverba.bundle import Bundle
from traverba_export.model import EncoderDecoder, ManyDecoders, ModelConfig
from traverba_export.model.attention import Attention
from traverba_export.model.cells import Cell, GruCell
from traverba_export.quantisation import read_integers
from traverba_export.quantisation.storing import EMBEDDINGS

Weights = dict[str, Tensor]
"""Initialisers of a graph, and what is computed from them alone, by name, as float32."""


def load_model(bundle: Bundle) -> EncoderDecoder | ManyDecoders:
    """The model of a bundle; from int8 graphs it is the one that their integers stand for."""
    variants = {variant.precision: variant for variant in bundle.manifest.variants}
    variant = variants.get("fp32") or variants.get("int8")
    if variant is None:
        raise ValueError(f"{bundle.manifest.name} has neither fp32 nor int8 graphs; export it with one")
    config = ModelConfig(**bundle.manifest.model)
    model = ManyDecoders(config) if config.own_decoders else EncoderDecoder(config)
    encoder = onnx.load(str(bundle.folder / variant.encoder))
    for target, member in model.members.items():
        assert isinstance(member, EncoderDecoder)
        _fill(member, encoder, onnx.load(str(bundle.folder / variant.into(target).decoder_step)))
    return model.eval()


def model_of_graphs(config: ModelConfig, encoder: onnx.ModelProto, step: onnx.ModelProto) -> EncoderDecoder:
    """A model of this shape with the weights of its two graphs, which may be of floats or of integers."""
    model = EncoderDecoder(config).eval()
    _fill(model, encoder, step)
    return model


@torch.no_grad()
def _fill(model: EncoderDecoder, encoder: onnx.ModelProto, step: onnx.ModelProto) -> None:
    if any(node.op_type == "MatMulIntegerToFloat" for node in step.graph.node):
        weights = {name: _tensor(array) for name, array in read_integers(model, (encoder, step)).items()}
        of_encoder = of_step = weights
    else:
        of_encoder, of_step = _weights(encoder), _weights(step)
    for parameter, value in chain(_encoder(model, of_encoder), _decoder_step(model, of_step)):
        parameter.copy_(value)


def _weights(graph: onnx.ModelProto) -> Weights:
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    for node in graph.graph.node:  # weights that are stored as integers: what follows from constants alone
        if node.input and all(name in arrays for name in node.input):
            found = ReferenceEvaluator(node).run(None, {name: arrays[name] for name in node.input})
            arrays.update(zip(node.output, map(np.asarray, found), strict=True))
    for table in EMBEDDINGS:  # one that is only looked up in is computed nowhere
        if f"{table}.integers" in arrays:
            arrays[table] = arrays[f"{table}.integers"] * arrays[f"{table}.integers.rows"]
    return {name: _tensor(array) for name, array in arrays.items()}


def _tensor(array: NDArray[Any]) -> Tensor:
    return torch.from_numpy(array.copy()).float()


def _encoder(model: EncoderDecoder, weights: Weights) -> Iterator[tuple[Tensor, Tensor]]:
    table = "target_embedding" if model.config.tie_embeddings == "all" else "source_embedding"
    yield model.source_embedding.weight, weights[table]
    encoder = model.encoder
    bottom = [cell for cell in (encoder.forward_cell, encoder.backward_cell) if cell is not None]
    yield from _fused_layer(bottom, weights, "encoder.bottom")
    for layer, cell in enumerate(cast("Iterable[Cell]", encoder.upper)):
        yield from _fused_layer([cell], weights, f"encoder.upper.{layer}")
    attention = model.decoder.attention
    if attention is not None and attention.kind in ("general", "additive"):
        yield attention.key.weight, weights["decoder.attention.key.weight"].T
        if attention.key.bias is not None:
            yield attention.key.bias, weights["decoder.attention.key.bias"]


def _fused_layer(cells: list[Cell], weights: Weights, site: str) -> Iterator[tuple[Tensor, Tensor]]:
    """A layer of D directions: weights (D, G*H, ...) and both biases side by side (D, 2*G*H)."""
    for direction, cell in enumerate(cells):
        biases = weights[f"{site}.bias"][direction].chunk(2)
        yield cell.input.weight, weights[f"{site}.input"][direction]
        yield cell.recurrent.weight, weights[f"{site}.recurrent"][direction]
        yield cell.input.bias, biases[0]
        if isinstance(cell, GruCell):
            yield cell.reset_bias, biases[1][2 * cell.hidden_size :]


def _decoder_step(model: EncoderDecoder, weights: Weights) -> Iterator[tuple[Tensor, Tensor]]:
    yield model.target_embedding.weight, weights["target_embedding"]
    if model.config.tie_embeddings == "none":
        yield model.output.weight, weights["output.weight"]
    yield model.output.bias, weights["output.bias"]
    decoder = model.decoder
    yield from _cell(decoder.bottom, weights, "decoder.bottom")
    for layer, cell in enumerate(cast("Iterable[Cell]", decoder.upper)):
        yield from _cell(cell, weights, f"decoder.upper.{layer}")
    if decoder.lexical is not None:
        yield decoder.lexical.weight, weights["decoder.lexical.weight"].T
    if decoder.attention is not None and decoder.attention.kind == "additive":
        yield from _query(decoder.attention, weights)


def _query(attention: Attention, weights: Weights) -> Iterator[tuple[Tensor, Tensor]]:
    """The normalised score vector is stored as one; its length is the gain."""
    yield attention.query.weight, weights["decoder.attention.query.weight"].T
    vector = weights["decoder.attention.score_vector"][:, 0]
    yield attention.direction, vector
    yield attention.gain, vector.norm()


def _cell(cell: Cell, weights: Weights, site: str) -> Iterator[tuple[Tensor, Tensor]]:
    """A cell of the step: one product of input and hidden state, or two for a GRU; stored transposed."""
    if isinstance(cell, GruCell):
        yield cell.input.weight, weights[f"{site}.input.weight"].T
        yield cell.input.bias, weights[f"{site}.input.bias"]
        yield cell.recurrent.weight, weights[f"{site}.recurrent.weight"].T
        yield cell.reset_bias, weights[f"{site}.recurrent.bias"][2 * cell.hidden_size :]
        return
    both = weights[f"{site}.weight"].T  # (G*H, I+H)
    yield cell.input.weight, both[:, : -cell.hidden_size]
    yield cell.recurrent.weight, both[:, -cell.hidden_size :]
    yield cell.input.bias, weights[f"{site}.bias"]
