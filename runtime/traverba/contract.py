"""The contract between exporter and runtime: graphs and their tensors, nothing else.

Dimension letters, used in every docstring of the project:

====  =====================================================================
B     sentences in the batch
K     hypotheses of one sentence (beam size)
N     decoder rows, N = B * K; the rows of a sentence are contiguous
P     rows of the state that comes in (B at the first step, N afterwards)
S     source length in subwords, padding included
H     hidden size of one recurrent layer
M     width of one memory vector (encoder output)
A     width of one memory key (attention space)
W     width of the packed decoder state: every layer's h, and c for LSTMs
V     vocabulary
C     candidates returned for each row (the top-k's k)
L     tokens on the shortlist of one sentence
U     tokens on the shortlists of all sentences of a batch
====  =====================================================================

``encoder`` runs once for a batch, ``decoder_step`` once for each target position.
The memory belongs to sentences (B), never to hypotheses (N): the step reshapes its
N queries to (B, K, .) and no memory is copied for a beam.

A model with a vocabulary shortlist has two more graphs: ``shortlist`` gathers the part of the
output layer that a batch needs, once for a batch, and ``narrow_step`` is a decoder step with
that part instead of the whole. ``decoder_step`` stays for whatever needs the whole vocabulary.

A model may have a decoder for each target language: then it has a ``decoder_step``, and a
``narrow_step``, for each of them, behind the one ``encoder`` and ``shortlist``.

The fp16 variant is made for a device that is not the CPU. Its two graphs have borders of their own,
``DEVICE_ENCODER`` and ``DEVICE_STEP``: rows come as (B, K), so that no shape is computed in the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORMAT_VERSION = 2
"""Version of the bundle format; a reader refuses anything newer. 2: a decoder for each target language."""

METADATA_FORMAT_KEY = "traverba.format_version"
METADATA_CONFIG_KEY = "traverba.config_sha256"

DType = Literal["float32", "float16", "int64", "int32", "int8"]
Dim = str | int


@dataclass(frozen=True)
class TensorSpec:
    """Name, element type and shape of one graph input or output."""

    name: str
    dtype: DType
    dims: tuple[Dim, ...]
    """A letter of the table above for a dynamic dimension."""


@dataclass(frozen=True)
class GraphSpec:
    """All tensors of one graph, in order."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


MEMORY = (
    TensorSpec("memory", "float32", ("B", "S", "M")),
    TensorSpec("memory_keys", "float32", ("B", "S", "A")),
    TensorSpec("memory_bias", "float32", ("B", "S")),
)
"""What attention reads: values, their projection computed once, 0 or a large negative bias for padding."""

ENCODER = GraphSpec(
    name="encoder",
    inputs=(
        TensorSpec("src_ids", "int64", ("B", "S")),
        TensorSpec("src_lengths", "int32", ("B",)),
    ),
    outputs=(*MEMORY, TensorSpec("state", "float32", ("B", "W"))),
)

DECODER_STEP = GraphSpec(
    name="decoder_step",
    inputs=(
        TensorSpec("prev_ids", "int64", ("N",)),
        TensorSpec("parents", "int64", ("N",)),
        TensorSpec("state", "float32", ("P", "W")),
        *MEMORY,
        TensorSpec("top_k", "int64", (1,)),
    ),
    outputs=(
        TensorSpec("top_log_probs", "float32", ("N", "C")),
        TensorSpec("top_ids", "int64", ("N", "C")),
        TensorSpec("next_state", "float32", ("N", "W")),
        TensorSpec("attention", "float32", ("N", "S")),
        TensorSpec("log_probs", "float32", ("N", "V")),
    ),
)
"""``parents[n]`` is the row of ``state`` that row n continues, so beams are reordered inside the graph.

``log_probs`` is the full distribution, of which ``top_log_probs`` is a part: a run that does
not fetch it leaves it inside the graph, and pays nothing for it.
"""


