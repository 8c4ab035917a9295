"""Between characters and token ids. The only room that imports ``tokenizers``."""

from traverba.text.completion import PrefixCompletion
from traverba.text.phrases import BannedPhrases, begins_word, ends_word, needs_space, spellings
from traverba.text.pieces import PieceDecoder, Span
from traverba.text.segments import find_segments, join_segments
from traverba.text.tokenizer import BpeTokenizer, TextTokenizer

__all__ = [
    "BannedPhrases",
    "BpeTokenizer",
    "PieceDecoder",
    "PrefixCompletion",
    "Span",
    "TextTokenizer",
    "begins_word",
    "ends_word",
    "find_segments",
    "join_segments",
    "needs_space",
    "spellings",
]
