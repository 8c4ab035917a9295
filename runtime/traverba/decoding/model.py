"""The seam between search and arithmetic: what a search needs of a model.

Search code sees numpy arrays and two opaque values, the memory and the state. The
real implementation stands in front of onnxruntime; tests use a scripted one, a table
of log-probabilities. Dimension letters: see `traverba.contract`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from traverba.decoding.shortlist import Shortlist

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]


class Memory(Protocol):
    """Encoder output of a batch; search only asks how long the source is."""

    @property
    def batch_size(self) -> int: ...  # B

    @property
    def src_length(self) -> int: ...  # S, padding included


class State(Protocol):
    """Decoder state of P rows; opaque to search. The step after the one that reads it may overwrite it."""


class StepOutput(NamedTuple):
    """What one decoder step decides. A tuple: one is made at every step, and faster than a dataclass."""

    top_log_probs: Floats  # (N, C), highest first
    top_ids: Ids  # (N, C)
    state: State  # N rows
    attention: Floats  # (N, S)
    log_probs: Floats | None = None  # (N, V), only when asked for


class DecoderStep(Protocol):
    """A model as search sees it: explicit state in, new state out."""

    @property
    def vocab_size(self) -> int: ...

    @property
    def shortlist(self) -> Shortlist | None:
        """The lists that `narrow` accepts, or None for a model that knows none."""
        ...

    def encode(self, src_ids: Ids, src_lengths: NDArray[np.int32]) -> tuple[Memory, State]:
        """Read B padded sentences. ``src_ids`` (B, S), ``src_lengths`` (B,) -> memory, B state rows."""
        ...

    def step(
        self,
        prev_ids: Ids,  # (N,)
        parents: Ids,  # (N,) rows of `state`
        state: State,
        memory: Memory,
        top_k: int,
        *,
        with_log_probs: bool = False,
    ) -> StepOutput:
        """Advance N = B * K rows by one token."""
        ...

    def narrow(self, memory: Memory, lists: Ids, beam_size: int) -> Memory:
        """The same memory, whose steps of B * ``beam_size`` rows choose among ``lists`` (B, L) only.

        Their log-probabilities are normalised over the sentence's list. ``top_ids`` are ids of the
        vocabulary as ever; the full distribution cannot be asked for.
        """
        ...

    def select(self, memory: Memory, sentences: Ids) -> Memory:
        """The memory of some sentences only, in the order given (finished ones leave)."""
        ...
