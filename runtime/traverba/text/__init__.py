"""Between a text and what a model reads: segments, stand-ins, case, token ids.

`reader` makes a `reading` of every segment: `layout` tells prose from what surrounds it,
`sentences` and `cutting` say where a segment ends, `protection` and `stand_ins` take out what must
come out as it is, `carriers` make a sentence of a phrase, `figures` and `casing` watch over theirs,
`words` knows which are meant and what they are called; `rewriting` remembers where everything was.
`tokenizer` and its neighbours turn text into ids. The only room that imports ``tokenizers`` and
``sentencex``.
"""

from traverba.text.carriers import CarriedReading
from traverba.text.casing import WORD as LETTERS
from traverba.text.casing import lowered, raised
from traverba.text.completion import PrefixCompletion
from traverba.text.next_word import NextWord, WordTokens
from traverba.text.options import TextFlag, TextOptions
from traverba.text.phrases import BannedPhrases, begins_word, ends_word, needs_space, spellings
from traverba.text.pieces import PieceDecoder, Span, overlap
from traverba.text.reader import Reader
from traverba.text.reading import Lack, Place, Reading, Restored
from traverba.text.rewriting import Edit, Rewriting
from traverba.text.segments import find_segments, join_segments
from traverba.text.tokenizer import BpeTokenizer, TextTokenizer
from traverba.text.words import (
    Compounds,
    Dictionary,
    Forms,
    KnownWords,
    Name,
    Names,
    Phrasebook,
    RareWord,
    RareWords,
    Spelling,
    WordList,
    find_words,
    fold,
    stem,
)

__all__ = [
    "LETTERS",
    "BannedPhrases",
    "BpeTokenizer",
    "CarriedReading",
    "Compounds",
    "Dictionary",
    "Edit",
    "Forms",
    "KnownWords",
    "Lack",
    "Name",
    "Names",
    "NextWord",
    "Phrasebook",
    "PieceDecoder",
    "Place",
    "PrefixCompletion",
    "RareWord",
    "RareWords",
    "Reader",
    "Reading",
    "Restored",
    "Rewriting",
    "Span",
    "Spelling",
    "TextFlag",
    "TextOptions",
    "TextTokenizer",
    "WordList",
    "WordTokens",
    "begins_word",
    "ends_word",
    "find_segments",
    "find_words",
    "fold",
    "join_segments",
    "lowered",
    "needs_space",
    "overlap",
    "raised",
    "spellings",
    "stem",
]
