"""Exported graphs beside the PyTorch models they came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch

from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.model import EncoderDecoder, ModelConfig
from traverba_export.model.cells import GruCell
from traverba_export.verification import GraphPair

Export = Callable[..., GraphPair]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Write a model's two graphs and open them."""

    def write_and_open(model: EncoderDecoder, threads: int = 1) -> GraphPair:
        encoder, step = tmp_path / "encoder.onnx", tmp_path / "decoder_step.onnx"
        onnx.save(build_encoder(model, FloatArithmetic()), encoder)
        onnx.save(build_decoder_step(model, FloatArithmetic()), step)
        return GraphPair(encoder, step, threads=threads)

    return write_and_open


@pytest.fixture
def random_model() -> Callable[[ModelConfig], EncoderDecoder]:
    """A model whose every weight matters: what starts at zero is drawn too."""

    def draw(config: ModelConfig) -> EncoderDecoder:
        torch.manual_seed(7)
        model = EncoderDecoder(config).eval()
        torch.nn.init.normal_(model.output.bias, std=0.1)
        if model.decoder.lexical is not None:
            torch.nn.init.normal_(model.decoder.lexical.weight, std=0.2)
        for cell in model.modules():
            if isinstance(cell, GruCell):
                torch.nn.init.normal_(cell.reset_bias)
        return model

    return draw
