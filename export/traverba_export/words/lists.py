"""Lists of words, dictionaries and phrases, put into a bundle's folder."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from traverba.bundle import Manifest, find_bundle, open_bundle
from traverba.word_file import (
    PHRASES_FILE,
    dictionary_file,
    rare_words_file,
    single_words_file,
    words_file,
    write_dictionary,
    write_names,
    write_phrases,
    write_words,
)
from traverba_export.bundling import update_bundle
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.training.preparation import Pair, clean_texts
from traverba_export.words.aligned import Languages
from traverba_export.words.counting import Counts, count_words
from traverba_export.words.learning import LearntWords, learn_words

PHRASES = Path(__file__).with_name("phrases.tsv")
"""Written by hand: see `traverba.text.words.phrasebook`."""
MADE_UP_PENALTY = 2.0
"""Nats: 0, 1, 2 and 4 left 81, 40, 29 and 14 words that nobody knows in 1,800 translations of dev sentences,
all with the same BLEU; but 4 made German words endless, since a word costs nothing until it ends."""
MAIN_SHARE = 0.5
"""Of the most passes that training makes over a corpus of two languages: where it makes fewer, words mean
other things. Those are manuals, the others everyday sentences."""

Texts = Sequence[tuple[Languages, float, Sequence[Pair]]]
"""The languages of each corpus, the most passes over it in either direction, its pairs."""


def add_word_lists(folder: Path, recipe: Recipe, data_dir: Path) -> None:
    """Put a list of words for each language, and a dictionary for each two, into a bundle's folder."""
    texts = [
        (spec.languages, max(spec.directions.values(), default=0.0), pairs)
        for spec, pairs in clean_texts(recipe, data_dir)
    ]
    lists = {language: count_words(_side(texts, language), language) for language in recipe.languages}
    learnt = {
        languages: learn_words(*_by_kind(texts, languages), lists, languages)
        for languages in dict.fromkeys(languages for languages, *_ in texts)
    }
    update_bundle(folder, lambda partial, manifest: _with_words(partial, manifest, lists, learnt))
    add_phrases(folder)


def add_phrases(folder: Path) -> None:
    """Put the phrases of `phrases.tsv` into a bundle's folder, if it has two of their languages or more."""
    header, *lines = PHRASES.read_text(encoding="utf-8").splitlines()
    written = header.split("\t")
    rows = [dict(zip(written, line.split("\t"), strict=True)) for line in lines]

    def with_phrases(partial: Path, manifest: Manifest) -> Manifest:
        languages = [language for language in written if language in manifest.languages]
        if len(languages) < 2:
            return manifest
        write_phrases(partial / PHRASES_FILE, rows, languages)
        return dataclasses.replace(manifest, phrases=PHRASES_FILE)

    update_bundle(folder, with_phrases)


def take_word_lists(folder: Path, origin: str) -> None:
    """Copy what another bundle knows of words, and its penalties, which were chosen with that."""
    with open_bundle(find_bundle(origin)) as bundle:
        theirs = bundle.manifest
        theirs_of = (theirs.words, theirs.dictionaries, theirs.rare_words, theirs.single_words)
        files = [name for each in theirs_of for name in each.values()]

        def taken(partial: Path, mine: Manifest) -> Manifest:
            if not files or theirs.languages != mine.languages:
                raise RecipeError(
                    f"{origin} has no words of {', '.join(mine.languages)}; leave out --words-of"
                )
            for name in files:
                shutil.copyfile(bundle.folder / name, partial / name)
            return dataclasses.replace(
                mine,
                words=theirs.words,
                dictionaries=theirs.dictionaries,
                rare_words=theirs.rare_words,
                single_words=theirs.single_words,
                decoding={**mine.decoding, **theirs.decoding},
            )

        update_bundle(folder, taken)
    add_phrases(folder)


def _side(texts: Texts, language: str) -> Iterable[str]:
    for languages, _, pairs in texts:
        if language in languages:
            yield from (pair[languages.index(language)] for pair in pairs)


def _by_kind(texts: Texts, languages: Languages) -> tuple[list[Pair], list[Pair]]:
    """The everyday sentences and the manuals of two languages."""
    most = max(passes for spoken, passes, _ in texts if spoken == languages)
    kinds: tuple[list[Pair], list[Pair]] = ([], [])
    for spoken, passes, pairs in texts:
        if spoken == languages:
            kinds[passes < MAIN_SHARE * most].extend(pairs)
    return kinds


def _with_words(
    folder: Path, manifest: Manifest, lists: Mapping[str, Counts], learnt: Mapping[Languages, LearntWords]
) -> Manifest:
    for language, counts in lists.items():
        write_words(folder / words_file(language), counts)
    for languages, words in learnt.items():
        write_dictionary(folder / dictionary_file(languages), words.dictionary)
    return dataclasses.replace(
        manifest,
        words={language: words_file(language) for language in sorted(lists)},
        dictionaries={"-".join(languages): dictionary_file(languages) for languages in sorted(learnt)},
        rare_words=_with_names(folder, rare_words_file, [words.rare for words in learnt.values()]),
        single_words=_with_names(folder, single_words_file, [words.single for words in learnt.values()]),
        decoding={"made_up_penalty": MADE_UP_PENALTY, **manifest.decoding},
    )


def _with_names(
    folder: Path, file: Callable[[Languages], str], named: Iterable[Mapping[Languages, Mapping[str, str]]]
) -> dict[str, str]:
    """Direction -> the name of the file with its words; a direction without any has none."""
    directions = {direction: names for each in named for direction, names in each.items() if names}
    for direction, names in directions.items():
        write_names(folder / file(direction), names)
    return {"-".join(direction): file(direction) for direction in sorted(directions)}
