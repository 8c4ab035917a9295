"""What can be chosen about a model, and the named shapes worth choosing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

CellKind = Literal["rnn", "gru", "lstm"]
AttentionKind = Literal["none", "dot", "general", "additive"]
DecoderKind = Literal["recurrent", "aligned", "dictionary"]


@dataclass(frozen=True)
class ModelConfig:
    """Everything that fixes the shape of the weights; nothing about training or search."""

    vocab_size: int
    """V: subwords, special tokens and language tokens together; one vocabulary for both sides."""
    hidden_size: int = 256
    """H: width of every recurrent layer."""
    embedding_size: int | None = None
    """E: width of the embeddings; None means H."""
    cell: CellKind = "lstm"
    encoder_layers: int = 2
    """Recurrent layers of the encoder, the bottom one counted once even when bidirectional."""
    decoder_layers: int = 2
    bidirectional: bool = True
    """The bottom encoder layer reads in both directions (Wu et al. 2016, section 3.2)."""
    merge: Literal["sum", "concat"] = "sum"
    """How the two directions meet. The paper concatenates; a sum keeps the layer above half as wide."""
    residual_from: int | None = 2
    """First layer, counted from 0, that adds its input to its output (section 3.1); None: no layer."""
    attention: AttentionKind = "additive"
    attention_size: int | None = None
    """A: width of the space where queries and keys meet (additive and general); None means H."""
    attention_query: Literal["previous", "current"] = "current"
    """Whose bottom-layer output asks. "previous" is the paper (section 3, eq. 4): the output of step
    i-1, so that the context of step i reaches every decoder layer, the bottom one included. "current"
    asks with step i itself and feeds the layers above; teacher forcing then runs layer by layer."""
    bridge: Literal["zeros", "encoder_state"] = "encoder_state"
    """How the decoder starts: from zeros or from the encoder's final states."""
    tie_embeddings: Literal["none", "decoder", "all"] = "all"
    """Which of source embedding, target embedding and output layer share one matrix (needs E = H)."""
    scale_embeddings: bool = False
    """Multiply embeddings by sqrt(E) on their way in (Vaswani et al. 2017, section 3.4): a tied matrix is
    small for the sake of the output layer, and words would start out nearly alike."""
    dropout: float = 0.0
    """Probability of dropping an input of a recurrent layer or of the output layer."""
    dropout_mask: Literal["word", "sentence"] = "word"
    """How long a choice of what to drop lasts. "sentence" (Gal & Ghahramani 2016) is the stronger."""
    recurrent_dropout: float = 0.0
    """Probability, for a whole sentence, of dropping a unit from what a layer hands to itself."""
    decoder: DecoderKind = "recurrent"
    """How target words come about. "recurrent" generates them one after the other. "aligned" says one
    for each source word, in their order; fields about decoder, bridge and attention then say nothing.
    "dictionary" does the same without a network; of the fields above only `vocab_size` says something."""
    candidates: int = 8
    """C: translations that a dictionary keeps of a source word."""
    lexical: bool = False
    """Add to what the output layer reads a linear map of the source's own vectors, weighed by attention: a
    way past all recurrent layers, by which a rare word brings its translation (Nguyen & Chiang 2018)."""
    own_decoders: tuple[str, ...] = ()
    """Target languages, each with a decoder of its own behind the one encoder (Dong et al. 2015); if there
    are none, one decoder says all. Of several decoders a sentence costs only the one that it asks for."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "own_decoders", tuple(self.own_decoders))  # JSON and TOML know lists alone
        if self.own_decoders and (self.decoder != "recurrent" or self.attention == "none"):
            raise ValueError("own_decoders are recurrent ones with attention")
        if self.lexical and (self.decoder != "recurrent" or self.attention == "none"):
            raise ValueError("a lexical way needs a recurrent decoder with attention, which picks the words")
        tied = self.tie_embeddings != "none"
        if tied and self.embedding_width != self.hidden_size:
            raise ValueError("tied embeddings need embedding_size equal to hidden_size")
        if self.attention == "dot" and self.memory_size != self.hidden_size:
            raise ValueError("dot attention compares states with memory: they must be equally wide")
        if self.decoder == "recurrent" and self.attention == "none" and self.bridge == "zeros":
            raise ValueError("without attention the decoder must start from the encoder's state")
        if self.decoder == "aligned" and tied and self.memory_size != self.hidden_size:
            raise ValueError("an aligned decoder's output layer reads memory: to be tied it must be H wide")
        if not 1 <= self.candidates <= self.vocab_size:
            raise ValueError("candidates must be from 1 to the vocabulary's size")
        if min(self.encoder_layers, self.decoder_layers, self.hidden_size) < 1:
            raise ValueError("layers and sizes must be at least 1")

    @property
    def embedding_width(self) -> int:
        """E, resolved."""
        return self.embedding_size or self.hidden_size

    @property
    def embedding_scale(self) -> float:
        """What embeddings are multiplied by."""
        return self.embedding_width**0.5 if self.scale_embeddings else 1.0

    @property
    def bottom_size(self) -> int:
        """Width of what the bottom encoder layer hands upwards."""
        return self.hidden_size * (2 if self.bidirectional and self.merge == "concat" else 1)

    @property
    def memory_size(self) -> int:
        """Width of what the encoder's top layer says of a source position."""
        return self.bottom_size if self.encoder_layers == 1 else self.hidden_size

    @property
    def value_parts(self) -> tuple[int, ...]:
        """What stands side by side in a memory vector: a state, and the word's own vector if `lexical`."""
        return (self.memory_size, self.embedding_width) if self.lexical else (self.memory_size,)

    @property
    def value_size(self) -> int:
        """M: width of one memory vector."""
        return sum(self.value_parts)

    @property
    def key_size(self) -> int:
        """A, resolved: width of one memory key."""
        if self.attention in ("general", "additive"):
            return (
                (self.attention_size or self.hidden_size)
                if self.attention == "additive"
                else self.hidden_size
            )
        return self.memory_size

    @property
    def layer_state_size(self) -> int:
        """Width of one layer's state: h, and c beside it for an LSTM."""
        return self.hidden_size * (2 if self.cell == "lstm" else 1)

    @property
    def state_size(self) -> int:
        """W: width of the packed decoder state; without a recurrence it is the position in the source."""
        return self.decoder_layers * self.layer_state_size if self.decoder == "recurrent" else 1

    def to_dict(self) -> dict[str, Any]:
        """The configuration as plain JSON values."""
        return asdict(self)


