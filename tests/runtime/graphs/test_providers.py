"""Asked for and missing raises with the install line; only "auto" chooses."""

from __future__ import annotations

import re

import pytest

from traverba.errors import OptionError, ProviderUnavailableError
from traverba.graphs.policies import DEVICES, POLICIES, policy_of, provider_options
from traverba.graphs.providers import choose_precision, choose_providers, clash_of

CPU, CUDA, OPENVINO = "CPUExecutionProvider", "CUDAExecutionProvider", "OpenVINOExecutionProvider"
TENSORRT = "TensorrtExecutionProvider"
LEAN = (CPU,)
GPU = (TENSORRT, CUDA, CPU)
EVERY_PRECISION = ("fp32", "int8", "fp16")


@pytest.mark.parametrize(
    ("device", "providers", "available", "chosen"),
    [
        ("auto", None, LEAN, (CPU,)),
        ("auto", None, GPU, (CUDA, CPU)),
        ("cpu", None, GPU, (CPU,)),
        ("cuda", None, GPU, (CUDA, CPU)),
        ("openvino", None, (OPENVINO, CPU), (OPENVINO, CPU)),
        ("auto", [CPU], GPU, (CPU,)),
        ("auto", [TENSORRT, CUDA], GPU, (TENSORRT, CUDA, CPU)),
        ("auto", None, (OPENVINO, CPU), (CPU,)),
    ],
)
def test_the_best_that_was_asked_for_comes_first_and_the_cpu_last(
    device: str, providers: list[str] | None, available: tuple[str, ...], chosen: tuple[str, ...]
) -> None:
    assert choose_providers(device, providers, available) == chosen


def test_auto_takes_what_was_measured_to_be_fastest_here() -> None:
    assert choose_providers("auto", None, GPU, measured=CPU) == (CPU,)
    assert choose_providers("auto", None, (OPENVINO, CPU), measured=OPENVINO) == (OPENVINO, CPU)


def test_what_was_measured_never_overrules_a_request() -> None:
    assert choose_providers("cuda", None, GPU, measured=CPU) == (CUDA, CPU)
    assert choose_providers("auto", [CUDA], GPU, measured=CPU) == (CUDA, CPU)


def test_a_measured_provider_that_has_gone_is_forgotten() -> None:
    assert choose_providers("auto", None, LEAN, measured=CUDA) == (CPU,)


@pytest.mark.parametrize(
    ("device", "install"),
    [
        ("cuda", 'pip install "traverba[gpu]"'),
        ("tensorrt", 'pip install "traverba[gpu]" tensorrt'),
        ("openvino", "pip install onnxruntime-openvino"),
        ("directml", "pip install onnxruntime-directml"),
        ("coreml", 'pip install "traverba[cpu]" on macOS'),
        ("qnn", "pip install onnxruntime-qnn"),
        ("webgpu", "pip install onnxruntime-ep-webgpu"),
    ],
)
def test_a_missing_device_names_its_install_line(device: str, install: str) -> None:
    with pytest.raises(ProviderUnavailableError, match=re.escape(install)):
        choose_providers(device, None, LEAN)


def test_distributions_that_overwrite_each_other_are_named_instead() -> None:
    both = ("onnxruntime", "onnxruntime-gpu")
    with pytest.raises(ProviderUnavailableError, match="pip uninstall onnxruntime onnxruntime-gpu, then"):
        choose_providers("cuda", None, LEAN, distributions=both)


def test_one_distribution_alone_is_no_clash() -> None:
    assert clash_of(()) is None
    assert clash_of(("onnxruntime-gpu",)) is None


def test_every_missing_provider_is_named() -> None:
    with pytest.raises(ProviderUnavailableError, match="ROCMExecutionProvider, QNNExecutionProvider is not"):
        choose_providers("auto", ["ROCMExecutionProvider", "QNNExecutionProvider", CPU], LEAN)


@pytest.mark.parametrize(
    ("device", "providers", "message"),
    [
        ("tpu", None, "device must be one of auto, cpu, cuda, .*, not 'tpu'"),
        ("cpu", [CPU], "not both"),
        ("auto", [], "at least one"),
    ],
)
def test_a_request_that_makes_no_sense_names_the_option(
    device: str, providers: list[str] | None, message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        choose_providers(device, providers, LEAN)


@pytest.mark.parametrize(
    ("device", "precision"),
    [
        ("cpu", "int8"),
        ("cuda", "fp16"),
        ("tensorrt", "fp16"),
        ("openvino", "int8"),
        ("directml", "fp16"),
        ("coreml", "fp32"),
        ("qnn", "fp16"),
        ("webgpu", "fp32"),
    ],
)
def test_each_provider_gets_the_precision_that_suits_it(device: str, precision: str) -> None:
    assert choose_precision(DEVICES[device], EVERY_PRECISION) == precision


def test_every_provider_has_a_reason_and_an_install_line() -> None:
    assert len(POLICIES) == len(DEVICES) == 8
    assert all(row.why and "pip install" in row.install for row in POLICIES.values())


def test_a_precision_asked_for_by_name_is_taken_whatever_the_policy_says() -> None:
    assert choose_precision(OPENVINO, EVERY_PRECISION, "fp16") == "fp16"


def test_a_model_without_the_preferred_precision_runs_in_the_next_or_its_own() -> None:
    assert choose_precision(CPU, ("fp32",)) == "fp32"
    assert choose_precision(CUDA, ("int8", "fp32")) == "fp32"
    assert choose_precision(CUDA, ("int8",)) == "int8"


def test_a_precision_that_the_model_lacks_is_an_error_that_lists_those_it_has() -> None:
    with pytest.raises(OptionError, match=r"precision must be one that the model has \(fp32\), not 'int8'"):
        choose_precision(CPU, ("fp32",), "int8")


def test_a_provider_unknown_to_the_table_runs_in_fp32() -> None:
    assert choose_precision("StrangerExecutionProvider", EVERY_PRECISION) == "fp32"
    assert policy_of("StrangerExecutionProvider").why == "not known to traverba"


def test_openvino_is_told_how_many_threads_it_may_use() -> None:
    assert provider_options(OPENVINO, 3) == {"num_of_threads": "3"}
    assert provider_options(CPU, 3) == {}


def test_the_encoder_stays_on_the_cpu_where_the_provider_s_lstm_is_wrong_slow_or_missing() -> None:
    elsewhere = {row.device for row in POLICIES.values() if not row.runs_encoder}
    assert elsewhere == {"openvino", "coreml", "qnn", "webgpu"}
