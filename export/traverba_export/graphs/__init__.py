"""The two ONNX graphs, built operator by operator from the weights.

Read in this order: `builder` (how a graph is written down), `arithmetic` (how numbers are
multiplied: floating point here, integers in `traverba_export.quantisation`), `cells` and
`attention` (the model's parts as operators), then the graphs themselves, `encoder` and
`decoder_step`, those of the rungs without generation, `aligned`, and which model gets which,
`choosing`. The tensors at their borders are those of `traverba.contract`. This room imports
onnx, the model and the contract; it runs nothing.
"""

from traverba_export.graphs.arithmetic import Arithmetic, FloatArithmetic
from traverba_export.graphs.choosing import build_decoder_step, build_encoder

__all__ = ["Arithmetic", "FloatArithmetic", "build_decoder_step", "build_encoder"]
