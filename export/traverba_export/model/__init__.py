"""The model family: from a dictionary over plain recurrent layers to GNMT, one rung above the other.

Read in this order: `config` (what can be chosen), `cells` (one step of a recurrent layer),
`layers` (a cell over a sequence), `dropout`, `attention`, `encoder`, `decoder`, `interface` (what every rung
offers), `translator` (the encoder–decoder), `many_decoders` (a decoder for each target language). The
rungs below it say one target word for each source word: `pointer` (how), `aligned` (with a network),
`dictionary` (without one). `lstm_sequence` and `additive_scores` are two of these parts once more, with
derivatives written out: what training runs.
This room imports torch, and of the project nothing but the ids of special tokens.
"""

from traverba_export.model.aligned import AlignedTranslator
from traverba_export.model.config import PRESETS, ModelConfig, preset
from traverba_export.model.dictionary import Dictionary
from traverba_export.model.interface import Memory, TranslationModel, count_parameters
from traverba_export.model.many_decoders import ManyDecoders
from traverba_export.model.translator import EncoderDecoder

Network = EncoderDecoder | ManyDecoders | AlignedTranslator
"""The rungs that are trained by gradient."""


def build_network(config: ModelConfig) -> Network:
    """A model with random weights, to be trained."""
    if config.decoder == "dictionary":
        raise ValueError("a dictionary is counted, not trained step by step")
    if config.decoder == "aligned":
        return AlignedTranslator(config)
    return ManyDecoders(config) if config.own_decoders else EncoderDecoder(config)


def build_model(config: ModelConfig) -> TranslationModel:
    """Any rung, to be given its weights."""
    return Dictionary(config) if config.decoder == "dictionary" else build_network(config)


__all__ = [
    "PRESETS",
    "AlignedTranslator",
    "Dictionary",
    "EncoderDecoder",
    "ManyDecoders",
    "Memory",
    "ModelConfig",
    "Network",
    "TranslationModel",
    "build_model",
    "build_network",
    "count_parameters",
    "preset",
]
