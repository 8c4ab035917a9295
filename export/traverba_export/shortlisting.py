"""The vocabulary shortlist of a bundle: its table from the recipe's corpora, and what it costs on dev."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sacrebleu import BLEU

from traverba import DecodeOptions, Translator, load_translator
from traverba.bundle import Manifest, ShortlistReport, find_bundle, open_bundle
from traverba.bundle.manifest import SHORTLIST_FILE, TOKENIZER_FILE
from traverba.decoding import Shortlist
from traverba.shortlist_file import read_shortlist
from traverba_export.alignment.shortlist import Pairs, coverage, learn_shortlist
from traverba_export.bundling import update_manifest
from traverba_export.recipe import Recipe, RecipeError, split_direction
from traverba_export.subwords import BOS, EOS, PAD, Subwords
from traverba_export.training.preparation import DevSet, training_pairs

MOST_PAIRS = 100_000
"""Pairs aligned for each direction; more of them move the lists little."""
LARGEST_LOSS = 0.1
"""BLEU on dev that a shortlist may cost in any direction and still be a bundle's default. The few of a
thousand sentences that come out otherwise move a direction by some tenths either way; in doubt the
default is the whole vocabulary, which never costs a word."""


def make_shortlist(recipe: Recipe, data_dir: Path, subwords: Subwords) -> Shortlist:
    """Align the training data of every direction and make the table of it."""
    directions: dict[int, list[Pairs]] = {}
    for direction, pairs in training_pairs(recipe, data_dir, MOST_PAIRS).items():
        sources, targets = (subwords.encode_batch([pair[side] for pair in pairs]) for side in (0, 1))
        token = subwords.language_token(split_direction(direction)[1])
        directions.setdefault(token, []).append(list(zip(sources, targets, strict=True)))
    return learn_shortlist(directions, subwords.tokenizer, EOS, unsayable(subwords))


def shortlist_of(name_or_path: str, subwords: Subwords) -> Shortlist:
    """The table of a bundle with the same subwords, learnt from the same text: it takes minutes to learn.

    `RecipeError` if the bundle has none or other subwords, whose numbers would mean other words.
    """
    with open_bundle(find_bundle(name_or_path)) as bundle:
        file = bundle.folder / SHORTLIST_FILE
        if not file.exists():
            raise RecipeError(f"{name_or_path} has no shortlist; leave out --shortlist-of to learn one")
        if (bundle.folder / TOKENIZER_FILE).read_bytes() != subwords.path.read_bytes():
            raise RecipeError(f"{name_or_path} has other subwords; leave out --shortlist-of to learn one")
        return read_shortlist(file, subwords.vocab_size)


def unsayable(subwords: Subwords) -> set[int]:
    """What the runtime lets no translation contain: special tokens and line breaks."""
    pieces = enumerate(map(subwords.tokenizer.piece, range(subwords.vocab_size)))
    breaks = {i for i, piece in pieces if b"\n" in piece or b"\r" in piece}
    return {PAD, BOS, *subwords.target_tokens.values(), *breaks}


def measure_shortlist(
    folder: Path, shortlist: Shortlist, subwords: Subwords, dev_sets: Sequence[DevSet]
) -> ShortlistReport:
    """Translate dev with the bundle's own search with the list and without, and write down the difference.

    If it costs a direction more than `LARGEST_LOSS`, the bundle's default is to do without.
    """
    covered, change = {}, {}
    with load_translator(folder) as translator:
        options = translator.options
        for dev in dev_sets:
            covered[dev.direction] = round(_coverage(shortlist, subwords, dev), 4)
            narrow, whole = (_bleu(translator, dev, replace(options, shortlist=on)) for on in (True, False))
            change[dev.direction] = round(narrow - whole, 2)
        sentences = sum(len(dev.sources) for dev in dev_sets)
        settings = f"beam {options.beam_size}, {translator.info.precision}, {sentences} sentences of dev"
    report = ShortlistReport(covered, change, settings)
    update_manifest(folder, lambda manifest: with_report(manifest, report))
    return report


def with_report(manifest: Manifest, report: ShortlistReport) -> Manifest:
    """The manifest with what was measured, and with the default that follows from it."""
    decoding = dict(manifest.decoding)
    changes = report.bleu_change.values()
    if any(change < -LARGEST_LOSS for change in changes):
        decoding["shortlist"] = False
    return replace(manifest, shortlist=report, decoding=decoding)


def _coverage(shortlist: Shortlist, subwords: Subwords, dev: DevSet) -> float:
    sources, references = (subwords.encode_batch(texts) for texts in (dev.sources, dev.references))
    token = subwords.language_token(split_direction(dev.direction)[1])
    pairs = list(zip(sources, references, strict=True))
    return coverage(shortlist, token, pairs, EOS, unsayable(subwords))


def _bleu(translator: Translator, dev: DevSet, options: DecodeOptions) -> float:
    source, target = split_direction(dev.direction)
    answers = translator.translate(dev.sources, source=source, target=target, options=options)
    return float(BLEU().corpus_score([answer.text for answer in answers], [dev.references]).score)
