"""Which model stands in front of a bundle's graphs: arrays in numpy, or kept on a device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
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


class GraphModels:
    """Called with a target language, gives the model that translates into it.

    Who translates into one language should not pay for the decoders of the others: each is opened when
    it is first asked for. Any number of threads can share this.
    """

    def __init__(
        self, open_into: Callable[[str, GraphSession | None], GraphModel], targets: Sequence[str]
    ) -> None:
        """``open_into`` takes a target, and the encoder once that is open; no ``targets``: one model."""
        self._open_into, self._targets = open_into, tuple(targets)
        first = self._targets[0] if targets else ""
        self.one = open_into(first, None)
        """Of the first language, or of all: what says whether the provider works."""
        self._opened = {first: self.one}
        self._lock = Lock()

    def __call__(self, target: str) -> GraphModel:
        """The model that translates into ``target``."""
        if target not in self._targets:
            return self.one
        with self._lock:
            if target not in self._opened:
                self._opened[target] = self._open_into(target, self.one.encoder)
            return self._opened[target]

    def open_all(self) -> None:
        """Before the files go."""
        for target in self._targets:
            self(target)


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
    """The graphs of a bundle's variant on these providers: an encoder, a decoder for each language."""
    folder = folder.resolve()  # a decoder may be opened after the program has gone to another folder

    def open_into(target: str, encoder: GraphSession | None) -> GraphModel:
        own = variant.into(target)
        return open_model(
            folder, own, vocab_size, providers, threads, shortlist, encoder, cuda_graphs=cuda_graphs
        )

    return GraphModels(open_into, tuple(variant.steps))


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
