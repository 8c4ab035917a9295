"""The identifier: text to n-grams to one run of the graph to ranked languages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from traverba.errors import BundleFileMissingError, BundleFormatError, InputError, LanguageError
from traverba.graphs.policies import CPU
from traverba.graphs.session import GraphSession
from traverba.graphs.signature import check_signatures
from traverba.identification.contract import (
    GRAPH_FILE,
    IDENTIFIER,
    NGRAMS_FILE,
    Description,
    read_description,
)
from traverba.identification.ngrams import Keys, NgramVocabulary, words_of
from traverba.identification.results import UNDETERMINED, Candidate, Detection

MOST_CANDIDATES = 5


class Identifier:
    """Says which language a text is in. Keeps nothing between calls: safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        self.description: Description = read_description(folder)
        self.languages = tuple(language.tag for language in self.description.languages)
        """The tags it knows, such as "en" or "kab"."""
        self._vocabulary = NgramVocabulary(_read_keys(folder / NGRAMS_FILE, self.description.ngrams))
        if not (folder / GRAPH_FILE).is_file():
            raise BundleFileMissingError(f"{folder / GRAPH_FILE} is missing; install traverba again")
        # One text is too little work for a second thread, and for any device but the CPU.
        self._session = GraphSession(folder / GRAPH_FILE, IDENTIFIER, (CPU,), threads=1)
        check_signatures([(IDENTIFIER, self._session.signature)], len(self.description.languages))

    def detect(self, text: str, *, languages: Sequence[str] | None = None) -> Detection:
        """The language of ``text``, among ``languages`` if given, whose probabilities then add up to 1.

        The answer depends on nothing but the text. Of a long one, its beginning, middle and end are read.
        """
        if not isinstance(text, str):
            raise InputError(f"the text must be a str, not {type(text).__name__}")
        chosen = self._numbers(languages)
        ids = self._vocabulary.ids(words_of(text))
        if not len(ids):
            return UNDETERMINED
        (logits,) = self._session.run(("logits",), {"ngrams": ids})
        return _ranked(logits[chosen], [self.languages[i] for i in chosen])

    def knows(self, language: str) -> bool:
        """Whether this is one of its languages, as "fr", "fr-CA" or "fra"."""
        return _base(language) in self._number_of

    def tag(self, language: str) -> str:
        """ "fr" for "fr-CA" or "fra"; a language that is not known is an error that says which are."""
        number = self._number_of.get(_base(language))
        if number is None:
            known = ", ".join(sorted(self.languages))
            raise LanguageError(f"the language identifier does not know {language!r}; it knows {known}")
        return self.languages[number]

    @cached_property
    def _number_of(self) -> dict[str, int]:
        known = list(enumerate(self.description.languages))
        return {each.iso639_3: i for i, each in known} | {each.tag: i for i, each in known}

    def _numbers(self, languages: Sequence[str] | None) -> list[int]:
        if languages is None:
            return list(range(len(self.languages)))
        if isinstance(languages, str) or not languages:
            raise LanguageError(f"languages must be a list of at least one language, not {languages!r}")
        return sorted({self._number_of[self.tag(language)] for language in languages})


def _base(language: str) -> str:
    """The language itself, without script, region and the rest."""
    return language.replace("_", "-").partition("-")[0].lower()


def _ranked(logits: NDArray[np.float32], tags: Sequence[str]) -> Detection:
    """Softmax over these languages (their order decides between equals)."""
    weights = np.exp(logits.astype(np.float64) - logits.max())
    probabilities = weights / weights.sum()
    best = np.argsort(-probabilities, kind="stable")[:MOST_CANDIDATES]
    candidates = tuple(Candidate(tags[i], float(probabilities[i])) for i in best)
    return Detection(candidates[0].language, candidates[0].probability, candidates)


def _read_keys(path: Path, expected: int) -> Keys:
    """Hashes of the n-grams, in rising order."""
    try:
        keys = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise BundleFileMissingError(f"{path} is missing; install traverba again") from error
    except (OSError, ValueError, EOFError) as error:
        raise BundleFormatError(f"{path} cannot be read ({error}); install traverba again") from error
    sound = isinstance(keys, np.ndarray) and keys.dtype == np.uint32 and keys.shape == (expected,)
    if not sound or not expected or np.any(keys[1:] <= keys[:-1]):
        raise BundleFormatError(f"{path} does not hold {expected} n-grams in order; install traverba again")
    return keys  # type: ignore[no-any-return]
