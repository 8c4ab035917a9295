"""Between numpy and the two ONNX graphs. The only room that imports ``onnxruntime``.

`policies` is the table of execution providers and `providers` chooses by it, `plugins` finds those
that are packages of their own, `measured` keeps what `traverba bench` found; `session` is one
graph, `signature` checks its tensors, and `model` makes two of them a `DecoderStep`.
"""

from traverba.graphs.measured import Choice, read_choice, write_choice
from traverba.graphs.model import OnnxModel
from traverba.graphs.policies import CPU, DEVICES, POLICIES, policy_of
from traverba.graphs.providers import choose_precision, choose_providers, clash_of
from traverba.graphs.session import (
    Placement,
    available_providers,
    default_threads,
    import_onnxruntime,
    installed_distributions,
)

__all__ = [
    "CPU",
    "DEVICES",
    "POLICIES",
    "Choice",
    "OnnxModel",
    "Placement",
    "available_providers",
    "choose_precision",
    "choose_providers",
    "clash_of",
    "default_threads",
    "import_onnxruntime",
    "installed_distributions",
    "policy_of",
    "read_choice",
    "write_choice",
]
