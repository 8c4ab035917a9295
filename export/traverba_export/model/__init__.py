"""The model family: one encoder–decoder whose parts are the rungs from a plain RNN to GNMT.

Read in this order: `config` (what can be chosen), `cells` (one step of a recurrent layer),
`layers` (a cell over a sequence), `attention`, `encoder`, `decoder`, `translator` (the whole).
This room imports torch and nothing else of the project.
"""

from traverba_export.model.config import PRESETS, ModelConfig, preset
from traverba_export.model.translator import EncoderDecoder, Memory, count_parameters

__all__ = ["PRESETS", "EncoderDecoder", "Memory", "ModelConfig", "count_parameters", "preset"]
