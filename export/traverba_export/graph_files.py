"""All graphs of a bundle: built from one model, written so that weights lie on disk once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

IN_COMMON = ("encoder.", "decoder.attention.key", "output")
"""Activations of the graphs that all target languages share."""
Sources = Sequence[Sequence[int]]
"""Complete id sequences, the token of the target language first."""


@dataclass(frozen=True)
class WrittenGraphs:
    """The graphs of one target language in onnxruntime, to be compared with PyTorch and with each other."""

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
    calibration: Mapping[str, Sources],
) -> dict[str, WrittenGraphs]:
    """Write the graphs of ``variants`` to ``folder``; ``scratch`` is for what only a comparison needs.

    ``calibration`` has sentences for each of the model's `members`, and so has the result. ``model`` is
    left with the weights that its float graphs have: those that ``storage`` can hold.
    """
    wanted = {variant.precision: variant for variant in variants}
    narrow = any(variant.shortlist for variant in variants)
    fp32 = variant_of("fp32", storage, narrow=narrow, targets=model.config.own_decoders)
    int8, fp16 = wanted.get("int8"), wanted.get("fp16")
    place = folder if "fp32" in wanted else scratch
    arithmetics = _integer_arithmetics(model, calibration) if int8 else {}
    integer, exact, half = Graphs(), Graphs(), Graphs()
    for target, member in model.members.items():
        if int8:
            integer |= build_graphs(member, folder, int8.into(target), arithmetics[target])
    for target, member in model.members.items():  # not before: members have weights in common
        _round(member, storage, arithmetics.get(target))
        floats = build_graphs(member, place, fp32.into(target), FloatArithmetic())
        halves = build_half_graphs(member, folder, fp16.into(target)) if fp16 else {}
        if storage == "int8":
            floats, halves = (_with_integers(g, arithmetics[target].stored_weights) for g in (floats, halves))
        exact, half = exact | floats, half | halves
    _save(folder, place, storage, integer, exact, half)
    return {
        target: WrittenGraphs(
            _pair(GraphPair, place, fp32.into(target)),
            _pair(GraphPair, folder, int8.into(target)) if int8 else None,
            _pair(DevicePair, folder, fp16.into(target)) if fp16 else None,
        )
        for target in model.members
    }


def _pair(kind: type[GraphPair], folder: Path, variant: Variant) -> GraphPair:
    return kind(folder / variant.encoder, folder / variant.decoder_step)


def _round(member: TranslationModel, storage: Storage, integers: IntegerArithmetic | None) -> None:
    if storage == "int8":
        assert isinstance(member, EncoderDecoder) and integers is not None
        round_to_integers(member, integers.stored_weights)
    else:
        round_weights(member, storage)


@torch.no_grad()
def round_weights(model: TranslationModel, storage: Storage) -> None:
    """Give the model the weights that ``storage`` can hold, so that parity is judged on what is shipped."""
    if storage == "fp16":
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())


def _integer_arithmetics(
    model: TranslationModel, calibration: Mapping[str, Sources]
) -> dict[str, IntegerArithmetic]:
    """For each member, of the weights as they were trained: float16 before that would add to the loss.

    What several members have in common, encoder and output layer, gets the widest of their ranges.
    """
    if not all(calibration.get(target) for target in model.members):
        raise ValueError("int8 needs calibration sentences, from which it learns the range of activations")
    ranges = {target: calibrate(member, calibration[target]) for target, member in model.members.items()}
    common = {
        key: max(found[key] for found in ranges.values())
        for key in next(iter(ranges.values()))
        if key.startswith(IN_COMMON)
    }
    return {target: IntegerArithmetic({**found, **common}) for target, found in ranges.items()}


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
