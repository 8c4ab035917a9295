"""The contract between exporter and runtime: two graphs, their tensors, nothing else.

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
====  =====================================================================

``encoder`` runs once for a batch, ``decoder_step`` once for each target position.
The memory belongs to sentences (B), never to hypotheses (N): the step reshapes its
N queries to (B, K, .) and no memory is copied for a beam.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORMAT_VERSION = 1
"""Version of the bundle format; a reader refuses anything newer."""

METADATA_FORMAT_KEY = "traverba.format_version"
METADATA_CONFIG_KEY = "traverba.config_sha256"

DType = Literal["float32", "int64", "int32"]
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

GRAPHS = (ENCODER, DECODER_STEP)
