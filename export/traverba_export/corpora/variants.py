"""Pairs once more in another form, so that the model meets text as people and programs write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

Pair = tuple[str, str]

NAME_OR_NUMBER = re.compile(r"\b(?:[^\W\d_]*[A-ZА-ЯЁ][^\W\d_]*|\d+(?:[.,:]\d+)*)\b")
"""What both languages may write the same way: a capitalised word, a number."""

NAME = re.compile(r"(?<=[\w,;:] )[^\W\d_a-zа-яё][^\W\d_A-ZА-ЯЁ]{2,}\b")
"""A capitalised word inside a sentence: what begins one is capitalised whatever it is."""

STAND_INS = 5
"""Numbers that stand-ins are given, from 0."""

SLIPPABLE = re.compile(r"(?<![\w@/.:{%$-])[^\W\d_]{4,}(?![\w@/:}]|\.\w)")
"""A word in which fingers slip: four letters or more, and no part of an address or a placeholder."""
FIRST_WORD = re.compile(r"[¿¡«„“\"(–—\s]*([^\W\d_]+)(?![\w@/:}.'’-]*[\w@/])")
"""Group 1: what a sentence begins with, if it is no part of an address."""
WORDS_A_SLIP = 8
"""One slip, and another for every so many words."""


@dataclass(frozen=True)
class VariantShares:
    """Shares of pairs, from 0 to 1, that are added once more in another form; a recipe's ``[variants]``."""

    casual: float = 0.0
    """In lower case and without the final full stop."""
    stand_in: float = 0.0
    """With a stand-in such as "{0}" for a name or number, of the pairs that have one on both sides."""
    typos: float = 0.0
    """With slips of the fingers in the source."""
    unaccented: float = 0.0
    """Without the source's accents."""
    capitals: float = 0.0
    """With both sides in capitals."""
    unmarked: float = 0.0
    """Without the final mark."""
    other_names: float = 0.0
    """With another name in place of one that both sides share."""
    small_start: float = 0.0
    """With the source's first word in lower case, if that has fewer subwords."""
    object_first: float = 0.0
    """With a Russian source's object before its verb, see `corpora.word_order`."""
    rare_words: float = 0.0
    """No share, but the times that a pair with a rare word comes again, see `corpora.rarity`."""


def casual(pair: Pair) -> Pair:
    """The pair as people type it: source in lower case, both sides without the final full stop."""
    source, target = pair
    return source.lower().removesuffix("."), target.removesuffix(".").rstrip()


def with_stand_in(pair: Pair, rng: np.random.Generator) -> Pair | None:
    """The pair with one or two of the words that both sides share replaced by "{0}", "{1}", …

    From these the model learns to copy what stands for a part of the text that is not to be
    translated, and to put it in the right place. None if the sides share no such word.
    """
    shared = [word for word in dict.fromkeys(NAME_OR_NUMBER.findall(pair[0])) if _once_in_both(word, pair)]
    if not shared:
        return None
    chosen = rng.permutation(shared)[: rng.integers(1, 3)].tolist()
    numbers = rng.permutation(STAND_INS).tolist()
    for word, number in zip(chosen, numbers, strict=False):
        pair = _replaced(word, f"{{{number}}}", pair)
    return pair


def names_in(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    """The names that both sides of a pair write the same way, by `_ending`."""
    found = {name for source, target in pairs for name in {*NAME.findall(source)} & {*NAME.findall(target)}}
    by_ending: dict[str, list[str]] = {}
    for name in sorted(found):
        by_ending.setdefault(_ending(name), []).append(name)
    return by_ending


def _ending(name: str) -> str:
    """A woman's name often ends in an a, a man's in a consonant: others with that ending fit the sentence."""
    last = name[-1].lower()
    return last if last == "a" else "vowel" if last in "eiouy" else "consonant"


def with_other_name(pair: Pair, names: Mapping[str, list[str]], rng: np.random.Generator) -> Pair | None:
    """The pair about somebody else: another name, or the front of one and the back of another.

    A few names are in most sentences people make up for learners, and a model that has only met those
    spells any other badly. None if the sides share none of ``names``.
    """
    known = [word for word in NAME_OR_NUMBER.findall(pair[0]) if word in names.get(_ending(word), ())]
    shared = [word for word in known if _once_in_both(word, pair)]
    if not shared:
        return None
    word = str(rng.choice(shared))
    front, back = (str(rng.choice(names[_ending(word)])) for _ in range(2))
    other = front if rng.random() < 0.5 else front[: (len(front) + 1) // 2] + back[len(back) // 2 :]
    return _replaced(word, other, pair)


def _once_in_both(word: str, pair: Pair) -> bool:
    return all(len(re.findall(rf"\b{re.escape(word)}\b", side)) == 1 for side in pair)


def _replaced(word: str, other: str, pair: Pair) -> Pair:
    source, target = (re.sub(rf"\b{re.escape(word)}\b", other, side) for side in pair)
    return source, target


def with_typos(pair: Pair, rng: np.random.Generator) -> Pair | None:
    """The source with a letter swapped, dropped or doubled in a word or two; None without such a word."""
    source, target = pair
    words = list(SLIPPABLE.finditer(source))
    if not words:
        return None
    count = min(len(words), 1 + len(words) // WORDS_A_SLIP)
    for index in sorted(rng.permutation(len(words))[:count].tolist(), reverse=True):
        start, end = words[index].span()
        source = source[:start] + _slip(source[start:end], rng) + source[end:]
    return source, target


def _slip(word: str, rng: np.random.Generator) -> str:
    """The first letter stays: people rarely miss it."""
    at, kind = int(rng.integers(1, len(word) - 1)), int(rng.integers(3))
    here, after = word[at], word[at + 1]
    return word[:at] + (after + here, after, here + here + after)[kind] + word[at + 2 :]


def without_accents(pair: Pair) -> Pair | None:
    """The source as typed on a keyboard that lacks its accents; None if it has none."""
    plain = "".join(_without_accent(character) for character in pair[0])
    return None if plain == pair[0] else (plain, pair[1])


def _without_accent(character: str) -> str:
    """Cyrillic й is a letter of its own; ё is commonly written е."""
    if character in "ёЁ":
        return "е" if character == "ё" else "Е"
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() and base.isalpha() else character


def in_capitals(pair: Pair) -> Pair:
    """Both sides shouted."""
    return pair[0].upper(), pair[1].upper()


def with_small_start(pair: Pair, pieces: Callable[[str], int]) -> Pair | None:
    """The source's first word in lower case; None if the vocabulary has no fewer ``pieces`` for it so.

    A word that a sentence rarely begins with is known in lower case only; a capital makes other pieces of it.
    """
    source, target = pair
    word = FIRST_WORD.match(source)
    if not word:
        return None
    small = source[: word.start(1)] + word[1].lower()
    return (small + source[word.end() :], target) if pieces(small) < pieces(word[0]) else None


def without_final_mark(pair: Pair) -> Pair | None:
    """No mark ends the source; the target keeps only a question's. None if there was no mark."""
    source, target = pair
    bare = source.rstrip(" .!?…")
    if bare == source:
        return None
    return bare, target if target.endswith("?") else target.rstrip(" .!…\u00a0\u202f")
