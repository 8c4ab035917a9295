"""Pairs once more in another form, so that the model meets text as people and programs write it."""

from __future__ import annotations

import re

import numpy as np

Pair = tuple[str, str]

NAME_OR_NUMBER = re.compile(r"\b(?:[^\W\d_]*[A-ZА-ЯЁ][^\W\d_]*|\d+(?:[.,:]\d+)*)\b")
"""What both languages may write the same way: a capitalised word, a number."""

STAND_INS = 5
"""Numbers that stand-ins are given, from 0."""


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
    source, target = pair
    for word, number in zip(chosen, numbers, strict=False):
        whole = re.compile(rf"\b{re.escape(word)}\b")
        source, target = (whole.sub(f"{{{number}}}", side) for side in (source, target))
    return source, target


def _once_in_both(word: str, pair: Pair) -> bool:
    return all(len(re.findall(rf"\b{re.escape(word)}\b", side)) == 1 for side in pair)
