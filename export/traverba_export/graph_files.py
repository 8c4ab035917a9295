"""All graphs of a bundle: built from one model, written so that weights lie on disk once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from traverba.bundle import Variant
from traverba_export.graphs import FloatArithmetic
from traverba_export.graphs.sharing import save_graphs
from traverba_export.half_verification import DevicePair
from traverba_export.model import EncoderDecoder, TranslationModel
from traverba_export.quantisation import (
    IntegerArithmetic,
    StoredWeights,
    calibrate,
    round_to_integers,
    store_as_integers,
)
from traverba_export.variants import Graphs, Storage, build_graphs, build_half_graphs, variant_of
from traverba_export.verification import GraphPair


@dataclass(frozen=True)
class WrittenGraphs:
    """The graphs in onnxruntime, to be compared with PyTorch and with each other."""

    exact: GraphPair
    """float32: those of the bundle, or made for the comparison alone."""
    integer: GraphPair | None
    half: GraphPair | None


def write_graphs(
    model: TranslationModel,
    folder: Path,
    scratch: Path,
    variants: Sequence[Variant],
    storage: Storage,
    calibration: Sequence[Sequence[int]],
) -> WrittenGraphs:
    """Write the graphs of ``variants`` to ``folder``; ``scratch`` is for what only a comparison needs.

    ``model`` is left with the weights that its float graphs have: those that ``storage`` can hold.
    """
    wanted = {variant.precision: variant for variant in variants}
    integer, integers = _integer_graphs(model, folder, wanted.get("int8"), calibration)
    if storage == "int8":
        assert isinstance(model, EncoderDecoder)
        round_to_integers(model, integers)
    else:
        round_weights(model, storage)
    narrow = any(variant.shortlist for variant in variants)
    fp32, fp16 = variant_of("fp32", storage, narrow=narrow), wanted.get("fp16")
    place = folder if "fp32" in wanted else scratch
    exact = build_graphs(model, place, fp32, FloatArithmetic())
    half = build_half_graphs(model, folder, fp16) if fp16 else {}
    if storage == "int8":
        exact, half = _with_integers(exact, integers), _with_integers(half, integers)
    _save(folder, place, storage, integer, exact, half)
    return WrittenGraphs(
        GraphPair(place / fp32.encoder, place / fp32.decoder_step),
        GraphPair(folder / wanted["int8"].encoder, folder / wanted["int8"].decoder_step) if integer else None,
        DevicePair(folder / fp16.encoder, folder / fp16.decoder_step) if fp16 else None,
    )


@torch.no_grad()
def round_weights(model: TranslationModel, storage: Storage) -> None:
    """Give the model the weights that ``storage`` can hold, so that parity is judged on what is shipped."""
    if storage == "fp16":
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())


def _integer_graphs(
    model: TranslationModel, folder: Path, variant: Variant | None, calibration: Sequence[Sequence[int]]
) -> tuple[Graphs, StoredWeights]:
    """From the weights as they were trained: rounding them to float16 first would add to the loss."""
    if variant is None:
        return {}, {}
    if not calibration:
        raise ValueError("int8 needs calibration sentences, from which it learns the range of activations")
    arithmetic = IntegerArithmetic(calibrate(model, calibration))
    graphs = build_graphs(model, folder, variant, arithmetic)
    return graphs, arithmetic.stored_weights


def _with_integers(graphs: Graphs, integers: StoredWeights) -> Graphs:
    return {path: store_as_integers(graph, integers) for path, graph in graphs.items()}


def _save(folder: Path, place: Path, storage: Storage, integer: Graphs, exact: Graphs, half: Graphs) -> None:
    """What graphs store alike lies in one file beside them; those for the comparison have their own."""
    if storage == "int8":
        integer, half = {**integer, **half}, {}
        if place == folder:
            integer, exact = {**integer, **exact}, {}
    elif place == folder:
        exact, half = {**exact, **half}, {}
    for graphs, table in (
        (integer, folder / "shared.int8.weights"),
        (exact, place / "shared.fp32.weights"),
        (half, folder / "shared.fp16.weights"),
    ):
        save_graphs(graphs, table)
