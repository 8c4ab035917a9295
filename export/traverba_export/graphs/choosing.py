"""Which builder makes a model's graphs: each rung has its own pair."""

from __future__ import annotations

import onnx

from traverba_export.graphs.aligned import (
    build_aligned_encoder,
    build_aligned_step,
    build_dictionary_encoder,
    build_dictionary_step,
)
from traverba_export.graphs.arithmetic import Arithmetic
from traverba_export.graphs.decoder_step import build_recurrent_step
from traverba_export.graphs.encoder import build_recurrent_encoder
from traverba_export.model import AlignedTranslator, Dictionary, EncoderDecoder, TranslationModel


def build_encoder(model: TranslationModel, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.ENCODER` with this model's weights."""
    if isinstance(model, Dictionary):
        return build_dictionary_encoder(model)
    if isinstance(model, AlignedTranslator):
        return build_aligned_encoder(model, arithmetic)
    assert isinstance(model, EncoderDecoder)
    return build_recurrent_encoder(model, arithmetic)


def build_decoder_step(model: TranslationModel, arithmetic: Arithmetic) -> onnx.ModelProto:
    """`traverba.contract.DECODER_STEP` with this model's weights."""
    if isinstance(model, Dictionary):
        return build_dictionary_step(model)
    if isinstance(model, AlignedTranslator):
        return build_aligned_step(model, arithmetic)
    assert isinstance(model, EncoderDecoder)
    return build_recurrent_step(model, arithmetic)
