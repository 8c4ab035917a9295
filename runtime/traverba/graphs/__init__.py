"""Between numpy and the two ONNX graphs. The only room that imports ``onnxruntime``.

`policies` is the table of execution providers and `providers` chooses by it, `plugins` finds those
that are packages of their own, `installation` says what there is, `measured` keeps what `traverba
bench` found; `session` is one graph, `signature` checks its tensors, and `model` makes two of them a
`DecoderStep`. `device_model` does so with arrays that stay on a GPU, `captured_model` with steps
recorded as CUDA graphs; `opening` takes the one that fits, for each language that has a decoder of its own.
"""

from traverba.graphs.installation import (
    available_providers,
    default_threads,
    import_onnxruntime,
    installed_distributions,
)
from traverba.graphs.measured import Choice, read_choice, write_choice
from traverba.graphs.model import OnnxModel
from traverba.graphs.opening import GraphModel, GraphModels, open_model, open_models
from traverba.graphs.policies import CPU, DEVICES, POLICIES, policy_of
from traverba.graphs.providers import choose_precision, choose_providers, clash_of
from traverba.graphs.session import Placement

__all__ = [
    "CPU",
    "DEVICES",
    "POLICIES",
    "Choice",
    "GraphModel",
    "GraphModels",
    "OnnxModel",
    "Placement",
    "available_providers",
    "choose_precision",
    "choose_providers",
    "clash_of",
    "default_threads",
    "import_onnxruntime",
    "installed_distributions",
    "open_model",
    "open_models",
    "policy_of",
    "read_choice",
    "write_choice",
]
