"""Everything that happens to text before the first training step."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from traverba_export.alignment.lexicon import learn_lexicon
from traverba_export.corpora.cleaning import clean_pairs, comparison_key
from traverba_export.corpora.examples import Pool, build_pool, encode_pairs
from traverba_export.corpora.keeping import EncodedCorpora
from traverba_export.corpora.mixing import with_temperature
from traverba_export.corpora.noise import PieceNoise, piece_noise
from traverba_export.corpora.reading import CorpusSpec, ReadingReport, read_pairs
from traverba_export.corpora.variants import VariantShares, casual
from traverba_export.recipe import Recipe, split_direction
from traverba_export.subwords import Subwords
from traverba_export.training.refining.rivals import RivalPool, rival_pools
from traverba_export.training.rules import corpora_by_rule
from traverba_export.training.synthesis import synthetic_corpora
from traverba_export.training.vocabulary import learn_or_take

log = logging.getLogger(__name__)

Pair = tuple[str, str]
"""Source and target, or both languages in the order of the file."""
ENCODED = "encoded"
"""Folder of a run for text that is encoded already."""


@dataclass(frozen=True)
class DevSet:
    """Held-out sentences of one direction."""

    direction: str
    sources: list[str]
    references: list[str]


@dataclass(frozen=True)
class Prepared:
    """What the trainer needs."""

    subwords: Subwords
    pools: list[Pool]
    dev: list[DevSet]
    noise: PieceNoise | None = None
    rivals: list[RivalPool] = field(default_factory=list)
    """What is learnt from in place of the pools if the recipe refines."""


def prepare(recipe: Recipe, data_dir: Path, out_dir: Path) -> Prepared:
    """Read, clean and encode all corpora; what is already in ``out_dir`` is kept.

    That is subwords, what models wrote, and encoded text.
    """
    held_out = _held_out_keys(recipe, data_dir)
    texts = [_read_clean(spec, recipe, data_dir, held_out) for spec in recipe.corpora]
    subwords = learn_or_take(recipe, texts, out_dir / "tokenizer.json")
    if recipe.refining:
        rivals = rival_pools(recipe, texts, subwords, out_dir)
        return Prepared(subwords, [], dev_sets(recipe, data_dir), rivals=rivals)
    synthetic = synthetic_corpora(recipe, texts, out_dir)
    written = [_read_clean(spec, recipe, out_dir, held_out) for spec in synthetic]
    specs = (*recipe.corpora, *synthetic)
    kept = EncodedCorpora(out_dir / ENCODED, subwords.path)
    pools = [
        _pool(recipe, spec, pairs, direction, subwords, kept)
        for spec, pairs in (
            *zip(specs, (*texts, *written), strict=True),
            *corpora_by_rule(recipe, texts, held_out),
        )
        for direction in spec.directions
        if recipe.reads(direction)
    ]
    kept.forget_the_rest()
    if recipe.training.lexicon_passes:
        pools += _lexicon_pools(recipe, texts, subwords, out_dir)
    options = recipe.training
    return Prepared(
        subwords,
        with_temperature(pools, options.sampling_temperature),
        dev_sets(recipe, data_dir),
        piece_noise(subwords.path, options.subword_dropout, options.word_dropout),
    )


def _held_out_keys(recipe: Recipe, data_dir: Path) -> set[str]:
    keys: set[str] = set()
    for spec in (*recipe.dev, *recipe.test):
        for pair in read_pairs(spec, data_dir, ReadingReport()):
            keys.update(map(comparison_key, pair))
    return keys - {""}


def _read_clean(spec: CorpusSpec, recipe: Recipe, data_dir: Path, held_out: set[str]) -> list[Pair]:
    report, dropped = ReadingReport(), Counter[str]()
    pairs = read_pairs(spec, data_dir, report)
    kept = list(clean_pairs(pairs, spec.languages, recipe.cleaning, held_out, dropped))
    reasons = ", ".join(f"{reason} {count}" for reason, count in dropped.most_common()) or "nothing"
    log.info("%s: kept %d of %d pairs; dropped: %s", spec.paths[0], len(kept), report.lines, reasons)
    if report.malformed:
        log.warning("%d malformed lines, first: %s", report.malformed, "; ".join(report.examples))
    return kept


def _pool(
    recipe: Recipe,
    spec: CorpusSpec,
    pairs: list[Pair],
    direction: str,
    subwords: Subwords,
    kept: EncodedCorpora,
) -> Pool:
    source, target = split_direction(direction)
    oriented = pairs if source == spec.languages[0] else [(b, a) for a, b in pairs]
    shares, seed = recipe.variants, recipe.seed
    encoded = kept.get(oriented, (shares, seed), lambda: encode_pairs(oriented, subwords, shares, seed))
    name, token = f"{spec.paths[0]} {direction}", subwords.language_token(target)
    return Pool(name, *encoded, token, spec.directions[direction], spec.tagged, len(pairs))


def _lexicon_pools(recipe: Recipe, texts: list[list[Pair]], subwords: Subwords, out_dir: Path) -> list[Pool]:
    """Single words as examples, for every trained direction; what an earlier sitting learnt is kept."""
    pools = []
    for languages in dict.fromkeys(spec.languages for spec in recipe.corpora):
        mine = [(s, t) for s, t in zip(recipe.corpora, texts, strict=True) if s.languages == languages]
        path = out_dir / f"lexicon.{'-'.join(languages)}.tsv"
        if not path.exists():
            _write_pairs(path, learn_lexicon([pair for _, pairs in mine for pair in pairs]))
        words = list(read_pairs(CorpusSpec((path.name,), languages), out_dir, ReadingReport()))
        log.info("%s: %d pairs of words", path.name, len(words))
        for direction in dict.fromkeys(d for spec, _ in mine for d in spec.directions):
            source, target = split_direction(direction)
            oriented = words if source == languages[0] else [(b, a) for a, b in words]
            passes, plain = recipe.training.lexicon_passes, VariantShares()
            pools.append(
                build_pool(f"lexicon {direction}", oriented, target, passes, subwords, plain, recipe.seed)
            )
    return pools


def _write_pairs(path: Path, pairs: list[Pair]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")
    partial.replace(path)


def training_pairs(recipe: Recipe, data_dir: Path, most: int) -> dict[str, list[Pair]]:
    """Direction -> cleaned pairs, source first: evenly from all its corpora, at most ``most`` of them.

    Every fourth comes once more as people type it, see `corpora.variants`.
    """
    found: dict[str, list[Pair]] = {}
    for spec, pairs in clean_texts(recipe, data_dir):
        for direction in spec.directions:
            first = split_direction(direction)[0] == spec.languages[0]
            oriented = pairs if first else [(b, a) for a, b in pairs]
            typed = [variant for pair in oriented[::4] if all(variant := casual(pair))]
            found.setdefault(direction, []).extend([*oriented, *typed])
    return {direction: pairs[:: -(-len(pairs) // most) or 1] for direction, pairs in found.items()}


def clean_texts(recipe: Recipe, data_dir: Path) -> Iterator[tuple[CorpusSpec, list[Pair]]]:
    """Each corpus with its cleaned pairs."""
    held_out = _held_out_keys(recipe, data_dir)
    for spec in recipe.corpora:
        yield spec, _read_clean(spec, recipe, data_dir, held_out)


def sample_training_sources(recipe: Recipe, data_dir: Path, count: int = 300) -> list[tuple[str, str]]:
    """(target language, source text) from all over the training data, equally many of every direction."""
    each = count // len(recipe.directions)
    found: dict[str, list[str]] = {}
    for spec in recipe.corpora:
        pairs = list(read_pairs(spec, data_dir, ReadingReport()))
        for direction in spec.directions:
            source = spec.languages.index(split_direction(direction)[0])
            found.setdefault(direction, []).extend(
                pair[source] for pair in pairs[:: max(1, len(pairs) // each)]
            )
    return [(split_direction(d)[1], text) for d, texts in found.items() for text in texts[:each]]


def dev_sets(recipe: Recipe, data_dir: Path, sentences: int | None = None) -> list[DevSet]:
    """The first sentences of every dev corpus, one set for each of its directions.

    Without ``sentences``, as many as the recipe evaluates on while training.
    """
    count = sentences or recipe.training.eval_sentences
    sets = []
    for spec in recipe.dev:
        pairs = list(itertools.islice(read_pairs(spec, data_dir, ReadingReport()), count))
        for direction in spec.directions:
            first = split_direction(direction)[0] == spec.languages[0]
            sides = ([a for a, _ in pairs], [b for _, b in pairs])
            sets.append(DevSet(direction, sides[0 if first else 1], sides[1 if first else 0]))
    return sets
