"""How large activations get: measured on real sentences with the float32 graphs."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper
from torch import Tensor

from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.graphs.arithmetic import LayerOutput, Part
from traverba_export.graphs.builder import GraphBuilder
from traverba_export.model import TranslationModel
from traverba_export.model.cells import Cell
from traverba_export.quantisation.weights import ACTIVATION_LIMIT
from traverba_export.verification import Arrays, GraphPair, graph_greedy_ids

CLIPS = np.linspace(1.0, 0.3, 36)
"""Shares of the largest magnitude tried as the range."""
SAMPLE = 64
"""Values kept of one activation at one step, beside its largest."""


class RecordingArithmetic(FloatArithmetic):
    """Notes which values meet which weights."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        """ "site:part" -> a copy of the value."""

    def linear(
        self, b: GraphBuilder, site: str, parts: Sequence[Part], weight: Tensor, bias: Tensor | None
    ) -> str:
        for number, (name, _) in enumerate(parts):
            self._note(b, f"{site}:{number}", name)
        return super().linear(b, site, parts, weight, bias)

    def logits(self, b: GraphBuilder, table_name: str, x: Part, table: Tensor, bias: Tensor) -> str:
        self._note(b, "output:0", x[0])
        return super().logits(b, table_name, x, table, bias)

    def layer(
        self, b: GraphBuilder, site: str, directions: Sequence[Cell], x: Part, lengths: str
    ) -> LayerOutput:
        """What comes out of a recurrent layer is what goes back into it."""
        found = super().layer(b, site, directions, x, lengths)
        self._note(b, f"{site}.input:0", x[0])
        self._note(b, f"{site}.recurrent:0", b.concat(found.hidden))
        return found

    def _note(self, b: GraphBuilder, key: str, value: str) -> None:
        self.values[key] = b.op("Identity", value)


class _ObservedPair(GraphPair):
    """Graphs that also output what is to be measured; a sample of it is kept."""

    def __init__(self, folder: Path, model: TranslationModel) -> None:
        paths = folder / "encoder.onnx", folder / "decoder_step.onnx"
        for path, build in zip(paths, (build_encoder, build_decoder_step), strict=True):
            recorder = RecordingArithmetic()
            onnx.save(_with_outputs(build(model, recorder), recorder.values), path)
        super().__init__(*paths)
        self.samples: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
        self.largest: dict[str, float] = defaultdict(float)
        self._rng = np.random.default_rng(1)

    def encode(self, src_ids: NDArray[np.int64], src_lengths: NDArray[np.int32]) -> Arrays:
        return self._noted(super().encode(src_ids, src_lengths))

    def step(
        self, prev_ids: NDArray[np.int64], parents: NDArray[np.int64], encoded: Arrays, top_k: int
    ) -> Arrays:
        return self._noted(super().step(prev_ids, parents, encoded, top_k))

    def _noted(self, found: Arrays) -> Arrays:
        for key in (name for name in found if ":" in name):
            magnitudes = np.abs(found[key]).ravel()
            self.samples[key].append(magnitudes[self._rng.integers(0, magnitudes.size, SAMPLE)])
            self.largest[key] = max(self.largest[key], float(magnitudes.max()))
        return found


def _with_outputs(graph: onnx.ModelProto, values: Mapping[str, str]) -> onnx.ModelProto:
    """The graph with each noted value as an output named by its key."""
    for key, name in values.items():
        graph.graph.node.append(helper.make_node("Identity", [name], [key]))
        graph.graph.output.append(helper.make_tensor_value_info(key, onnx.TensorProto.FLOAT, None))
    return graph


def calibrate(model: TranslationModel, sources: Sequence[Sequence[int]]) -> dict[str, float]:
    """Translate ``sources`` greedily, one by one so that no padding is measured; returns every range."""
    with tempfile.TemporaryDirectory(prefix="traverba-calibration-") as scratch:
        graphs = _ObservedPair(Path(scratch), model)
        for source in sources:
            graph_greedy_ids(graphs, [source])
    return {
        key: best_range(np.concatenate(parts), graphs.largest[key])
        for key, parts in sorted(graphs.samples.items())
    }


def best_range(magnitudes: NDArray[np.float32], largest: float) -> float:
    """The range, at most ``largest``, with the least squared error of rounding and clipping a sample."""
    largest = max(largest, float(np.finfo(np.float32).tiny) * ACTIVATION_LIMIT)
    errors = []
    for limit in largest * CLIPS:
        unit = limit / ACTIVATION_LIMIT
        rounded = np.clip(np.rint(magnitudes / unit), 0, ACTIVATION_LIMIT) * unit
        errors.append(np.square(magnitudes - rounded).mean())
    return float(largest * CLIPS[int(np.argmin(errors))])
