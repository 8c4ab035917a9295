"""The table of execution providers: what each one gets, and why.

A precision that a caller asks for by name is used wherever the model has it; a row only decides
what is taken when nobody asks.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
NOT_FOR_MODELS = frozenset({"AzureExecutionProvider"})
"""Calls a service over the network; an offline product never uses it."""


@dataclass(frozen=True)
class ProviderPolicy:
    """What one execution provider gets."""

    name: str
    """As onnxruntime calls it."""
    device: str
    """As ``device`` and ``--device`` call it."""
    precisions: tuple[str, ...]
    """Best first; a model that has none of them runs in its own default."""
    why: str
    install: str
    """The line that brings it to a machine."""
    options: Mapping[str, str] = field(default_factory=dict)
    threads_option: str | None = None
    """The option that bounds its CPU threads, if it does not listen to the session's own."""
    runs_encoder: bool = True
    """False: the CPU runs the encoder, once for each batch, and this provider the steps."""
    memory: str = "cpu"
    """Where memory and state stay between the steps, as onnxruntime's I/O binding calls it."""


_ROWS = (
    ProviderPolicy(
        CPU,
        "cpu",
        ("int8", "fp32"),
        "int8 products are its fastest; it has no fp16 kernels for LSTM and would convert back and forth",
        'pip install "traverba[cpu]"',
    ),
    ProviderPolicy(
        CUDA,
        "cuda",
        ("fp16", "fp32"),
        "fp16 halves what a step reads; the int8 graphs are made for the CPU provider's operators",
        'pip install "traverba[gpu]"',
        # Otherwise fp32 products are quietly rounded to 10 bits of mantissa.
        options={"use_tf32": "0"},
        memory="cuda",
    ),
    ProviderPolicy(
        "TensorrtExecutionProvider",
        "tensorrt",
        ("fp16", "fp32"),
        "as CUDA; building an engine for new shapes takes minutes, so auto never picks it",
        'pip install "traverba[gpu]" tensorrt',
        memory="cuda",
    ),
    ProviderPolicy(
        "OpenVINOExecutionProvider",
        "openvino",
        ("int8", "fp32"),
        "int8 products fall back to the CPU provider and still take half the time of its own fp32, but the "
        "CPU alone is faster again; its LSTM reads padding as words, so the encoder runs on the CPU",
        "pip uninstall onnxruntime && pip install onnxruntime-openvino",
        # Left alone it starts 8 threads, whatever the session says.
        threads_option="num_of_threads",
        # Release 1.24.1 ignores the LSTM operator's sequence_lens: states off by up to 1, other words.
        runs_encoder=False,
    ),
    ProviderPolicy(
        "DmlExecutionProvider",
        "directml",
        ("fp16", "fp32"),
        "fp16 halves what a step reads (Windows only)",
        "pip uninstall onnxruntime && pip install onnxruntime-directml",
    ),
    ProviderPolicy(
        "CoreMLExecutionProvider",
        "coreml",
        ("fp32",),
        "it chooses its own precision; it has no LSTM, so the encoder runs on the CPU (macOS only)",
        'pip install "traverba[cpu]" on macOS',
        runs_encoder=False,
    ),
    ProviderPolicy(
        "QNNExecutionProvider",
        "qnn",
        ("fp16", "fp32"),
        "the NPU computes floating point in fp16, and takes int8 only as QDQ nodes; it unrolls an LSTM, so "
        "the encoder runs on the CPU",
        "pip uninstall onnxruntime && pip install onnxruntime-qnn",
        runs_encoder=False,
    ),
    ProviderPolicy(
        "WebGpuExecutionProvider",
        "webgpu",
        ("fp32",),
        "fp16 shaders are optional in WebGPU; its LSTM is a scalar loop, so the encoder runs on the CPU",
        "pip install onnxruntime-ep-webgpu (a plugin, for a GPU with its driver)",
        runs_encoder=False,
    ),
)
POLICIES = {row.name: row for row in _ROWS}
DEVICES = {row.device: row.name for row in _ROWS}
"""What ``device`` may name besides "auto"; ``providers`` may name any other provider."""

AUTO_ORDER = (CUDA, CPU)
"""What "auto" tries where nothing was measured, best first."""

DISTRIBUTIONS = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-openvino",
    "onnxruntime-directml",
    "onnxruntime-qnn",
)
"""All of them install a package called ``onnxruntime``, so each overwrites another's files."""


def policy_of(provider: str) -> ProviderPolicy:
    """The provider's row; one that is not in the table, a plugin's perhaps, gets plain fp32."""
    unknown = ProviderPolicy(
        provider,
        "",
        ("fp32",),
        "not known to traverba",
        "install an onnxruntime distribution or a plugin that has it",
    )
    return POLICIES.get(provider, unknown)


def providers_of_encoder(providers: Sequence[str]) -> Sequence[str]:
    """``providers``, or the CPU alone where the first one's policy says so."""
    policy = policy_of(providers[0])
    if policy.runs_encoder:
        return providers
    logger.info("the encoder runs on the CPU, the steps on %s: %s", policy.name, policy.why)
    return (CPU,)


def provider_options(provider: str, threads: int) -> dict[str, str]:
    """Options for onnxruntime when it starts this provider."""
    row = policy_of(provider)
    bound = {row.threads_option: str(threads)} if row.threads_option else {}
    return {**row.options, **bound}
