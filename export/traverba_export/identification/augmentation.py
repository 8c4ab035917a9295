"""Texts as people type them into a box: short, cut off, without punctuation."""

from __future__ import annotations

import math
import unicodedata
from random import Random

from traverba_export.identification.recipe import IdentifierTraining


def vary(text: str, options: IdentifierTraining, random: Random) -> str:
    """The text, or a piece of it, perhaps without punctuation."""
    if random.random() < options.shorten_share:
        text = shorten(text, _length(options, random), random)
    if random.random() < options.plain_share:
        text = "".join(" " if unicodedata.category(char)[0] == "P" else char for char in text)
    return text


def shorten(text: str, length: int, random: Random) -> str:
    """At most ``length`` characters from where a word begins; half the time only whole words."""
    starts = [0, *(i + 1 for i, char in enumerate(text) if char == " ")]
    start = random.choice(starts)
    piece = text[start : start + length]
    cut_inside = start + length < len(text) and text[start + length] != " "
    if cut_inside and " " in piece and random.random() < 0.5:
        piece = piece[: piece.rindex(" ")]
    return piece


def _length(options: IdentifierTraining, random: Random) -> int:
    return round(math.exp(random.uniform(math.log(options.shortest), math.log(options.longest))))
