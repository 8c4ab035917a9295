"""8-bit integers for the CPU: the same graphs with products of integers.

Read in this order: `weights` (floats to integers that no CPU can get wrong), `arithmetic` and
`recurrence` (products and loops in graphs), `calibration` (how large activations get on real
sentences), `agreement` (what it costs), `storing` (float graphs that keep their weights as the
same integers), `reading` (floats back out of integer graphs). Ranges are fixed when the graphs are
made, so a row's result depends on nothing else in its batch. This room imports the graphs and onnxruntime.
"""

from traverba_export.quantisation.agreement import Agreement, agreement, mean_agreement
from traverba_export.quantisation.arithmetic import IntegerArithmetic
from traverba_export.quantisation.calibration import calibrate
from traverba_export.quantisation.reading import read_integers
from traverba_export.quantisation.storing import StoredWeights, round_to_integers, store_as_integers

__all__ = [
    "Agreement",
    "IntegerArithmetic",
    "StoredWeights",
    "agreement",
    "calibrate",
    "mean_agreement",
    "read_integers",
    "round_to_integers",
    "store_as_integers",
]
