"""What a model brings along of its languages' words, and what follows from it for a text.

`word_list` knows which words training met and how often, `spelling` which of them a typed one means,
`dictionaries` and `phrasebook` what they are called in another language, `compounds`, `forms` and `names`
what is said for those that no list has; `known_words` is all of it for one direction. `stems` takes endings
from words. Files of words are `traverba.word_file`. Imports of its neighbours `casing`, `pieces` and
`rewriting` alone.
"""

from traverba.text.words.compounds import Compounds
from traverba.text.words.dictionaries import Dictionary, RareWord, RareWords
from traverba.text.words.forms import Forms
from traverba.text.words.known_words import KnownWords
from traverba.text.words.names import Name, Names
from traverba.text.words.phrasebook import Phrasebook
from traverba.text.words.spelling import Spelling
from traverba.text.words.stems import stem
from traverba.text.words.word_list import WordList, find_words, fold

__all__ = [
    "Compounds",
    "Dictionary",
    "Forms",
    "KnownWords",
    "Name",
    "Names",
    "Phrasebook",
    "RareWord",
    "RareWords",
    "Spelling",
    "WordList",
    "find_words",
    "fold",
    "stem",
]
