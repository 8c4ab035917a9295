"""How the pairs run that a model was not trained for: straight, or through the language of its corpora.

Decided on sentences of which the corpora have a translation into both languages: dev files are
joined on their English side, so that neither the model nor its maker has seen the pair. Where
dev files share too few sentences, training files of the same folders are joined instead: the pair
itself is still new to the model, but each half was seen with its English, which flatters the way
through English. So such a pair goes straight only if that is better even then.
"""

from __future__ import annotations

import dataclasses
import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path, PurePosixPath

from traverba import Translator, load_translator
from traverba.bundle import PairScores, UntrainedPair
from traverba_export.bundling import update_manifest
from traverba_export.corpora.cleaning import comparison_key
from traverba_export.corpora.reading import CorpusSpec, ReadingReport, read_pairs
from traverba_export.quality.challenge.checks import Identify
from traverba_export.quality.evaluation import PIVOT
from traverba_export.quality.language import language_identifier, language_share
from traverba_export.quality.metrics import score_texts
from traverba_export.recipe import Recipe

log = logging.getLogger(__name__)

SENTENCES = 300
"""For each pair, at most; the two ways are mostly many points apart."""
FEWEST_DEV = 200
"""Joined dev sentences; with fewer, training files are joined."""
LANGUAGE_LOSS = 0.005
"""Share of output that may come out in a wrong language more often than through English."""

Sides = dict[str, dict[str, str]]
"""Language -> key of an English sentence -> its translation."""


@dataclass(frozen=True)
class JoinedSet:
    """Sentences in two languages that are translations of one English sentence."""

    source: str
    target: str
    sources: list[str]
    references: list[str]
    data: str
    """Where they come from, in words."""


def joined_sets(recipe: Recipe, data_dir: Path, sentences: int = SENTENCES, seed: int = 1) -> list[JoinedSet]:
    """One for each pair that can go through English and was not trained."""
    pairs = [pair for pair in permutations(recipe.languages, 2) if _goes_around(recipe, *pair)]
    dev = _sides(recipe.dev, data_dir)
    held_out = _keys((*recipe.dev, *recipe.test), data_dir)
    seen: Sides | None = None
    found = []
    for source, target in pairs:
        sides, kind = dev, "dev"
        if len(_shared(dev, source, target)) < FEWEST_DEV:
            seen = seen if seen is not None else _sides(_like_dev(recipe), data_dir)
            sides, kind = seen, "training"
        joined = _join(sides, source, target, held_out if kind == "training" else set())
        chosen = random.Random(seed).sample(joined, min(sentences, len(joined)))
        data = f"{len(chosen)} {kind} sentences joined on their {PIVOT} side, seed {seed}"
        if chosen:
            found.append(JoinedSet(source, target, [a for a, _ in chosen], [b for _, b in chosen], data))
    return found


def decide_routes(
    folder: Path, recipe: Recipe, data_dir: Path, sentences: int = SENTENCES, seed: int = 1
) -> tuple[UntrainedPair, ...]:
    """Translate every pair both ways as the bundle would, and write the better one into its manifest."""
    joined = joined_sets(recipe, data_dir, sentences, seed)
    with load_translator(folder) as translator:
        identify = language_identifier(translator.info.languages)
        decided = tuple(decide(translator, each, identify) for each in joined)
    if decided:
        update_manifest(folder, lambda manifest: dataclasses.replace(manifest, untrained=decided))
    return decided


def decide(translator: Translator, joined: JoinedSet, identify: Identify | None) -> UntrainedPair:
    """Straight if it is no worse: neither in chrF nor in how often the language is right."""
    straight, straight_share = _measure(translator, joined, "none", identify)
    pivoted, pivoted_share = _measure(translator, joined, PIVOT, identify)
    goes_straight = straight >= pivoted and straight_share >= pivoted_share - LANGUAGE_LOSS
    scores = PairScores(
        metric="chrF",
        straight=round(straight, 2),
        pivoted=round(pivoted, 2),
        straight_language=round(straight_share, 4),
        pivoted_language=round(pivoted_share, 4),
        sentences=len(joined.sources),
        data=joined.data,
    )
    pair = UntrainedPair(joined.source, joined.target, None if goes_straight else PIVOT, scores)
    log.info("%s-%s: straight %.1f, via %s %.1f", pair.source, pair.target, straight, PIVOT, pivoted)
    return pair


def _measure(
    translator: Translator, joined: JoinedSet, via: str, identify: Identify | None
) -> tuple[float, float]:
    """chrF, and the share of output in the language asked for (1 if nobody can tell)."""
    found = translator.translate(joined.sources, source=joined.source, target=joined.target, via=via)
    texts = [each.text for each in found]
    chrf = score_texts(f"{joined.source}-{joined.target}", texts, joined.references).chrf
    return chrf, language_share(texts, joined.target, identify) if identify else 1.0


def _goes_around(recipe: Recipe, source: str, target: str) -> bool:
    trained = set(recipe.directions)
    return (source, target) not in trained and {(source, PIVOT), (PIVOT, target)} <= trained


def _like_dev(recipe: Recipe) -> list[CorpusSpec]:
    """The training files beside the dev files: text of the same kind, and nobody's translation by machine."""
    folders = {PurePosixPath(spec.paths[0]).parts[0] for spec in recipe.dev}
    return [s for s in recipe.corpora if PurePosixPath(s.paths[0]).parts[0] in folders and not s.tagged]


def _sides(specs: Iterable[CorpusSpec], data_dir: Path) -> Sides:
    """Of several translations of an English sentence, the first."""
    sides: Sides = {}
    for spec in specs:
        if PIVOT not in spec.languages:
            continue
        english = spec.languages.index(PIVOT)
        side = sides.setdefault(spec.languages[1 - english], {})
        for pair in read_pairs(spec, data_dir, ReadingReport()):
            side.setdefault(comparison_key(pair[english]), pair[1 - english])
    return sides


def _keys(specs: Iterable[CorpusSpec], data_dir: Path) -> set[str]:
    pairs = (pair for spec in specs for pair in read_pairs(spec, data_dir, ReadingReport()))
    return {comparison_key(text) for pair in pairs for text in pair}


def _shared(sides: Sides, source: str, target: str) -> list[str]:
    """Keys, in the order of the source's file."""
    return [key for key in sides.get(source, {}) if key and key in sides.get(target, {})]


def _join(sides: Sides, source: str, target: str, without: set[str]) -> list[tuple[str, str]]:
    pairs = [(key, sides[source][key], sides[target][key]) for key in _shared(sides, source, target)]
    return [(a, b) for key, a, b in pairs if not {key, comparison_key(a), comparison_key(b)} & without]
