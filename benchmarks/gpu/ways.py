"""The ways to run one model that are compared, each a `System`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path

import torch

from benchmarks.systems import Sources, System
from benchmarks.systems.pytorch import PyTorch
from benchmarks.systems.traverba_graphs import forced_length
from traverba.bundle import Variant
from traverba.contract import DECODER_STEP, DEVICE_ENCODER, DEVICE_STEP, ENCODER
from traverba.decoding import Batching, SpecialIds, decode, score
from traverba.decoding.model import DecoderStep
from traverba.graphs import CPU, OnnxModel, open_model
from traverba.graphs.device_model import DeviceModel
from traverba.graphs.opening import GraphModel
from traverba.graphs.policies import CUDA, policy_of
from traverba.graphs.session import GraphSession
from traverba_export.graphs import FloatArithmetic, build_decoder_step, build_encoder
from traverba_export.graphs.device import build_device_encoder, build_device_step
from traverba_export.graphs.sharing import save_graphs
from traverba_export.model import EncoderDecoder

FP32 = Variant("fp32", "fp16", "encoder.onnx", "decoder_step.onnx")
FP16 = Variant("fp16", "fp16", "encoder.fp16.onnx", "decoder_step.fp16.onnx")
REFERENCE = "CPU fp32"
"""What the words of all others are compared with."""
WHOLE_BATCH = Batching(token_budget=2**31 - 1)
"""A batch is decoded as it comes, however large."""


class Graphs:
    """Ours, one way; exactly as many tokens as wanted."""

    def __init__(self, name: str, model: GraphModel, special: SpecialIds) -> None:
        self.name, self.model, self._special = name, model, special

    def translate(self, sources: Sources, target_length: int, beam_size: int) -> list[list[int]]:
        return self.translate_with(self.model, sources, target_length, beam_size)

    def translate_with(
        self, model: DecoderStep, sources: Sources, target_length: int, beam_size: int
    ) -> list[list[int]]:
        """The same through ``model``, which may watch this one."""
        options = forced_length(target_length, beam_size, self._special.eos)
        answers = decode(model, sources, options, self._special, batching=WHOLE_BATCH)
        return [list(answer.best.ids) for answer in answers]

    def log_probs(self, sources: Sources, targets: Sources) -> list[list[float]]:
        """What it makes of given translations, token by token."""
        options = forced_length(len(targets[0]), 1, self._special.eos)
        scored = score(self.model, sources, targets, options, self._special)
        return [hypothesis.log_probs.tolist() for hypothesis in scored]


def write_graphs(model: EncoderDecoder, folder: Path) -> None:
    """fp32 and fp16, as the exporter writes them; a bundle of today need not have both."""
    save_graphs(
        {
            folder / FP32.encoder: build_encoder(model, FloatArithmetic()),
            folder / FP32.decoder_step: build_decoder_step(model, FloatArithmetic()),
            folder / FP16.encoder: build_device_encoder(model),
            folder / FP16.decoder_step: build_device_step(model),
        },
        folder / "shared.fp32.weights",
    )


def our_ways(
    model: EncoderDecoder, special: SpecialIds, folder: Path, provider: str, threads: int
) -> Iterator[Graphs]:
    """The reference on the CPU, then ``provider``: its plainest way, which is the baseline of the others,
    and each with one thing more.
    """
    write_graphs(model, folder)
    size, providers = model.config.vocab_size, tuple(dict.fromkeys((provider, CPU)))
    label = policy_of(provider).device or provider
    yield Graphs(REFERENCE, OnnxModel.load(folder, FP32, size, (CPU,), threads), special)
    yield Graphs(
        f"{label} fp32, arrays come and go", OnnxModel.load(folder, FP32, size, providers, threads), special
    )
    for variant in (FP32, FP16):
        made = _on_device(folder, variant, size, providers, threads)
        yield Graphs(f"{label} {variant.precision}, arrays stay", made, special)
    if provider == CUDA:
        captured = open_model(folder, FP16, size, providers, threads, cuda_graphs=True)
        yield Graphs(f"{label} fp16, arrays stay, CUDA graphs", captured, special)


def _on_device(
    folder: Path, variant: Variant, vocab_size: int, providers: Sequence[str], threads: int
) -> DeviceModel:
    """`open_model` would take numpy's arrays for fp32 on a provider that has no memory of its own."""
    specs = (DEVICE_ENCODER, DEVICE_STEP) if variant is FP16 else (ENCODER, DECODER_STEP)
    policy = policy_of(providers[0])
    sessions = (
        GraphSession(
            folder / variant.encoder, specs[0], providers if policy.runs_encoder else (CPU,), threads
        ),
        GraphSession(folder / variant.decoder_step, specs[1], providers, threads),
    )
    return DeviceModel(*sessions, vocab_size, policy.memory)


def pytorch_ways(model: EncoderDecoder, special: SpecialIds, device: str) -> list[System]:
    """Eager PyTorch on ``device``, in both precisions, with the same weights."""
    given = special.bos, special.eos, special.never
    torch.backends.cuda.matmul.allow_tf32 = False  # as ours
    return [
        PyTorch(f"PyTorch fp32, {device}", deepcopy(model), *given, device=device),
        PyTorch(f"PyTorch fp16, {device}", deepcopy(model).half(), *given, device=device),
    ]
