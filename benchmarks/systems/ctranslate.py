"""CTranslate2: int8 Transformers of the shapes users run, built with random weights.

Shapes: base 6+6 is OPUS-MT's (Marian's Transformer base: 512/2048, post-norm, swish, all embeddings
tied); base 6+2 the same with a shallow decoder; tiny 6+2 is 256/1536. Vocabulary 32,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2.specs import TransformerSpec
from ctranslate2.specs.common_spec import Activation, LayerNormSpec, LinearSpec
from numpy.typing import NDArray

from benchmarks.systems import Sources

VOCAB_SIZE = 32_000
SPECIAL_TOKENS = ("<unk>", "<s>", "</s>")


@dataclass(frozen=True)
class Shape:
    """A Transformer's size."""

    name: str
    encoder_layers: int
    decoder_layers: int
    width: int
    feed_forward: int
    heads: int = 8
    vocab_size: int = VOCAB_SIZE


SHAPES = (
    Shape("CTranslate2 base 6+6", 6, 6, 512, 2048),
    Shape("CTranslate2 base 6+2", 6, 2, 512, 2048),
    Shape("CTranslate2 tiny 6+2", 6, 2, 256, 1536),
)


class CTranslate2:
    """A converted model on one CPU thread in int8, with whatever kernels CTranslate2 picks for this CPU."""

    def __init__(self, shape: Shape, folder: Path, threads: int) -> None:
        self.name = shape.name
        self._vocabulary = vocabulary(shape.vocab_size)
        self._id = {token: i for i, token in enumerate(self._vocabulary)}
        self._translator = ctranslate2.Translator(
            str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
        )

    def translate(self, sources: Sources, target_length: int, beam_size: int) -> list[list[int]]:
        results = self._translator.translate_batch(
            [[self._vocabulary[i] for i in source] for source in sources],
            beam_size=beam_size,
            min_decoding_length=target_length,
            max_decoding_length=target_length,
        )
        return [[self._id[token] for token in result.hypotheses[0]] for result in results]


def vocabulary(size: int) -> list[str]:
    """Special tokens and made-up words."""
    return [*SPECIAL_TOKENS, *(f"w{i}" for i in range(len(SPECIAL_TOKENS), size))]


def build(shape: Shape, folder: Path) -> Path:
    """Write the model in CTranslate2's format, quantised to int8."""
    spec = TransformerSpec.from_config(
        (shape.encoder_layers, shape.decoder_layers), shape.heads, pre_norm=False, activation=Activation.SWISH
    )
    _fill(spec, shape, np.random.default_rng(1))
    spec.register_source_vocabulary(vocabulary(shape.vocab_size))
    spec.register_target_vocabulary(vocabulary(shape.vocab_size))
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))
    return folder


def _fill(spec: Any, shape: Shape, rng: np.random.Generator) -> None:
    """Random weights in every layer; one matrix for both embeddings and the output."""
    width, hidden = shape.width, shape.feed_forward
    table = _normal(rng, shape.vocab_size, width)
    positions = _sinusoids(512, width)
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = spec.decoder.projection.weight = (
        table
    )
    spec.decoder.projection.bias = np.zeros(shape.vocab_size, np.float32)
    spec.encoder.position_encodings.encodings = spec.decoder.position_encodings.encodings = positions
    for layer in (*spec.encoder.layer, *spec.decoder.layer):
        # Self-attention projects queries, keys and values at once; attention to the source keys and values.
        sizes = {layer.self_attention: (3, 1), getattr(layer, "attention", None): (1, 2, 1)}
        for attention, blocks in sizes.items():
            if attention is not None:
                _normalise(attention.layer_norm, width)
                for linear, count in zip(attention.linear, blocks, strict=True):
                    _project(rng, linear, count * width, width)
        _normalise(layer.ffn.layer_norm, width)
        _project(rng, layer.ffn.linear_0, hidden, width)
        _project(rng, layer.ffn.linear_1, width, hidden)


def _project(rng: np.random.Generator, linear: LinearSpec, out: int, width: int) -> None:
    linear.weight, linear.bias = _normal(rng, out, width), np.zeros(out, np.float32)


def _normalise(norm: LayerNormSpec, width: int) -> None:
    norm.gamma, norm.beta = np.ones(width, np.float32), np.zeros(width, np.float32)


def _normal(rng: np.random.Generator, out: int, width: int) -> NDArray[np.float32]:
    return rng.standard_normal((out, width), np.float32) / np.float32(np.sqrt(width))


def _sinusoids(length: int, width: int) -> NDArray[np.float32]:
    """Vaswani et al. 2017, section 3.5."""
    angles = np.arange(length)[:, None] / 10_000 ** (np.arange(width // 2) / (width // 2))
    return np.concatenate((np.sin(angles), np.cos(angles)), axis=1).astype(np.float32)


def build_all(folder: Path, threads: int, shapes: Sequence[Shape] = SHAPES) -> Iterator[CTranslate2]:
    """Each shape, built and loaded."""
    for number, shape in enumerate(shapes):
        yield CTranslate2(shape, build(shape, folder / f"ctranslate2-{number}"), threads)
