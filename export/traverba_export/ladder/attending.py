"""Where a model looks while it translates a sentence, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from traverba.bundle import open_bundle
from traverba_export.subwords import BOS, EOS, PAD, Subwords
from traverba_export.verification import GraphPair

LONGEST = 60


@dataclass(frozen=True)
class Attended:
    """A greedy translation in pieces, and the weight of each source piece at each of its steps."""

    source: list[str]  # S
    target: list[str]  # T
    weights: NDArray[np.float32]  # (T, S)


def attend(folder: Path, text: str, target: str) -> Attended:
    """Translate ``text`` with the float32 graphs of a bundle's folder."""
    with open_bundle(folder) as bundle:
        subwords = Subwords(bundle.folder / "tokenizer.json")
        [variant] = [v for v in bundle.manifest.variants if v.precision == "fp32"]
        graphs = GraphPair(bundle.folder / variant.encoder, bundle.folder / variant.decoder_step)
    [pieces] = subwords.encode_batch([text])
    source = [subwords.language_token(target), *pieces, EOS]
    ids, weights = _steps(graphs, source)
    labels = [_label(subwords, i) for i in (*source, *ids)]
    return Attended(labels[: len(source)], labels[len(source) :], np.stack(weights))


def _steps(graphs: GraphPair, source: list[int]) -> tuple[list[int], list[NDArray[np.float32]]]:
    """The likeliest tokens, the end token included, and the attention of every step."""
    encoded = graphs.encode(np.array([source]), np.array([len(source)], np.int32))
    prev, ids, weights, row = BOS, list[int](), list[NDArray[np.float32]](), np.zeros(1, np.int64)
    while prev != EOS and len(ids) < LONGEST:
        found = graphs.step(np.array([prev]), row, encoded, 3)
        prev = next(int(i) for i in found["top_ids"][0] if i not in (PAD, BOS))
        ids.append(prev)
        weights.append(found["attention"][0])
        encoded = {**encoded, "state": found["next_state"]}
    return ids, weights


def _label(subwords: Subwords, token: int) -> str:
    """A piece as a reader sees it; "·" is the space that begins a word."""
    if token == EOS:
        return "end"
    if token in subwords.target_tokens.values():
        return "to " + next(name for name, i in subwords.target_tokens.items() if i == token)
    return subwords.tokenizer.piece(token).decode("utf-8", "replace").replace(" ", "·")
