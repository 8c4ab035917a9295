"""A decoder made of a table: log-probabilities as a function of the source and the tokens so far.

Its state is what each row has really said, carried along by ``parents``, and every step
checks that rows and memory belong to the same sentence: a search that mixes up rows,
parents or sentences fails here or gets another answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from traverba.decoding import SpecialIds, StepOutput

PAD, BOS, EOS = 0, 1, 2
SPECIAL = SpecialIds(pad=PAD, bos=BOS, eos=EOS, never=(PAD, BOS))

Source = tuple[int, ...]
History = tuple[int, ...]
Script = Callable[[Source, History], NDArray[np.float32]]
"""The log-probabilities (V,) of the next token, given the source and the target so far."""

Target = History | Callable[[Source], History]


def log_softmax(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    shifted = logits.astype(np.float64) - logits.max()
    return (shifted - np.log(np.exp(shifted).sum())).astype(np.float32)


@dataclass(frozen=True)
class ScriptedMemory:
    sources: tuple[Source, ...]
    src_length: int

    @property
    def batch_size(self) -> int:
        return len(self.sources)


@dataclass(frozen=True)
class ScriptedState:
    rows: tuple[tuple[Source, History], ...]


@dataclass
class ScriptedModel:
    """A `DecoderStep` that looks its answers up."""

    script: Script
    vocab_size: int
    encoded: list[tuple[int, ...]] = field(default_factory=list)
    """Shape of every batch that was encoded."""

    step_shapes: list[tuple[int, int]] = field(default_factory=list)
    """(N, B) of every step."""

    full_steps: int = 0
    """Steps that were asked for the whole distribution."""

    def encode(
        self, src_ids: NDArray[np.int64], src_lengths: NDArray[np.int32]
    ) -> tuple[ScriptedMemory, ScriptedState]:
        assert src_lengths.dtype == np.int32 and src_ids.dtype == np.int64
        self.encoded.append(src_ids.shape)
        rows = list(zip(src_ids.tolist(), src_lengths.tolist(), strict=True))
        assert all(set(ids[length:]) <= {PAD} for ids, length in rows)
        sources = tuple(tuple(ids[:length]) for ids, length in rows)
        return ScriptedMemory(sources, src_ids.shape[1]), ScriptedState(tuple((s, ()) for s in sources))

    def step(
        self,
        prev_ids: NDArray[np.int64],
        parents: NDArray[np.int64],
        state: ScriptedState,
        memory: ScriptedMemory,
        top_k: int,
        *,
        with_log_probs: bool = False,
    ) -> StepOutput:
        N, B = len(prev_ids), memory.batch_size
        assert N % B == 0 and parents.shape == (N,) and prev_ids.dtype == parents.dtype == np.int64
        self.step_shapes.append((N, B))
        self.full_steps += with_log_probs
        rows = []
        for n, (token, parent) in enumerate(zip(prev_ids.tolist(), parents.tolist(), strict=True)):
            source, history = state.rows[parent]
            assert source == memory.sources[n // (N // B)], "a row continues another sentence"
            assert history or token == BOS, "the first token is not BOS"
            rows.append((source, (*history, token)))
        log_probs = np.stack([self.script(source, history[1:]) for source, history in rows])
        top_ids = np.argsort(-log_probs, axis=1, kind="stable")[:, :top_k]
        attention = np.stack([attend(*row, memory.src_length) for row in rows])
        return StepOutput(
            top_log_probs=np.take_along_axis(log_probs, top_ids, axis=1),
            top_ids=top_ids,
            state=ScriptedState(tuple(rows)),
            attention=attention,
            log_probs=log_probs if with_log_probs else None,
        )

    @property
    def shortlist(self) -> None:
        return None

    def select(self, memory: ScriptedMemory, sentences: NDArray[np.int64]) -> ScriptedMemory:
        return ScriptedMemory(tuple(memory.sources[b] for b in sentences), memory.src_length)


def attend(source: Source, history: History, src_length: int) -> NDArray[np.float32]:
    """Some attention (S,) that depends on everything and leaves padding out."""
    rng = np.random.default_rng([*source, 99, *history])
    weights = np.zeros(src_length, np.float32)
    weights[: len(source)] = rng.dirichlet(np.ones(len(source)))
    return weights


def random_script(seed: int, vocab_size: int, *, sharpness: float = 2.0, end_bias: float = 0.0) -> Script:
    """Any next token possible after anything, each history with a distribution of its own."""
    table: dict[tuple[Source, History], NDArray[np.float32]] = {}

    def script(source: Source, history: History) -> NDArray[np.float32]:
        key = (source, history)
        if key not in table:
            logits = sharpness * np.random.default_rng([seed, *source, 99, *history]).normal(size=vocab_size)
            logits[EOS] += end_bias * len(history)
            table[key] = log_softmax(logits)
        return table[key]

    return script


def saying(vocab_size: int, target: Target, *, certainty: float = 0.9) -> Script:
    """Says one target, token for token, and then EOS; a function of the source gives each its own."""

    def script(source: Source, history: History) -> NDArray[np.float32]:
        said = target(source) if callable(target) else target
        token = said[len(history)] if len(history) < len(said) else EOS
        probs = np.full(vocab_size, (1 - certainty) / (vocab_size - 1))
        probs[token] = certainty
        return np.log(probs).astype(np.float32)

    return script
