"""What a bundle knows of words, as a reader of texts wants it; the files are `word_file`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TypeVar

from traverba.bundle import Bundle
from traverba.text import (
    Compounds,
    Dictionary,
    Forms,
    KnownWords,
    Names,
    Phrasebook,
    RareWords,
    Spelling,
    WordList,
)
from traverba.word_file import read_dictionary, read_phrases, read_rare_words, read_word_set, read_words

T = TypeVar("T")


class BundleWords:
    """What a bundle knows of words: its files are read at once, and unpacked when first asked for."""

    def __init__(self, bundle: Bundle) -> None:
        def read(files: Mapping[str, str]) -> dict[str, tuple[bytes, str]]:
            return {key: ((bundle.folder / name).read_bytes(), name) for key, name in files.items()}

        manifest = bundle.manifest
        self._lists, self._pairs = read(manifest.words), read(manifest.dictionaries)
        self._rare, self._single = read(manifest.rare_words), read(manifest.single_words)
        self._phrases = read({"": manifest.phrases} if manifest.phrases else {})
        self._found: dict[object, object] = {}

    def __call__(self, sources: Sequence[str], target: str) -> KnownWords:
        """For texts in any of some languages that go into another."""
        found = (self._dictionary(source, target) for source in sources)
        dictionaries = tuple(each for each in found if each)
        phrasebooks = tuple(self._phrasebook(source, target) for source in sources) if self._phrases else ()
        said = (lambda: self._said(target)) if target in self._lists else None
        single = self._single_words(sources, target)
        if len(sources) > 1:
            return KnownWords(dictionaries=dictionaries, phrasebooks=phrasebooks, single=single, said=said)
        language = sources[0]
        spelling, rare = self._spelling(language), self._rare_words(language, target)
        names = compounds = forms = None
        if spelling and rare and said:
            books: tuple[RareWords | Dictionary, ...] = (rare, *dictionaries)
            names = self._once(("names", language, target), lambda: Names(spelling, said))
            compounds = Compounds.between(language, target, spelling.words, books)
            forms = self._once(("forms", language, target), lambda: Forms(language, spelling.words, books))
        return KnownWords(spelling, dictionaries, rare, names, compounds, forms, phrasebooks, single, said)

    def _spelling(self, language: str) -> Spelling | None:
        if language not in self._lists:
            return None
        file = self._lists[language]
        return self._once(language, lambda: Spelling(language, WordList(read_words(*file))))

    def _said(self, language: str) -> frozenset[str]:
        return self._once(("said", language), lambda: read_word_set(*self._lists[language]))

    def _dictionary(self, source: str, target: str) -> Dictionary | None:
        forward, back = (self._pairs.get("-".join(pair)) for pair in ((source, target), (target, source)))
        file = forward or back
        if file is None:
            return None
        return self._once((source, target), lambda: read_dictionary(*file, forward=forward is not None))

    def _phrasebook(self, source: str, target: str) -> Phrasebook:
        rows = self._once("phrases", lambda: read_phrases(*self._phrases[""]))
        return self._once(("phrases", source, target), lambda: Phrasebook.between(rows, source, target))

    def _rare_words(self, source: str, target: str) -> RareWords | None:
        direction = f"{source}-{target}"
        if direction not in self._rare:
            return None
        file = self._rare[direction]
        return self._once(("rare", direction), lambda: read_rare_words(*file, language=source))

    def _single_words(self, sources: Sequence[str], target: str) -> Callable[[], tuple[RareWords, ...]]:
        """For each source the names of rare words, and those that only texts of one word ask for."""

        def read(source: str) -> RareWords:
            file = self._single.get(f"{source}-{target}")
            books = (
                read_rare_words(*file, language=source) if file else None,
                self._rare_words(source, target),
            )
            return RareWords(source, dict(chain.from_iterable(book.named() for book in books if book)))

        return lambda: tuple(
            self._once(("single", source, target), partial(read, source)) for source in sources
        )

    def _once(self, key: object, read: Callable[[], T]) -> T:
        """Two threads that ask first may both read it, to the same end."""
        if key not in self._found:
            self._found[key] = read()
        return self._found[key]  # type: ignore[return-value]  # a key always has the same type
