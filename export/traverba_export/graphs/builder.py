"""An ONNX graph, written down one operator at a time and checked at the end."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto, helper, numpy_helper
from torch import Tensor

from traverba.contract import FORMAT_VERSION, METADATA_CONFIG_KEY, METADATA_FORMAT_KEY, GraphSpec, TensorSpec
from traverba_export.model import ModelConfig

OPSET = 17
"""Old enough for every execution provider; newer operator versions can fall back to the CPU unnoticed."""
IR_VERSION = 8

_ELEMENT_TYPES = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
    "int8": TensorProto.INT8,
}


class GraphBuilder:
    """Collects the nodes and initialisers of a graph; values are known by name.

    ``prefix`` opens every name: a loop's body may not repeat names of the graph around it.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._nodes: list[NodeProto] = []
        self._initialisers: dict[str, TensorProto] = {}
        self._counts: Counter[str] = Counter()
        self._named: dict[str, str] = {}

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator with one output and return that output's name; "" is an input left out."""
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> tuple[str, ...]:
        """Add an operator with several outputs and return their names."""
        name = f"{self._prefix}{kind}_{self._counts[kind]}"
        self._counts[kind] += 1
        names = (name,) if outputs == 1 else tuple(f"{name}.{i}" for i in range(outputs))
        domain = attributes.pop("domain", None)
        self._nodes.append(helper.make_node(kind, inputs, names, name=name, domain=domain, **attributes))
        return names

    def constant(self, values: Any, dtype: type[np.generic] = np.int64) -> str:
        """A small constant (a shape, an axis, a fill value); equal ones are stored once."""
        array = np.asarray(values, dtype)
        digest = hashlib.sha256(array.tobytes()).hexdigest()[:8]
        return self.initialiser(f"{self._prefix}const_{array.dtype}_{array.shape}_{digest}", array)

    def initialiser(self, name: str, values: NDArray[Any]) -> str:
        """A stored tensor, exactly as given; asking again for a name returns the tensor already there."""
        if name not in self._initialisers:
            self._initialisers[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def stored(self, name: str, values: Tensor) -> str:
        """A weight as float16 if that loses nothing, as float32 otherwise."""
        array = values.detach().float().numpy()
        with np.errstate(over="ignore"):
            half = array.astype(np.float16)
        return self.initialiser(name, half if np.array_equal(half.astype(np.float32), array) else array)

    def weight(self, name: str, values: Tensor) -> str:
        """A weight to compute with: onnxruntime folds the cast of a float16 one when it loads the graph."""
        return self.as_float32(self.stored(name, values), name)

    def as_float32(self, value: str, stored: str) -> str:
        """``value``, taken from the initialiser ``stored``, as float32."""
        if self._initialisers[stored].data_type == TensorProto.FLOAT:
            return value
        return self.op("Cast", value, to=TensorProto.FLOAT)

    def split(self, value: str, sizes: Sequence[int]) -> tuple[str, ...]:
        """Cut the last axis; a single size is no cut."""
        if len(sizes) == 1:
            return (value,)
        return self.ops("Split", len(sizes), value, self.constant(sizes), axis=-1)

    def scaled(self, value: str, factor: float) -> str:
        """``value`` times a constant; 1 is no multiplication."""
        return value if factor == 1.0 else self.op("Mul", value, self.constant(factor, np.float32))

    def concat(self, values: Sequence[str]) -> str:
        """Join along the last axis."""
        return values[0] if len(values) == 1 else self.op("Concat", *values, axis=-1)

    def dim(self, value: str, axis: int) -> str:
        """The size of one dimension, as a tensor of shape (1,)."""
        return self.op("Shape", value, start=axis, end=axis + 1)

    def output(self, name: str, value: str) -> None:
        """Give a value its name in the contract; the same value may have two."""
        if value in self._named:
            self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        else:
            self._named[value] = name

    def body(self, inputs: Sequence[str], outputs: Sequence[str]) -> GraphProto:
        """The collected nodes as the body of a loop over float32 values."""
        return helper.make_graph(
            self._nodes,
            "body",
            [_any_shape(name) for name in inputs],
            [_any_shape(name) for name in outputs],
            list(self._initialisers.values()),
        )

    def build(self, spec: GraphSpec, config: ModelConfig) -> onnx.ModelProto:
        """The finished model, with its metadata, checked by onnx in full."""
        return self.finish(
            spec, {METADATA_FORMAT_KEY: str(FORMAT_VERSION), METADATA_CONFIG_KEY: config_sha256(config)}
        )

    def finish(self, spec: GraphSpec, metadata: dict[str, str]) -> onnx.ModelProto:
        """The same for a graph that is no translator's."""
        self._rename_outputs()
        graph = helper.make_graph(
            self._nodes,
            spec.name,
            [_value_info(tensor) for tensor in spec.inputs],
            [_value_info(tensor) for tensor in spec.outputs],
            list(self._initialisers.values()),
        )
        model = helper.make_model(
            graph,
            producer_name="traverba",
            ir_version=IR_VERSION,
            opset_imports=self._opsets(),
        )
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _rename_outputs(self) -> None:
        """In place, since an Identity that is not the only reader of its input stays and copies it."""
        for node in self._nodes:
            for names in (node.input, node.output):
                names[:] = [self._named.get(name, name) for name in names]

    def _opsets(self) -> list[OperatorSetIdProto]:
        domains = sorted({node.domain for node in self._nodes})
        return [helper.make_opsetid(domain, 1 if domain else OPSET) for domain in domains]


def config_sha256(config: ModelConfig) -> str:
    """Of the configuration as JSON with sorted keys and no spaces: ties a graph to its model's shape."""
    canonical = json.dumps(config.to_dict(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _value_info(tensor: TensorSpec) -> ValueInfoProto:
    return helper.make_tensor_value_info(tensor.name, _ELEMENT_TYPES[tensor.dtype], tensor.dims)


def _any_shape(name: str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
