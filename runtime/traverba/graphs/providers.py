"""Which execution providers to run on: a pure function of what is asked for and what is there."""

from __future__ import annotations

from collections.abc import Sequence

from traverba.errors import OptionError, ProviderUnavailableError

CPU = "CPUExecutionProvider"
DEVICES = {"cpu": CPU, "cuda": "CUDAExecutionProvider"}
"""What ``device`` may name besides "auto"; any other provider is asked for with ``providers``."""

AUTO_ORDER = ("CUDAExecutionProvider", CPU)
"""What "auto" tries, best first."""

INSTALL = {
    CPU: 'pip install "traverba[cpu]"',
    "CUDAExecutionProvider": 'pip install "traverba[gpu]"',
    "DmlExecutionProvider": "pip install onnxruntime-directml",
    "OpenVINOExecutionProvider": "pip install onnxruntime-openvino",
    "QNNExecutionProvider": "pip install onnxruntime-qnn",
}
CLASH = (
    "onnxruntime and onnxruntime-gpu are both installed and overwrite each other's files: "
    'pip uninstall onnxruntime onnxruntime-gpu, then pip install "traverba[gpu]"'
)


def choose_providers(
    device: str, providers: Sequence[str] | None, available: Sequence[str], *, clash: bool = False
) -> tuple[str, ...]:
    """The providers for a session, best first, the CPU last for the few nodes that others lack.

    ``clash`` says that two distributions of onnxruntime are installed. What is asked for by
    name and missing raises; only "auto" may choose.
    """
    if device != "auto" and device not in DEVICES:
        raise OptionError(f"device must be one of auto, {', '.join(DEVICES)}, not {device!r}")
    if providers is not None and device != "auto":
        raise OptionError("give device or providers, not both")
    if providers is not None and not providers:
        raise OptionError("providers must name at least one execution provider")
    if providers is None:
        wanted = (
            [DEVICES[device]] if device != "auto" else [p for p in AUTO_ORDER if p in available][:1] or [CPU]
        )
    else:
        wanted = list(providers)
    missing = [provider for provider in wanted if provider not in available]
    if missing:
        raise ProviderUnavailableError(_unavailable(missing, available, clash))
    return tuple(dict.fromkeys([*wanted, CPU]))


def _unavailable(missing: Sequence[str], available: Sequence[str], clash: bool) -> str:
    if clash:
        remedy = CLASH
    else:
        lines = [INSTALL[provider] for provider in missing if provider in INSTALL]
        remedy = "; ".join(lines) or "install an onnxruntime distribution that has it"
    return f"{', '.join(missing)} is not available (there are: {', '.join(available)}); {remedy}"
