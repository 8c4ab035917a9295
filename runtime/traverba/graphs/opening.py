"""Which model stands in front of a bundle's graphs: arrays in numpy, or kept on a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from traverba.bundle import Variant
from traverba.contract import DECODER_STEP, DEVICE_ENCODER, DEVICE_STEP, ENCODER
from traverba.decoding import Shortlist
from traverba.errors import OptionError
from traverba.graphs.model import OnnxModel
from traverba.graphs.policies import CUDA, policy_of, providers_of_encoder
from traverba.graphs.session import GraphSession

if TYPE_CHECKING:
    from traverba.graphs.device_model import DeviceModel

GraphModel: TypeAlias = "OnnxModel | DeviceModel"
CAPTURE = {"enable_cuda_graph": "1"}


@dataclass(frozen=True)
class GraphModels:
    """Target language -> the model that translates into it; called, it gives the one for a language."""

    one: GraphModel
    """For any language that has no decoder of its own."""
    own: Mapping[str, GraphModel]

    def __call__(self, target: str) -> GraphModel:
        """The model that translates into ``target``."""
        return self.own.get(target, self.one)


def open_models(
    folder: Path,
    variant: Variant,
    vocab_size: int,
    providers: Sequence[str],
    threads: int,
    shortlist: Shortlist | None = None,
    *,
    cuda_graphs: bool = False,
) -> GraphModels:
    """The graphs of a bundle's variant on these providers: one encoder, and every decoder step."""
    one: GraphModel | None = None
    own: dict[str, GraphModel] = {}
    for target in variant.steps or ("",):
        encoder = one.encoder if one else None
        model = open_model(
            folder,
            variant.into(target),
            vocab_size,
            providers,
            threads,
            shortlist,
            encoder,
            cuda_graphs=cuda_graphs,
        )
        one, own[target] = one or model, model
    assert one is not None
    return GraphModels(one, own)


def open_model(
    folder: Path,
    variant: Variant,
    vocab_size: int,
    providers: Sequence[str],
    threads: int,
    shortlist: Shortlist | None = None,
    encoder: GraphSession | None = None,
    *,
    cuda_graphs: bool = False,
) -> GraphModel:
    """The graphs of a bundle's variant on these providers, with an ``encoder`` that is open already."""
    half, memory = variant.precision == "fp16", policy_of(providers[0]).memory
    if cuda_graphs and (providers[0] != CUDA or not half):
        raise OptionError(
            "cuda_graphs is for device 'cuda' and precision 'fp16', whose step is made to be recorded; "
            f"this is {policy_of(providers[0]).name} in {variant.precision}"
        )
    if memory == "cpu" and not half:
        return OnnxModel.load(folder, variant, vocab_size, providers, threads, shortlist, encoder)
    encoder = encoder or GraphSession(
        folder / variant.encoder,
        DEVICE_ENCODER if half else ENCODER,
        providers_of_encoder(providers),
        threads,
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
