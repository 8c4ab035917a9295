"""The words that a bundle knows: counted in the recipe's corpora, paired and named by alignment."""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from traverba.bundle import Manifest, find_bundle, open_bundle
from traverba.text import find_words, fold, lowered
from traverba.text.words.spelling import begins
from traverba.word_file import (
    PHRASES_FILE,
    dictionary_file,
    rare_words_file,
    words_file,
    write_dictionary,
    write_phrases,
    write_rare_words,
    write_words,
)
from traverba_export.alignment.lexicon import CERTAIN, WordTables, weigh_words, words_of
from traverba_export.alignment.naming import Name, name_words
from traverba_export.bundling import update_bundle
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.training.preparation import Pair, clean_texts

Counts = Mapping[str, int]
Languages = tuple[str, str]

PHRASES = Path(__file__).with_name("phrases.tsv")
"""Written by hand: see `traverba.text.words.phrasebook`."""
MADE_UP_PENALTY = 2.0
"""Nats: 0, 1, 2 and 4 left 81, 40, 29 and 14 words that nobody knows in 1,800 translations of dev sentences,
all with the same BLEU; but 4 made German words endless, since a word costs nothing until it ends."""
PLAINLY_MEANT = 20
"""A spelling without accents that is so many times rarer than the one with them is a slip of the corpus."""
COMMON = 50
CERTAIN_IF_COMMON = 0.06
"""Least product of both directions' probabilities for words that were met so often: such a word has several
translations that share them, while a rare one is aligned by chance."""
NAMED_IF_RARE = {10: 0.1, 100: 0.15}
"""Sentences that have a word, at most -> the least weight of its name. A word that more of them have the
model knows by itself: with those of 200 sentences as well, dev gained nothing."""
SHORTEST_RARE = 3
SELDOM_QUOTED = 0.25
"""How often a language has a word, for each time that the other one has it, if it has another word for it:
"Athens" 0.06 in French; "Schmidt" 0.4 in English, where the dictionary has Smith."""
QUOTED, OFTEN = 0.1, 10
"""The same, and how often at least the other one has it, if nothing else is known ("Vienna" in French)."""
MAIN_SHARE = 0.5
"""Of the most passes that training makes over a corpus of two languages: where it makes fewer, words mean
other things (in menus a "file" is no row of people)."""


def add_word_lists(folder: Path, recipe: Recipe, data_dir: Path) -> None:
    """Put a list of words for each language, and a dictionary for each two, into a bundle's folder."""
    texts = [
        (spec.languages, max(spec.directions.values(), default=0.0), pairs)
        for spec, pairs in clean_texts(recipe, data_dir)
    ]
    lists = {language: count_words(_side(texts, language), language) for language in recipe.languages}
    pairs: dict[Languages, list[Pair]] = {}
    rare: dict[Languages, dict[str, str]] = {}
    for languages, found in _main_pairs(texts).items():
        tables = WordTables.learn(found)
        pairs[languages] = pair_words(tables, lists, languages)
        named = name_rare_words(tables, lists, languages, _seen(texts, languages), pairs[languages])
        rare.update((direction, names) for direction, names in named.items() if names)
    update_bundle(folder, lambda partial, manifest: _with_words(partial, manifest, lists, pairs, rare))
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
        files = [*theirs.words.values(), *theirs.dictionaries.values(), *theirs.rare_words.values()]

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
                decoding={**mine.decoding, **theirs.decoding},
            )

        update_bundle(folder, taken)
    add_phrases(folder)


Texts = Sequence[tuple[Languages, float, Sequence[Pair]]]
"""The languages of each corpus, the most passes over it in either direction, its pairs."""


def _side(texts: Texts, language: str) -> Iterable[str]:
    for languages, _, pairs in texts:
        if language in languages:
            yield from (pair[languages.index(language)] for pair in pairs)


def _main_pairs(texts: Texts) -> dict[Languages, list[Pair]]:
    most: dict[Languages, float] = {}
    for languages, passes, _ in texts:
        most[languages] = max(passes, most.get(languages, 0.0))
    found: dict[Languages, list[Pair]] = {}
    for languages, passes, pairs in texts:
        if passes >= MAIN_SHARE * most[languages]:
            found.setdefault(languages, []).extend(pairs)
    return found


def _seen(texts: Texts, languages: Languages) -> tuple[Counter[str], Counter[str]]:
    """How many sentences have a word, of either language, manuals and all: there it means something else."""
    seen = Counter[str](), Counter[str]()
    for spoken, _, pairs in texts:
        for pair in pairs if spoken == languages else ():
            for counts, sentence in zip(seen, pair, strict=True):
                counts.update(set(words_of(sentence)))
    return seen


