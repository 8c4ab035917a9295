"""Sentences to translate: distinct, of ordinary lengths, made from parts so that there are always enough."""

from __future__ import annotations

from itertools import product

WHO = ("My neighbour", "The old teacher", "A young doctor", "Our team", "The driver of the bus", "His sister")
DID = ("bought", "was looking for", "has lost", "would like to see", "described", "talked about")
WHAT = ("a small boat", "the new timetable", "two cups of coffee", "the red umbrella", "an interesting book")
WHERE = ("at the market", "near the station", "in the garden behind the house", "on the way home", "in Paris")
WHEN = (
    "yesterday",
    "before the rain began",
    "while the children were asleep",
    "because there was nothing else to do",
    "although the shop had been closed for three weeks",
)


def sentences(count: int) -> list[str]:
    """``count`` sentences of 9 to 28 words, long and short ones mixed, the first 4,500 all different."""
    parts = product(WHEN, WHERE, WHAT, DID, WHO)
    made = [f"{who} {did} {what} {where} {when}." for when, where, what, did, who in parts]
    stride = 1_009  # a prime, so that every sentence comes before any comes again
    most = len(made)
    return [made[i * stride % most] for i in range(count)]