def output_part(weight: DType) -> tuple[TensorSpec, ...]:
    """The output layer's columns for U tokens, in the type that a variant stores its weights in."""
    scales = (TensorSpec("part_scales", "float32", ("U",)),) if weight == "int8" else ()
    return (
        TensorSpec("part_weight", weight, ("H", "U")),
        *scales,
        TensorSpec("part_bias", "float32", ("U",)),
    )


def shortlist_graph(weight: DType) -> GraphSpec:
    """``part_ids`` (U,) -> the part of the output layer for these tokens."""
    return GraphSpec("shortlist", (TensorSpec("part_ids", "int64", ("U",)),), output_part(weight))


def narrow_step(weight: DType) -> GraphSpec:
    """A decoder step that chooses among L tokens for each row.

    Everything comes in the shape in which it is needed, so that a step does nothing that could be
    done once for a batch: keys and bias of the memory with the axes that rows and positions are
    broadcast along, ``grouping`` = (B, K, 1, A), into which the rows' queries are put.

    ``columns`` says where in the part a row's tokens stand, and ``top_columns`` counts along them, so
    a row's numbers depend on its own list alone, whatever else is in the part. What scales the products
    and is added to them comes in the order of the rows' lists: `output_part`'s by ``columns``.
    """
    state, top_k = DECODER_STEP.inputs[:3], DECODER_STEP.inputs[-1]
    part, *by_column = output_part(weight)
    listed = (TensorSpec(tensor.name, tensor.dtype, ("N", "L")) for tensor in by_column)
    memory = (
        MEMORY[0],
        TensorSpec("memory_keys", "float32", ("B", 1, "S", "A")),
        TensorSpec("memory_bias", "float32", ("B", 1, "S")),
        TensorSpec("grouping", "int64", (4,)),
    )
    attention = TensorSpec("attention", "float32", ("B", "K", "S"))
    chosen = (
        TensorSpec("top_log_probs", "float32", ("N", "C")),
        TensorSpec("top_columns", "int64", ("N", "C")),
    )
    return GraphSpec(
        "narrow_step",
        (*state, *memory, part, *listed, TensorSpec("columns", "int32", ("N", "L")), top_k),
        (*chosen, DECODER_STEP.outputs[2], attention),
    )


DEVICE_MEMORY = (
    TensorSpec("memory", "float16", ("B", "S", "M")),
    TensorSpec("memory_keys", "float16", ("B", 1, "S", "A")),
    TensorSpec("memory_bias", "float32", ("B", 1, "S")),
)
"""The memory in the shapes in which a step on a device needs it; the bias is beyond float16's range."""

DEVICE_ENCODER = GraphSpec(
    name="encoder",
    inputs=ENCODER.inputs,
    outputs=(*DEVICE_MEMORY, TensorSpec("state", "float32", ("B", "W"))),
)

DEVICE_STEP = GraphSpec(
    name="decoder_step",
    inputs=(
        TensorSpec("prev_ids", "int64", ("B", "K")),
        TensorSpec("parents", "int64", ("B", "K")),
        TensorSpec("state", "float32", ("P", "W")),
        *DEVICE_MEMORY,
        TensorSpec("top_k", "int64", (1,)),
    ),
    outputs=(
        TensorSpec("top_log_probs", "float32", ("B", "K", "C")),
        TensorSpec("top_ids", "int64", ("B", "K", "C")),
        TensorSpec("next_state", "float32", ("N", "W")),
        TensorSpec("attention", "float32", ("B", "K", "S")),
        TensorSpec("log_probs", "float32", ("B", "K", "V")),
    ),
)
"""`DECODER_STEP` with the rows of a sentence on an axis of their own, products in float16.

Log-probabilities, attention and state stay float32: a softmax over a vocabulary adds up thousands
of terms, and an LSTM's cell adds up over a whole sentence.
"""

GRAPHS = (ENCODER, DECODER_STEP)
"""What every bundle has."""
