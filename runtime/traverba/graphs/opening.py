"""Which model stands in front of a bundle's graphs: arrays in numpy, or kept on a device."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from traverba.bundle import Variant
from traverba.contract import DECODER_STEP, DEVICE_ENCODER, DEVICE_STEP, ENCODER
from traverba.decoding import Shortlist
from traverba.errors import OptionError
from traverba.graphs.model import OnnxModel
from traverba.graphs.policies import CPU, CUDA, policy_of
from traverba.graphs.session import GraphSession

if TYPE_CHECKING:
    from traverba.graphs.device_model import DeviceModel

logger = logging.getLogger(__name__)

GraphModel: TypeAlias = "OnnxModel | DeviceModel"
CAPTURE = {"enable_cuda_graph": "1"}


def open_model(
    folder: Path,
    variant: Variant,
    vocab_size: int,
    providers: Sequence[str],
    threads: int,
    shortlist: Shortlist | None = None,
    *,
    cuda_graphs: bool = False,
) -> GraphModel:
    """The graphs of a bundle's variant on these providers."""
    half, memory = variant.precision == "fp16", policy_of(providers[0]).memory
    if cuda_graphs and (providers[0] != CUDA or not half):
        raise OptionError(
            "cuda_graphs is for device 'cuda' and precision 'fp16', whose step is made to be recorded; "
            f"this is {policy_of(providers[0]).name} in {variant.precision}"
        )
    if memory == "cpu" and not half:
        return OnnxModel.load(folder, variant, vocab_size, providers, threads, shortlist)
    encoder = GraphSession(
        folder / variant.encoder, DEVICE_ENCODER if half else ENCODER, _for_encoder(providers), threads
    )
    step = GraphSession(
        folder / variant.decoder_step,
        DEVICE_STEP if half else DECODER_STEP,
        providers,
        threads,
        CAPTURE if cuda_graphs else None,
    )
    # Most programs run on a CPU and never need either.
    if cuda_graphs:
        from traverba.graphs.captured_model import CapturedModel

        return CapturedModel(encoder, step, vocab_size, memory)
    from traverba.graphs.device_model import DeviceModel

    return DeviceModel(encoder, step, vocab_size, memory)


def _for_encoder(providers: Sequence[str]) -> Sequence[str]:
    policy = policy_of(providers[0])
    if policy.runs_encoder:
        return providers
    logger.info("the encoder runs on the CPU, the steps on %s: %s", policy.name, policy.why)
    return (CPU,)
