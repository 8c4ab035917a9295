"""GLEU, the reward of GNMT's refinement: BLEU's counts, made for sentences (Wu et al. 2016, section 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

ORDERS = range(1, 5)


def gleu(hypothesis: str, references: Sequence[str]) -> float:
    """The smaller of precision and recall of runs of 1 to 4 words, from 0 to 1; the mean over ``references``.

    Each reference is as right as the others, so what most of them say is worth more.
    """
    mine = _runs(hypothesis)
    return sum(_smaller(mine, _runs(reference)) for reference in references) / len(references)


def _smaller(mine: Counter[tuple[str, ...]], theirs: Counter[tuple[str, ...]]) -> float:
    return (mine & theirs).total() / max(1, mine.total(), theirs.total())


@lru_cache(maxsize=64)  # each rival of a sentence asks for its references again
def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = _tokenizer()(text).split()
    return Counter(tuple(words[i : i + n]) for n in ORDERS for i in range(len(words) - n + 1))


@cache
def _tokenizer() -> Callable[[str], str]:
    """Words and marks as BLEU counts them."""
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    tokenizer: Callable[[str], str] = Tokenizer13a()  # type: ignore[no-untyped-call]
    return tokenizer
