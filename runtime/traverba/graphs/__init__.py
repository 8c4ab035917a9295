"""Between numpy and the two ONNX graphs. The only room that imports ``onnxruntime``."""

from traverba.graphs.model import OnnxModel
from traverba.graphs.providers import CPU, DEVICES, choose_providers
from traverba.graphs.session import (
    available_providers,
    default_threads,
    distributions_clash,
    import_onnxruntime,
)

__all__ = [
    "CPU",
    "DEVICES",
    "OnnxModel",
    "available_providers",
    "choose_providers",
    "default_threads",
    "distributions_clash",
    "import_onnxruntime",
]