def count_words(texts: Iterable[str], language: str) -> dict[str, int]:
    """How often each word was met, written as inside a sentence: what begins one has a capital anyway."""
    inside, beginning = Counter[str](), Counter[str]()
    for text in texts:
        for start, end in find_words(text, language):
            (beginning if begins(text, start) else inside)[text[start:end].replace("’", "'")] += 1
    counts = inside.copy()
    for word, count in beginning.items():
        small = lowered(word)
        counts[word if inside[word] > inside[small] else small] += count
    return _without_slips(counts)


def _without_slips(counts: Counts) -> dict[str, int]:
    """The same without words that lack accents or an apostrophe: who types them means the other word."""
    commonest: dict[str, int] = {}
    for word, count in counts.items():
        folded = fold(word)
        commonest[folded] = max(count, commonest.get(folded, 0))
    return {
        word: count
        for word, count in counts.items()
        if fold(word) != word.casefold() or commonest[fold(word)] < PLAINLY_MEANT * count
    }


def pair_words(tables: WordTables, lists: Mapping[str, Counts], languages: Languages) -> list[Pair]:
    """Words that translate each other, the surest first, each written as its language has it most often."""
    lefts, rights = (_commonest_forms(lists[language]) for language in languages)
    found = []
    weights = weigh_words(tables, CERTAIN_IF_COMMON)
    for (left, right), certainty in sorted(weights.items(), key=lambda entry: (-entry[1], entry[0])):
        if left in lefts and right in rights:
            a, b = lefts[left], rights[right]
            common = min(lists[languages[0]][a], lists[languages[1]][b]) >= COMMON
            if common or certainty >= CERTAIN:
                found.append((a, b))
    return found


def name_rare_words(
    tables: WordTables,
    lists: Mapping[str, Counts],
    languages: Languages,
    seen: tuple[Counts, Counts],
    pairs: Sequence[Pair],
) -> dict[Languages, dict[str, str]]:
    """For both directions: words that few sentences have, and what they are called.

    ``seen`` counts the sentences, for either language; ``pairs`` are those of `pair_words`.
    """
    named: dict[Languages, dict[str, str]] = {}
    for side, names in enumerate(name_words(tables, min(NAMED_IF_RARE.values()))):
        source, target = languages[side], languages[1 - side]
        paired = {pair[side]: pair[1 - side] for pair in reversed(pairs)}  # of several, the surest
        forms = _commonest_forms(lists[target])
        named[source, target] = {
            word: called
            for word in lists[source]
            if len(word) >= SHORTEST_RARE
            and word.isalpha()
            and 0 < (count := seen[side].get(word.lower(), 0)) <= max(NAMED_IF_RARE)
            and (
                called := _name_of_both(word, lists[source], lists[target], paired)
                if word[:1].isupper() and forms.get(word.lower()) == word
                else _name(word, count, names, forms)
            )
        }
    return named


def _name_of_both(word: str, own: Counts, others: Counts, paired: Mapping[str, str]) -> str | None:
    """What a word with a capital is called that the other language has as well: itself, as most names are.

    Unless the other language has it far less often: that is a quotation ("London" in French text), and the
    dictionary has another word for it; or else the model.
    """
    share = others[word] / own[word]
    called = paired.get(word, word) if share <= SELDOM_QUOTED else word
    quoted = share <= QUOTED and own[word] >= OFTEN
    return None if called == word and quoted else called


def _name(word: str, seen: int, names: Mapping[str, Name], forms: Mapping[str, str]) -> str | None:
    """What another word is called, by alignment; ``seen``: sentences that have it."""
    needed = next(least for most, least in NAMED_IF_RARE.items() if seen <= most)
    name = names.get(word.lower())
    return forms.get(name.text) if name and name.weight >= needed else None


def _commonest_forms(counts: Counts) -> dict[str, str]:
    """A word in lower case -> how it is written most often."""
    forms: dict[str, str] = {}
    for word in sorted(counts, key=lambda word: (-counts[word], word)):
        forms.setdefault(word.lower(), word)
    return forms


def _with_words(
    folder: Path,
    manifest: Manifest,
    lists: Mapping[str, Counts],
    pairs: Mapping[Languages, Sequence[Pair]],
    rare: Mapping[Languages, Mapping[str, str]],
) -> Manifest:
    for language, counts in lists.items():
        write_words(folder / words_file(language), counts)
    for languages, found in pairs.items():
        write_dictionary(folder / dictionary_file(languages), found)
    for direction, translations in rare.items():
        write_rare_words(folder / rare_words_file(direction), translations)
    return dataclasses.replace(
        manifest,
        words={language: words_file(language) for language in sorted(lists)},
        dictionaries={"-".join(languages): dictionary_file(languages) for languages in sorted(pairs)},
        rare_words={"-".join(direction): rare_words_file(direction) for direction in sorted(rare)},
        decoding={"made_up_penalty": MADE_UP_PENALTY, **manifest.decoding},
    )
