"""Parity: an exported pair of graphs must give PyTorch's numbers and PyTorch's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from traverba.contract import DECODER_STEP, ENCODER, MEMORY
from traverba.errors import TraverbaError
from traverba.graphs import import_onnxruntime
from traverba_export.corpora.batching import pad
from traverba_export.model import Memory, TranslationModel
from traverba_export.subwords import BOS, EOS, PAD
from traverba_export.training.generation import greedy_ids

Arrays = dict[str, NDArray[Any]]

TOLERANCE = 1e-4
"""fp32 sums in another order differ by about 1e-6 a layer; a wrong weight differs by far more."""

SHAPES = ((1, 1, 1), (1, 1, 5), (1, 7, 4), (2, 3, 1), (3, 9, 5), (5, 16, 2), (8, 33, 1))
"""(B, S, K) of the random batches, the smallest of each included."""

STEPS = 4
CANDIDATES = 6


class ParityError(TraverbaError):
    """The exported graphs do not compute what the PyTorch model computes."""


@dataclass(frozen=True)
class ParityReport:
    """What was compared and how far apart it was."""

    largest_difference: dict[str, float]
    """Output name -> largest absolute difference over all batches and steps."""
    sentences: int
    """Greedy translations compared, all identical."""


class GraphPair:
    """Both graphs in onnxruntime on the CPU; names and order of tensors are the contract's."""

    def __init__(self, encoder: Path, decoder_step: Path, threads: int = 1) -> None:
        onnxruntime = import_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._encoder, self._step = (
            onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            for path in (encoder, decoder_step)
        )

    def encode(self, src_ids: NDArray[np.int64], src_lengths: NDArray[np.int32]) -> Arrays:
        """``src_ids`` (B, S), ``src_lengths`` (B,) -> the encoder's outputs by name."""
        return _run(self._encoder, {"src_ids": src_ids, "src_lengths": src_lengths})

    def step(
        self, prev_ids: NDArray[np.int64], parents: NDArray[np.int64], encoded: Arrays, top_k: int
    ) -> Arrays:
        """One step of N rows from ``encoded``: the encoder's outputs, with the current state among them."""
        carried = {tensor.name: encoded[tensor.name] for tensor in ENCODER.outputs}
        feeds = {**carried, "prev_ids": prev_ids, "parents": parents, "top_k": np.array([top_k])}
        return _run(self._step, feeds)


def _run(session: Any, feeds: Arrays) -> Arrays:
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def verify(model: TranslationModel, graphs: GraphPair, sources: Sequence[Sequence[int]]) -> ParityReport:
    """Compare random batches, then greedy translations of ``sources`` (complete id sequences)."""
    largest = compare_numbers(model, graphs, TOLERANCE)
    _compare_greedy(model, graphs, sources)
    return ParityReport(largest, len(sources))


def compare_numbers(model: TranslationModel, graphs: GraphPair, tolerance: float) -> dict[str, float]:
    """The largest difference of each output over random batches; ParityError beyond ``tolerance``."""
    model.eval()
    largest = {tensor.name: 0.0 for spec in (ENCODER, DECODER_STEP) for tensor in spec.outputs}
    for shape in SHAPES:
        for name, difference in _compare_batch(model, graphs, *shape):
            # a NaN is never smaller, so it cannot hide behind max()
            largest[name] = largest[name] if difference <= largest[name] else difference
    largest.pop("top_ids")
    if not all(difference <= tolerance for difference in largest.values()):
        figures = ", ".join(f"{name} {difference:.2g}" for name, difference in largest.items())
        raise ParityError(f"graphs and PyTorch differ by more than {tolerance}: {figures}")
    return largest


def _compare_batch(
    model: TranslationModel, graphs: GraphPair, batch: int, length: int, beam: int
) -> Iterator[tuple[str, float]]:
    """(output, largest difference) of the encoder and of some steps with random words and parents."""
    rng = np.random.default_rng([batch, length, beam])
    vocab_size = model.config.vocab_size
    src_ids = rng.integers(3, vocab_size, (batch, length))
    src_lengths = rng.integers(1, length + 1, batch).astype(np.int32)
    src_lengths[0], src_lengths[-1] = length, 1 if batch > 1 else length
    real = np.arange(length) < src_lengths[:, None]  # (B, S)
    src_ids[~real] = PAD
    encoded = graphs.encode(src_ids, src_lengths)
    yield from _differences(encoded, _torch_encode(model, src_ids, src_lengths), real)
    for number in range(STEPS):
        rows = batch * beam
        prev_ids = rng.integers(0, vocab_size, rows) if number else np.full(rows, BOS)
        width = beam if number else 1
        parents = rng.integers(0, width, rows) + np.repeat(np.arange(batch) * width, beam)
        found = graphs.step(prev_ids, parents, encoded, min(CANDIDATES, vocab_size))
        yield from _differences(found, _torch_step(model, prev_ids, parents, encoded, found["top_ids"]), None)
        encoded = {**encoded, "state": found["next_state"]}


