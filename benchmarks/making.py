"""A shape from nothing to a running bundle, each step in a process of its own: time, memory, sizes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from benchmarks.own_process import in_own_process
from benchmarks.subjects import WEIGHTS, export_random_model, random_model
from benchmarks.texts import sentences
from traverba import DecodeOptions, load_translator
from traverba.bundle import Variant, open_bundle
from traverba_export.bundling import load_trained
from traverba_export.model import PRESETS, EncoderDecoder, count_parameters
from traverba_export.quality.report import write_json
from traverba_export.training.loss import output_loss

NOTES = "made.json"
TRAINED_ROWS, TRAINED_LENGTH = 8, 20
"""Sentences of the training step, and their tokens on either side."""
TEXTS = [" ".join(text.split()[:8]) for text in sentences(6)]
"""Short: a translation by random weights does not end before its limit, and the text's length sets that."""
CALIBRATED, VERIFIED = TEXTS[:4], TEXTS[4:]

Made = dict[str, Any]
"""Step -> what it found, its seconds and its memory; plain JSON values."""


def make(preset: str, folder: Path) -> Made:
    """Everything from random weights to a first translation in ``folder``; the bundle is FOLDER/PRESET.

    Steps that an earlier call finished are not done again: their notes lie beside the model.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = folder / NOTES
    made: Made = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else {}
    for name, function, given in _steps(preset, folder):
        if name not in made:
            made[name] = asdict(in_own_process(function, *given))
            write_json(notes, made)
    return {**made, "sizes_mb": _sizes_mb(folder / preset)}


def _steps(preset: str, folder: Path) -> Iterator[tuple[str, Any, tuple[object, ...]]]:
    yield "training step", training_step, (preset,)
    yield "weights", _random_weights, (preset, folder)
    yield "export", _export, (preset, folder)
    yield "PyTorch", _run_pytorch, (folder / WEIGHTS,)
    for precision in ("int8", "fp32"):
        yield f"traverba {precision}", _run_bundle, (folder / preset, precision)


def training_step(preset: str) -> Mapping[str, Any]:
    """Build the model, take two steps of AdamW on one random batch; the loss is to fall."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    config = PRESETS[preset]
    model = EncoderDecoder(config)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, foreach=False)
    src_ids, prev_ids, next_ids = torch.randint(3, config.vocab_size, (3, TRAINED_ROWS, TRAINED_LENGTH))
    lengths = torch.full((TRAINED_ROWS,), TRAINED_LENGTH)
    losses, seconds = [], []
    for _ in range(2):
        start = time.process_time()
        hidden = model(src_ids, lengths, prev_ids).flatten(0, 1)  # (N, H)
        loss = output_loss(hidden, model.output.weight, model.output.bias, next_ids.flatten())
        loss = loss / next_ids.numel()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=False)
        optimiser.step()
        losses.append(float(loss.detach()))
        seconds.append(time.process_time() - start)
    return {"parameters": count_parameters(model), "losses": losses, "seconds": seconds}


def _random_weights(preset: str, folder: Path) -> Mapping[str, Any]:
    random_model(preset, folder)
    return {"size_mb": (folder / WEIGHTS).stat().st_size / 1e6}


def _export(preset: str, folder: Path) -> Mapping[str, Any]:
    """Both precisions, compared with PyTorch."""
    torch.set_num_threads(1)
    return asdict(export_random_model(preset, folder / preset, CALIBRATED, VERIFIED))


def _run_pytorch(weights: Path) -> Mapping[str, Any]:
    """Loading, and a decode step of one row; its peak is that of the weights read beside the model's own."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    model = load_trained(weights).model
    load_s = time.perf_counter() - start
    with torch.inference_mode():
        memory, state = model.encode(torch.tensor([[5, 6, 7]]), torch.tensor([3]))
        model.decode(torch.tensor([[1]]), state, memory)
    return {"load_s": load_s}


def _run_bundle(bundle: Path, precision: str) -> Mapping[str, Any]:
    """Loading as a user does, and one sentence; random weights never end it, so its length is bounded."""
    start = time.perf_counter()
    with load_translator(bundle, device="cpu", precision=precision, threads=1) as translator:
        load_s = time.perf_counter() - start
        start = time.perf_counter()
        options = DecodeOptions(beam_size=5, max_length_ratio=1.0, guards="off")
        answer = translator.translate(TEXTS[0], target="fr", options=options)
        return {"load_s": load_s, "first_s": time.perf_counter() - start, "characters": len(answer.text)}


def _sizes_mb(bundle: Path) -> Mapping[str, float]:
    """Precision -> its graphs and weights on disk."""
    with open_bundle(bundle) as opened:
        variants = opened.manifest.variants
    return {variant.precision: sum(_files(bundle, variant)) / 1e6 for variant in variants}


def _files(bundle: Path, variant: Variant) -> Iterator[int]:
    """The bytes of each; weights that two graphs share are in a file of their own."""
    shared = bundle.glob(f"*.{variant.precision}.weights")
    for path in (*(bundle / name for name in variant.graphs), *shared):
        yield path.stat().st_size
