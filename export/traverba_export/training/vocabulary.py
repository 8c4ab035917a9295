"""The vocabulary of a run: what it is learnt from, and how much of everyday language it has whole.

A word in pieces is a longer sentence and a harder one, so the commonest words should be whole. Training
says how many are: a vocabulary learnt from another kind of text shows itself there, hours before its scores.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from traverba_export.recipe import Recipe, RecipeError
from traverba_export.subwords import Subwords, train_subwords

log = logging.getLogger(__name__)

Texts = Sequence[Sequence[tuple[str, str]]]
"""Of each corpus of a recipe its pairs, in the order of the file."""
COMMONEST = 1000


def learn_or_take(recipe: Recipe, texts: Texts, path: Path) -> Subwords:
    """Learn the vocabulary, or take the one an earlier sitting learnt; its size must be the model's."""
    if path.exists():
        subwords = Subwords(path)
    else:
        sample = itertools.chain.from_iterable(_sample(recipe, texts, each) for each in recipe.languages)
        subwords = train_subwords(sample, recipe.languages, recipe.vocab_size, path)
    if subwords.vocab_size != recipe.vocab_size:
        raise RecipeError(
            f"{path} has {subwords.vocab_size} subwords, the recipe says vocab_size = {recipe.vocab_size}; "
            "a small corpus yields no more: set that number, or start in another folder"
        )
    shares = {each: whole_words(_sample(recipe, texts, each), subwords) for each in recipe.languages}
    log.info(
        "of the %d commonest words one subword: %s",
        COMMONEST,
        ", ".join(f"{language} {share:.0%}" for language, share in shares.items()),
    )
    return subwords


def whole_words(sentences: Iterable[str], subwords: Subwords, commonest: int = COMMONEST) -> float:
    """The share of the commonest words that are one subword each; 1 where there are no words."""
    counts = Counter(word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence))
    words = [word for word, _ in counts.most_common(commonest)]
    return sum(len(ids) == 1 for ids in subwords.encode_batch(words)) / len(words) if words else 1.0


def _sample(recipe: Recipe, texts: Texts, language: str) -> Iterator[str]:
    """As many sentences of this language as of any other, so that no script is starved of merges.

    Each corpus has the share that training gives it: words that are seen often should be whole,
    whatever else the other corpora are full of.
    """
    sentences = [
        (list(dict.fromkeys(pair[spec.languages.index(language)] for pair in pairs)), spec)
        for spec, pairs in zip(recipe.corpora, texts, strict=True)
        if language in spec.languages and pairs
    ]
    seen = [len(distinct) * sum(spec.directions.values()) for distinct, spec in sentences]
    for (distinct, _), share in zip(sentences, seen, strict=True):
        count = round(recipe.subword_lines * share / (sum(seen) or 1.0))
        stride = max(1, len(distinct) // max(1, count))
        yield from itertools.islice(itertools.cycle(distinct[::stride]), count)
