"""The graphs of each variant of a bundle, and what their files are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import onnx

from traverba.bundle import Step, Variant
from traverba.bundle.variant import DECODER_STEP_FILE, ENCODER_FILE
from traverba_export.graphs import Arithmetic, build_decoder_step, build_encoder
from traverba_export.graphs.device import build_device_encoder, build_device_step
from traverba_export.graphs.narrow_step import build_narrow_step, build_shortlist
from traverba_export.model import EncoderDecoder, TranslationModel

Precision = Literal["fp32", "int8", "fp16"]
"""What the graphs compute in."""
Storage = Literal["fp16", "fp32", "int8"]
"""What the weights of float graphs are stored in; int8: the same integers that the int8 graphs have."""
Graphs = dict[Path, onnx.ModelProto]
"""Where each is to be written."""


def variant_of(
    precision: Precision, storage: Storage, *, narrow: bool, targets: Sequence[str] = ()
) -> Variant:
    """The default precision of the format has the plain names; ``narrow``: with the graphs of a shortlist.

    Each of ``targets`` has a decoder of its own, which says so in its file's name.
    """
    if precision == "fp32":
        names = (ENCODER_FILE, DECODER_STEP_FILE, "shortlist.onnx", "narrow_step.onnx")
    else:
        names = (
            f"encoder.{precision}.onnx",
            f"decoder_step.{precision}.onnx",
            f"shortlist.{precision}.onnx",
            f"narrow_step.{precision}.onnx",
        )
    encoder, decoder_step, shortlist, narrow_step = names
    stored = storage if precision == "fp32" or storage == "int8" else precision
    variant = Variant(precision, stored, encoder, decoder_step)
    if narrow and precision != "fp16":  # a GPU is not held up by a large product
        variant = replace(variant, shortlist=shortlist, narrow_step=narrow_step)
    if not targets:
        return variant
    steps = {target: _step_of(variant, target) for target in targets}
    first = next(iter(steps.values()))
    return replace(variant, decoder_step=first.decoder_step, narrow_step=first.narrow_step, steps=steps)


def _step_of(variant: Variant, target: str) -> Step:
    """decoder_step.int8.onnx -> decoder_step.fr.int8.onnx."""
    narrow = variant.narrow_step
    return Step(
        variant.decoder_step.replace("_step", f"_step.{target}"),
        narrow and narrow.replace("_step", f"_step.{target}"),
    )


def build_half_graphs(model: TranslationModel, folder: Path, variant: Variant) -> Graphs:
    """Encoder and decoder step for a GPU."""
    assert isinstance(model, EncoderDecoder)
    return {
        folder / variant.encoder: build_device_encoder(model),
        folder / variant.decoder_step: build_device_step(model),
    }


def build_graphs(model: TranslationModel, folder: Path, variant: Variant, arithmetic: Arithmetic) -> Graphs:
    """Encoder and decoder step, and those of a shortlist if the variant names them."""
    paths = [folder / variant.encoder, folder / variant.decoder_step]
    graphs = [build_encoder(model, arithmetic), build_decoder_step(model, arithmetic)]
    if variant.shortlist is not None and variant.narrow_step is not None:
        assert isinstance(model, EncoderDecoder)
        paths += [folder / variant.shortlist, folder / variant.narrow_step]
        graphs += [build_shortlist(model, arithmetic), build_narrow_step(model, arithmetic)]
    return dict(zip(paths, graphs, strict=True))
