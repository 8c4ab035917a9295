"""Asked for and missing raises with the install line; only "auto" chooses."""

from __future__ import annotations

import pytest

from traverba.errors import OptionError, ProviderUnavailableError
from traverba.graphs.providers import choose_providers

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
LEAN = ("AzureExecutionProvider", CPU)
GPU = ("TensorrtExecutionProvider", CUDA, CPU)


@pytest.mark.parametrize(
    ("device", "providers", "available", "chosen"),
    [
        ("auto", None, LEAN, (CPU,)),
        ("auto", None, GPU, (CUDA, CPU)),
        ("cpu", None, GPU, (CPU,)),
        ("cuda", None, GPU, (CUDA, CPU)),
        ("auto", [CPU], GPU, (CPU,)),
        ("auto", ["TensorrtExecutionProvider", CUDA], GPU, ("TensorrtExecutionProvider", CUDA, CPU)),
    ],
)
def test_the_best_that_was_asked_for_comes_first_and_the_cpu_last(
    device: str, providers: list[str] | None, available: tuple[str, ...], chosen: tuple[str, ...]
) -> None:
    assert choose_providers(device, providers, available) == chosen


def test_cuda_without_its_distribution_names_the_install_line() -> None:
    with pytest.raises(ProviderUnavailableError, match=r'pip install "traverba\[gpu\]"'):
        choose_providers("cuda", None, LEAN)


def test_two_distributions_that_overwrite_each_other_are_named() -> None:
    with pytest.raises(ProviderUnavailableError, match="pip uninstall onnxruntime onnxruntime-gpu"):
        choose_providers("cuda", None, LEAN, clash=True)


def test_every_missing_provider_is_named() -> None:
    with pytest.raises(ProviderUnavailableError, match="ROCMExecutionProvider, QNNExecutionProvider is not"):
        choose_providers("auto", ["ROCMExecutionProvider", "QNNExecutionProvider", CPU], LEAN)


@pytest.mark.parametrize(
    ("device", "providers", "message"),
    [
        ("tpu", None, "device must be one of auto, cpu, cuda, not 'tpu'"),
        ("cpu", [CPU], "not both"),
        ("auto", [], "at least one"),
    ],
)
def test_a_request_that_makes_no_sense_names_the_option(
    device: str, providers: list[str] | None, message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        choose_providers(device, providers, LEAN)