_GNMT = ModelConfig(
    vocab_size=32_000,
    hidden_size=1024,
    encoder_layers=8,
    decoder_layers=8,
    merge="concat",
    attention_query="previous",
    bridge="zeros",
    tie_embeddings="none",
    dropout=0.2,
)

PRESETS: dict[str, ModelConfig] = {
    "gnmt": _GNMT,
    "gnmt-4": replace(_GNMT, encoder_layers=4, decoder_layers=4, attention_query="current"),
    "gnmt-512": ModelConfig(
        vocab_size=16_000,
        hidden_size=512,
        encoder_layers=4,
        decoder_layers=4,
        scale_embeddings=True,
        dropout=0.2,
    ),
    "everyday": ModelConfig(
        vocab_size=8_000,
        hidden_size=384,
        encoder_layers=2,
        decoder_layers=2,
        scale_embeddings=True,
        dropout=0.1,
    ),
    "rung": ModelConfig(
        vocab_size=6_000,
        hidden_size=192,
        encoder_layers=1,
        decoder_layers=1,
        bidirectional=False,
        residual_from=None,
        attention="none",
        scale_embeddings=True,
        dropout=0.2,
    ),
    "tiny": ModelConfig(
        vocab_size=400, hidden_size=32, encoder_layers=2, decoder_layers=2, scale_embeddings=True
    ),
}
"""``gnmt`` is Wu et al. 2016 (8 + 8 layers of 1024); ``gnmt-4`` the widely published 4 + 4 variant;
``gnmt-512`` the shape of our latency figures; ``everyday`` the built-in model; ``rung`` has nothing
yet of what the rungs of ``recipes/ladder`` add one by one; ``tiny`` is for tests."""


def preset(name: str, **changes: Any) -> ModelConfig:
    """A published shape by name, with some fields replaced."""
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}; there are {', '.join(PRESETS)}")
    return replace(PRESETS[name], **changes)
