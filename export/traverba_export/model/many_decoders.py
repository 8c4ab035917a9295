"""One encoder, one table of subwords, and for each target language a decoder of its own.

After Dong et al. 2015 (Multi-task learning for multiple language translation, section 3.2). A language
token still opens the source, as in Johnson et al. 2017, so the encoder knows where it is going; and any
source language meets any decoder, so untrained pairs can be asked for. A sentence passes one decoder:
four more of them make a model twice as large and not a whit slower.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor, nn

from traverba_export.model.config import ModelConfig
from traverba_export.model.interface import Memory, TranslationModel
from traverba_export.model.translator import EncoderDecoder


class ManyDecoders(TranslationModel):
    """`into` gives the whole translator of one language, whose parameters are those of this module.

    The keys of attention are made by the encoder's graph, once for a sentence, so all share them.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        if not config.own_decoders:
            raise ValueError("a model with one decoder is an EncoderDecoder")
        self.config = config
        single = replace(config, own_decoders=())
        first, *others = (EncoderDecoder(single) for _ in config.own_decoders)
        for other in others:
            other.share(first)
        self.target_embedding, self.source_embedding = first.target_embedding, first.source_embedding
        self.encoder, self.output, self.dropout = first.encoder, first.output, first.dropout
        self._into = dict(zip(config.own_decoders, (first, *others), strict=True))
        self.decoders = nn.ModuleDict({target: model.decoder for target, model in self._into.items()})

    def into(self, target: str) -> EncoderDecoder:
        """The translator into ``target``; training it trains this model."""
        if target not in self._into:
            raise ValueError(f"there is no decoder for {target!r}, only for {', '.join(self._into)}")
        return self.members[target].train(self.training)

    @property
    def members(self) -> Mapping[str, EncoderDecoder]:
        """In the order of the configuration."""
        return self._into

    def encode(self, src_ids: Tensor, src_lengths: Tensor) -> tuple[Memory, Tensor]:
        """The same for every language; ``src_ids`` (B, S), ``src_lengths`` (B,)."""
        return next(iter(self._into.values())).encode(src_ids, src_lengths)