def _differences(
    found: Arrays, expected: Arrays, real: NDArray[np.bool_] | None
) -> Iterator[tuple[str, float]]:
    """Memory is compared where there are words: behind them nothing reads it.

    An LSTM's cell has no bound, and a float is as exact as it is small: above 1, states are compared by
    their size. So are keys, each by its largest number: all of them are sums over the same state.
    """
    for name, value in expected.items():
        difference = np.abs(found[name].astype(np.float64) - value)
        if name in ("state", "next_state"):
            difference /= np.maximum(1.0, np.abs(value))
        elif name == "memory_keys":
            difference /= np.maximum(1.0, np.abs(value).max(axis=-1, keepdims=True))
        if real is not None and name in ("memory", "memory_keys"):
            difference = difference[real]
        yield name, float(difference.max())


@torch.no_grad()
def _torch_encode(
    model: TranslationModel, src_ids: NDArray[np.int64], src_lengths: NDArray[np.int32]
) -> Arrays:
    memory, state = model.encode(torch.from_numpy(src_ids), torch.from_numpy(src_lengths).long())
    values = (memory.values, memory.keys, memory.bias, state)
    return {spec.name: value.numpy() for spec, value in zip(ENCODER.outputs, values, strict=True)}


@torch.no_grad()
def _torch_step(
    model: TranslationModel,
    prev_ids: NDArray[np.int64],
    parents: NDArray[np.int64],
    encoded: Arrays,
    top_ids: NDArray[np.int64],
) -> Arrays:
    """What PyTorch makes of the same inputs; the candidates are compared by their probabilities,
    so that two equally likely words may come in either order."""
    rows = len(prev_ids)
    values, keys, bias = (torch.from_numpy(encoded[tensor.name]) for tensor in MEMORY)
    sentence = torch.arange(values.shape[0]).repeat_interleave(rows // values.shape[0])
    memory = Memory(values, keys, bias).select(sentence)
    state = torch.from_numpy(encoded["state"])[torch.from_numpy(parents)]
    hidden, next_state, attention = model.decode(torch.from_numpy(prev_ids)[:, None], state, memory)
    log_probs = model.log_probs(hidden[:, 0])  # (N, V)
    best = log_probs.topk(top_ids.shape[1], dim=-1).values
    chosen = log_probs.gather(1, torch.from_numpy(top_ids))
    return {
        "top_log_probs": best.numpy(),
        "top_ids": top_ids + (best - chosen).numpy(),  # its difference is that of the probabilities
        "next_state": next_state.numpy(),
        "attention": attention[:, 0].numpy(),
        "log_probs": log_probs.numpy(),
    }


def _compare_greedy(model: TranslationModel, graphs: GraphPair, sources: Sequence[Sequence[int]]) -> None:
    different = []
    for start in range(0, len(sources), 32):
        batch = sources[start : start + 32]
        pairs = zip(batch, greedy_ids(model, batch), graph_greedy_ids(graphs, batch), strict=True)
        different += [f"{list(s)}: {wanted} became {found}" for s, wanted, found in pairs if wanted != found]
    if different:
        raise ParityError(
            f"{len(different)} of {len(sources)} greedy translations differ, first: {different[0]}"
        )


def graph_greedy_ids(
    graphs: GraphPair, sources: Sequence[Sequence[int]], max_ratio: float = 2.0
) -> list[list[int]]:
    """`training.generation.greedy_ids` with the graphs: the same limits, the same forbidden ids."""
    lengths = np.array([len(s) for s in sources], np.int32)
    encoded = graphs.encode(pad(sources), lengths)
    limits = lengths * max_ratio + 10
    rows = np.arange(len(sources))
    prev_ids, live = np.full(len(sources), BOS), np.ones(len(sources), bool)
    out: list[list[int]] = [[] for _ in sources]
    for number in range(int(limits.max())):
        found = graphs.step(prev_ids, rows, encoded, 3)
        allowed = (found["top_ids"] != PAD) & (found["top_ids"] != BOS)  # (N, 3): at least one is
        prev_ids = found["top_ids"][rows, allowed.argmax(axis=1)]
        live &= (prev_ids != EOS) & (number < limits.astype(np.int64))
        if not live.any():
            break
        for row in np.flatnonzero(live):
            out[row].append(int(prev_ids[row]))
        prev_ids = np.where(live, prev_ids, PAD)
        encoded = {**encoded, "state": found["next_state"]}
    return out


__all__ = [
    "TOLERANCE",
    "GraphPair",
    "ParityError",
    "ParityReport",
    "compare_numbers",
    "graph_greedy_ids",
    "verify",
]
