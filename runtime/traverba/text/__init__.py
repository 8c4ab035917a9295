"""Between characters and token ids. The only room that imports ``tokenizers``."""

from traverba.text.pieces import PieceDecoder, Span
from traverba.text.tokenizer import BpeTokenizer, TextTokenizer

__all__ = ["BpeTokenizer", "PieceDecoder", "Span", "TextTokenizer"]
