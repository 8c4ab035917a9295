"""The graphs as documents: what they declare, what they store, and how often."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper

from traverba.contract import DECODER_STEP, ENCODER, METADATA_CONFIG_KEY, METADATA_FORMAT_KEY, GraphSpec
from traverba_export.graph_files import round_weights
from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.graphs.builder import config_sha256
from traverba_export.model import EncoderDecoder, ModelConfig

CONFIG = ModelConfig(vocab_size=40, hidden_size=8)
TYPES = {TensorProto.FLOAT: "float32", TensorProto.INT64: "int64", TensorProto.INT32: "int32"}


def model(config: ModelConfig = CONFIG) -> EncoderDecoder:
    torch.manual_seed(1)
    return EncoderDecoder(config).eval()


def graphs(of: EncoderDecoder) -> list[onnx.ModelProto]:
    return [build_encoder(of, FloatArithmetic()), build_decoder_step(of, FloatArithmetic())]


def declared(values: list[onnx.ValueInfoProto]) -> list[tuple[str, str, tuple[str | int, ...]]]:
    types = [(value.name, value.type.tensor_type) for value in values]
    return [
        (name, TYPES[t.elem_type], tuple(d.dim_param or d.dim_value for d in t.shape.dim))
        for name, t in types
    ]


def stored(graph: onnx.ModelProto, shape: tuple[int, ...]) -> list[TensorProto]:
    return [tensor for tensor in graph.graph.initializer if tuple(tensor.dims) == shape]


@pytest.mark.parametrize(("index", "spec"), [(0, ENCODER), (1, DECODER_STEP)])
def test_a_graph_declares_exactly_the_tensors_of_the_contract(index: int, spec: GraphSpec) -> None:
    graph = graphs(model())[index].graph
    assert declared(list(graph.input)) == [(t.name, t.dtype, t.dims) for t in spec.inputs]
    assert declared(list(graph.output)) == [(t.name, t.dtype, t.dims) for t in spec.outputs]


def test_metadata_tie_a_graph_to_its_configuration() -> None:
    other = replace(CONFIG, hidden_size=16)
    for graph in graphs(model()):
        properties = {p.key: p.value for p in graph.metadata_props}
        assert properties[METADATA_FORMAT_KEY] == "2"
        assert properties[METADATA_CONFIG_KEY] == config_sha256(CONFIG) != config_sha256(other)


def test_graphs_use_standard_operators_of_an_opset_that_every_provider_knows() -> None:
    for graph in graphs(model()):
        assert [(o.domain, o.version <= 21) for o in graph.opset_import] == [("", True)]


@pytest.mark.parametrize(("tie", "tables"), [("all", (1, 1)), ("decoder", (1, 1)), ("none", (1, 2))])
def test_a_shared_matrix_is_stored_once_in_a_graph(tie: str, tables: tuple[int, int]) -> None:
    pair = graphs(model(replace(CONFIG, tie_embeddings=tie)))
    assert tuple(len(stored(graph, (40, 8))) for graph in pair) == tables


def test_weights_that_fit_float16_are_stored_so_and_others_lose_nothing() -> None:
    exact, rounded = model(), model()
    round_weights(rounded, "fp16")
    for source, element_type in ((exact, TensorProto.FLOAT), (rounded, TensorProto.FLOAT16)):
        (table,) = stored(graphs(source)[1], (40, 8))
        assert table.data_type == element_type
        np.testing.assert_array_equal(
            numpy_helper.to_array(table).astype(np.float32), source.target_embedding.weight.detach().numpy()
        )


def test_memory_is_read_by_products_alone_so_no_beam_copies_it() -> None:
    step = graphs(model())[1].graph
    readers = {node.op_type for node in step.node if {"memory", "memory_keys"} & set(node.input)}
    assert readers <= {"MatMul", "Unsqueeze", "Shape"}
