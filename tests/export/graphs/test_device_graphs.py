"""The fp16 graphs: what a GPU is given, PyTorch's numbers in sixteen bits, and weights stored once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper, shape_inference

from traverba.contract import DEVICE_ENCODER, DEVICE_STEP, GraphSpec
from traverba_export.graph_files import round_weights
from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.graphs.device import build_device_encoder, build_device_step
from traverba_export.graphs.sharing import save_graphs
from traverba_export.half_verification import HALF_TOLERANCE, DevicePair
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.verification import compare_numbers

PLAIN = ModelConfig(vocab_size=120, hidden_size=24, decoder_layers=3)
CONFIGS = {
    "plain": PLAIN,
    "unequal widths": replace(PLAIN, embedding_size=40, tie_embeddings="none"),
    "concatenated directions": replace(PLAIN, merge="concat", residual_from=None),
    "GRU": replace(PLAIN, cell="gru"),
    "dot": replace(PLAIN, attention="dot"),
    "attention before the cell": replace(PLAIN, attention_query="previous"),
    "a lexical way": replace(PLAIN, lexical=True, embedding_size=40, tie_embeddings="none"),
}
TYPES = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.INT64: "int64",
    TensorProto.INT32: "int32",
}
SHAPING = {"Shape", "Size", "ConstantOfShape", "Range", "NonZero", "Loop", "If", "Scan", "LSTM", "GRU", "RNN"}
"""What computes a shape, or cannot be captured."""


def model(config: ModelConfig = PLAIN) -> EncoderDecoder:
    torch.manual_seed(5)
    return EncoderDecoder(config).eval()


def declared(values: list[onnx.ValueInfoProto]) -> list[tuple[str, str, tuple[str | int, ...]]]:
    types = [(value.name, value.type.tensor_type) for value in values]
    return [
        (name, TYPES[t.elem_type], tuple(d.dim_param or d.dim_value for d in t.shape.dim))
        for name, t in types
    ]


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_numbers_are_pytorchs_as_far_as_sixteen_bits_go(config: ModelConfig, tmp_path: Path) -> None:
    network = model(config)
    paths = tmp_path / "encoder.onnx", tmp_path / "decoder_step.onnx"
    for path, build in zip(paths, (build_device_encoder, build_device_step), strict=True):
        onnx.save(build(network), path)
    differences = compare_numbers(network, DevicePair(*paths), HALF_TOLERANCE)
    assert differences["log_probs"] > 0


@pytest.mark.parametrize(
    ("build", "spec"), [(build_device_encoder, DEVICE_ENCODER), (build_device_step, DEVICE_STEP)]
)
def test_a_device_graph_declares_exactly_the_tensors_of_the_contract(build, spec: GraphSpec) -> None:  # type: ignore[no-untyped-def]
    graph = build(model()).graph
    assert declared(list(graph.input)) == [(t.name, t.dtype, t.dims) for t in spec.inputs]
    assert declared(list(graph.output)) == [(t.name, t.dtype, t.dims) for t in spec.outputs]


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_step_has_no_operator_that_a_cuda_graph_cannot_capture(config: ModelConfig) -> None:
    step = build_device_step(model(config))
    for value in step.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param in ("M", "W"):
                dim.dim_value = config.value_size if dim.dim_param == "M" else config.state_size
    graph = shape_inference.infer_shapes(step, data_prop=True).graph
    assert not SHAPING & {node.op_type for node in graph.node}
    width = {
        value.name: value.type.tensor_type.shape.dim[-1].dim_value
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    for node in graph.node:
        if node.op_type in ("Concat", "Split"):
            assert len({width[name] for name in _parts(node)}) == 1, node.name
            assert len(_parts(node)) <= 32, node.name  # more are passed as a table again


def _parts(node: onnx.NodeProto) -> list[str]:
    return list(node.input if node.op_type == "Concat" else node.output)


def test_products_are_in_float16_and_softmax_and_cells_are_not() -> None:
    graph = shape_inference.infer_shapes(build_device_step(model())).graph
    values = (*graph.value_info, *graph.input, *graph.output)
    types = {value.name: value.type.tensor_type.elem_type for value in values}
    types |= {tensor.name: tensor.data_type for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul":
            assert {types[name] for name in node.input} == {TensorProto.FLOAT16}
        if node.op_type in ("Softmax", "LogSoftmax", "Sigmoid"):
            assert types[node.output[0]] == TensorProto.FLOAT


def test_beside_fp32_graphs_the_weights_are_stored_once(tmp_path: Path) -> None:
    network = model(replace(PLAIN, vocab_size=900))
    round_weights(network, "fp16")
    exact = {
        tmp_path / "encoder.onnx": build_encoder(network, FloatArithmetic()),
        tmp_path / "decoder_step.onnx": build_decoder_step(network, FloatArithmetic()),
    }
    half = {
        tmp_path / "encoder.fp16.onnx": build_device_encoder(network),
        tmp_path / "decoder_step.fp16.onnx": build_device_step(network),
    }
    save_graphs({**exact, **half}, tmp_path / "shared.fp32.weights")
    stored = onnx.load(tmp_path / "decoder_step.fp16.onnx")
    found = {tensor.name: numpy_helper.to_array(tensor) for tensor in stored.graph.initializer}
    np.testing.assert_array_equal(found["target_embedding"], network.target_embedding.weight.detach().half())
    own = {path.name: onnx.load(path, load_external_data=False).graph.initializer for path in half}
    for name, tensors in own.items():
        assert not [t.name for t in tensors if len(t.raw_data) >= 16 * 1024], name


def test_a_weight_beyond_float16_is_refused() -> None:
    network = model()
    with torch.no_grad():
        network.output.bias[7] = 1e5
    with pytest.raises(ValueError, match=r"output\.bias .* range of float16"):
        build_device_step(network)
