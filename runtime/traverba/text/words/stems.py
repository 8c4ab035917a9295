"""Words without their endings, so that "machines" is found where the glossary says "machine".

Snowball stemmers (Porter 1980 and successors) by the snowballstemmer library: pure Python, BSD,
kept by the authors of the algorithms.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

NAMES = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip

UMLAUTS = str.maketrans("äöü", "aou")
"""German plurals change the vowel (Haus, Häuser); that schon then equals schön is the smaller evil."""

_local = threading.local()  # a stemmer keeps the word it works on: one for each thread


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem in lower case; the whole word in lower case for a language without a stemmer."""
    stemmer = _stemmer(language.partition("-")[0])
    if stemmer is None:
        return word.casefold()
    stemmed = str(stemmer.stemWord(word.lower()))
    return stemmed.translate(UMLAUTS) if language.startswith("de") else stemmed


def _stemmer(language: str) -> Any:
    name = NAMES.get(language)
    if name is None:
        return None
    stemmers: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if name not in stemmers:
        import snowballstemmer  # only a glossary and words that no list has need it

        stemmers[name] = snowballstemmer.stemmer(name)
    return stemmers[name]
