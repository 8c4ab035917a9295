"""Between characters and token ids. The only room that imports ``tokenizers``."""

from traverba.text.completion import PrefixCompletion
from traverba.text.options import TextFlag, TextOptions
from traverba.text.phrases import BannedPhrases, begins_word, ends_word, needs_space, spellings
from traverba.text.pieces import PieceDecoder, Span
from traverba.text.reader import Reader
from traverba.text.reading import Lack, Place, Reading, Restored
from traverba.text.rewriting import Edit, Rewriting
from traverba.text.segments import find_segments, join_segments
from traverba.text.tokenizer import BpeTokenizer, TextTokenizer

__all__ = [
    "BannedPhrases",
    "BpeTokenizer",
    "Edit",
    "Lack",
    "PieceDecoder",
    "Place",
    "PrefixCompletion",
    "Reader",
    "Reading",
    "Restored",
    "Rewriting",
    "Span",
    "TextFlag",
    "TextOptions",
    "TextTokenizer",
    "begins_word",
    "ends_word",
    "find_segments",
    "join_segments",
    "needs_space",
    "spellings",
]
