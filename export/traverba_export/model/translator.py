"""The whole model: embeddings, encoder, bridge, decoder, output layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from traverba_export.model.attention import PADDING_BIAS
from traverba_export.model.config import ModelConfig
from traverba_export.model.decoder import Decoder
from traverba_export.model.dropout import input_dropout
from traverba_export.model.encoder import Encoder
from traverba_export.model.interface import Memory, TranslationModel


class EncoderDecoder(TranslationModel):
    """An attentive recurrent translator of the GNMT family.

    Follows Wu et al. 2016 (arXiv 1609.08144) in the stack of LSTM layers with a bidirectional
    bottom, residual connections from the third layer, one attention a step taken from the bottom
    decoder layer, and normalised additive scores. Departs, where the configuration says so, in
    summing directions instead of concatenating, in asking attention with the current step, in
    starting the decoder from the encoder's states, and in tying and scaling embeddings.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        if config.decoder != "recurrent":
            raise ValueError(f"a model with decoder = {config.decoder!r} comes from build_model")
        self.config = config
        width = config.embedding_width
        self.target_embedding = nn.Embedding(config.vocab_size, width)
        self.source_embedding = (
            self.target_embedding
            if config.tie_embeddings == "all"
            else nn.Embedding(config.vocab_size, width)
        )
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.dropout = input_dropout(config)
        self.output = nn.Linear(config.hidden_size, config.vocab_size)
        if config.tie_embeddings != "none":
            self.output.weight = self.target_embedding.weight
        self._initialise()

    def _initialise(self) -> None:
        """Uniform weights of each matrix's own scale; biases keep what their cell gave them."""
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
        for embedding in (self.source_embedding, self.target_embedding):
            nn.init.normal_(embedding.weight, std=self.config.embedding_width**-0.5)
        nn.init.zeros_(self.output.bias)
        if self.decoder.lexical is not None:
            nn.init.zeros_(
                self.decoder.lexical.weight
            )  # a model that starts from one without is at first that one

    def share(self, other: EncoderDecoder) -> None:
        """Take everything from ``other`` but the decoder, and of that what the encoder's graph computes."""
        self.target_embedding, self.source_embedding = other.target_embedding, other.source_embedding
        self.encoder, self.output, self.dropout = other.encoder, other.output, other.dropout
        mine, theirs = self.decoder.attention, other.decoder.attention
        if mine is not None and theirs is not None and mine.kind in ("general", "additive"):
            mine.key = theirs.key

    def encode(self, src_ids: Tensor, src_lengths: Tensor) -> tuple[Memory, Tensor]:
        """``src_ids`` (B, S), ``src_lengths`` (B,) -> memory and initial decoder state (B, W)."""
        vectors = self.source_embedding(src_ids)
        states, finals = self.encoder(self._scaled(vectors), src_lengths)
        attention = self.decoder.attention
        keys = states if attention is None else attention.keys(states)
        values = torch.cat((states, vectors), dim=-1) if self.config.lexical else states
        padding = torch.arange(src_ids.shape[1], device=src_ids.device) >= src_lengths[:, None]  # (B, S)
        bias = torch.zeros(src_ids.shape, device=src_ids.device).masked_fill(padding, PADDING_BIAS)
        return Memory(values, keys, bias), self._bridge(finals)

    def _scaled(self, embedded: Tensor) -> Tensor:
        return embedded * self.config.embedding_scale

    def _bridge(self, finals: list[Tensor]) -> Tensor:
        """Each decoder layer starts from the encoder layer of its height, the higher ones from the top."""
        if self.config.bridge == "zeros":
            return finals[0].new_zeros(finals[0].shape[0], self.config.state_size)
        chosen = [finals[min(layer, len(finals) - 1)] for layer in range(self.config.decoder_layers)]
        return torch.cat(chosen, dim=-1)

    def decode(self, prev_ids: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """``prev_ids`` (B, T), ``state`` (B, W) -> hidden (B, T, H), state (B, W), attention (B, T, S)."""
        hidden, state, attention = self.decoder(self._scaled(self.target_embedding(prev_ids)), state, memory)
        return self.dropout(hidden), state, attention

    def logits(self, hidden: Tensor) -> Tensor:
        """``hidden`` (..., H) -> scores (..., V)."""
        scores: Tensor = self.output(hidden)
        return scores

    def forward(self, src_ids: Tensor, src_lengths: Tensor, prev_ids: Tensor) -> Tensor:
        """Teacher forcing: hidden vectors (B, T, H) for the previous words ``prev_ids`` (B, T)."""
        memory, state = self.encode(src_ids, src_lengths)
        return self.decode(prev_ids, state, memory)[0]
