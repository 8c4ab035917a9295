"""Weights that several graphs have in common lie on disk once, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from traverba_export.graphs.sharing import SMALLEST_SHARED_BYTES, save_graphs

SIDE = 80  # 80 * 80 floats are 25 kB
assert SIDE * SIDE * 4 >= SMALLEST_SHARED_BYTES


def graph(weight: np.ndarray) -> onnx.ModelProto:
    """y = x @ weight."""
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", SIDE]) for name in ("x", "y")]
    nodes = [helper.make_node("MatMul", ["x", "weight"], ["y"])]
    body = helper.make_graph(
        nodes, "product", tensors[:1], tensors[1:], [numpy_helper.from_array(weight, "weight")]
    )
    return helper.make_model(body, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


@pytest.mark.parametrize("languages", [1, 2, 3])
def test_weights_of_one_name_and_several_values_are_each_stored_once(tmp_path: Path, languages: int) -> None:
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=(SIDE, SIDE)).astype(np.float32) for _ in range(languages)]
    paths = {
        tmp_path / f"{language}.{precision}.onnx": weight
        for language, weight in enumerate(weights)
        for precision in ("one", "other")
    }
    save_graphs({path: graph(weight) for path, weight in paths.items()}, tmp_path / "shared.weights")
    assert (tmp_path / "shared.weights").stat().st_size == languages * SIDE * SIDE * 4
    x = rng.normal(size=(2, SIDE)).astype(np.float32)
    for path, weight in paths.items():
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        np.testing.assert_allclose(session.run(None, {"x": x})[0], x @ weight, rtol=1e-4, atol=1e-4)


def test_a_weight_of_one_graph_alone_stays_in_it(tmp_path: Path) -> None:
    weights = [np.full((SIDE, SIDE), value, np.float32) for value in (1.0, 2.0)]
    save_graphs({tmp_path / f"{w[0, 0]}.onnx": graph(w) for w in weights}, tmp_path / "shared.weights")
    assert not (tmp_path / "shared.weights").exists()
