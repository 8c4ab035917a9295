"""The model card: what a manifest says, in Markdown for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from traverba.bundle import Manifest, Score, TrainingData, UntrainedPair
from traverba_export.quality.peers import FLORES_BLEU, NEAREST_TEST_SET, PEERS
from traverba_export.recipe import Recipe, Synthetic


def model_card(manifest: Manifest) -> str:
    """What the model is, what it learnt from, how good it is, what it is not for."""
    directions = ", ".join(f"{d.source} → {d.target}" for d in manifest.directions)
    parts = [
        f"# {manifest.name} {manifest.version}",
        f"An offline translation model for traverba, made {manifest.created}. Directions: {directions}.",
        "## Model",
        _architecture(manifest),
        "## Training data",
        _table(
            ("corpus", "licence", "attribution"),
            [(d.name, d.licence, d.attribution) for d in manifest.training_data],
        ),
        "## Scores",
        _scores(manifest.scores),
        *_section("## The far mark", _far_mark(manifest.scores)),
        *_section("## Pairs that were not trained", untrained_table(manifest.untrained)),
        *_section("## What int8 costs", _int8_costs(manifest.scores)),
        *_section("## What the vocabulary shortlist costs", _shortlist(manifest)),
        "## Limits",
        "It translates sentence by sentence and knows what its training data held: expect mistakes on names, "
        "rare words and subjects far from it, and read translations that matter.",
    ]
    return "\n\n".join(parts) + "\n"


def training_data(recipe: Recipe) -> tuple[TrainingData, ...]:
    """Every text that a model learns from, with whom it is owed to; a teacher's has its sources' licences."""
    corpora = [TrainingData(c.paths[0], c.licence, c.attribution) for c in recipe.corpora]
    return (*corpora, *(_written(each, corpora) for each in recipe.synthetic))


def _written(by: Synthetic, corpora: Iterable[TrainingData]) -> TrainingData:
    sources = [corpus for corpus in corpora if corpus.name in by.corpora]
    licences = ", ".join(dict.fromkeys(corpus.licence for corpus in sources))
    owed_to = "; ".join(dict.fromkeys(corpus.attribution for corpus in sources))
    teacher = PurePath(by.by).stem or "a larger model of these texts"
    return TrainingData(by.path, licences, f"{owed_to}; one side translated by {teacher}")


def _architecture(manifest: Manifest) -> str:
    variants = ", ".join(f"{v.precision} (stored as {v.storage})" for v in manifest.variants)
    own = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in manifest.decoding.items())
    search = f" Its search, chosen on dev: {own}." if own else ""
    return (
        f"{_kind(manifest.model)}, {manifest.vocab_size} byte-level subwords. Arithmetic: {variants}.{search}"
    )


def _kind(model: dict[str, Any]) -> str:
    """A bundle from before there were several kinds does not say which: it generates."""
    decoder = model.get("decoder", "recurrent")
    if decoder == "dictionary":
        return f"A dictionary that goes word by word, with up to {model['candidates']} translations of each"
    layers = f"{str(model['cell']).upper()} layers of {model['hidden_size']}"
    if decoder == "aligned":
        return f"A recurrent network that says one word for each word: {model['encoder_layers']} {layers}"
    stacks = f"{model['encoder_layers']} + {model['decoder_layers']} {layers}"
    if model["attention"] == "none":
        return f"A recurrent encoder–decoder without attention: {stacks}"
    own = model.get("own_decoders")
    decoders = f", a decoder for each target language ({', '.join(own)})" if own else ""
    words = ", and a way for words past them all (Nguyen & Chiang 2018)" if model.get("lexical") else ""
    return (
        f"A recurrent encoder–decoder with attention (Wu et al. 2016): {stacks}, "
        f"{model['attention']} attention{decoders}{words}"
    )


def _section(title: str, text: str) -> tuple[str, ...]:
    return (title, text) if text else ()


def _far_mark(scores: Sequence[Score]) -> str:
    """Our best search on the nearest test set, beside what peers publish on theirs."""
    best: dict[str, float] = {}
    for s in scores:
        direction = f"{s.source}-{s.target}"
        if s.metric == "BLEU" and s.test_set == NEAREST_TEST_SET and direction in FLORES_BLEU:
            best[direction] = max(s.value, best.get(direction, 0.0))
    rows = [
        (direction.replace("-", " → "), f"{value:.1f}", *map(str, FLORES_BLEU[direction]))
        for direction, value in best.items()
    ]
    explained = (
        f"BLEU on news: this model on {NEAREST_TEST_SET}, offline translators of tens of millions of "
        "sentence pairs on FLORES, as published. The sets differ: the columns say how far, not by how much."
    )
    header = ("direction", f"this model, {NEAREST_TEST_SET}", *(f"{peer}, FLORES" for peer in PEERS))
    return f"{explained}\n\n{_table(header, rows)}" if rows else ""


def _int8_costs(scores: Sequence[Score]) -> str:
    """For every test that was made in both precisions with the same search: fp32, int8, the difference."""
    found: dict[tuple[str, str, str, str], dict[str, float]] = {}
    for score in scores:
        search, _, precision = (score.settings or "").rpartition(", ")
        direction = f"{score.source} → {score.target}"
        found.setdefault((direction, score.test_set, score.metric, search), {})[precision] = score.value
    rows = [
        (*test, f"{values['fp32']:.2f}", f"{values['int8']:.2f}", f"{values['int8'] - values['fp32']:+.2f}")
        for test, values in found.items()
        if {"fp32", "int8"} <= values.keys()
    ]
    header = ("direction", "test set", "metric", "search", "fp32", "int8", "difference")
    return _table(header, rows) if rows else ""


def _shortlist(manifest: Manifest) -> str:
    """What was measured on dev, and whether the list is the default."""
    report = manifest.shortlist
    if report is None:
        return ""
    rows = [
        (direction.replace("-", " → "), f"{100 * share:.1f} %", f"{report.bleu_change[direction]:+.2f}")
        for direction, share in report.coverage.items()
        if direction in report.bleu_change
    ]
    on = "on" if manifest.decoding.get("shortlist", True) else "off"
    table = _table(("direction", "reference tokens on the list", "BLEU with it less without"), rows)
    return f"It is {on} by default. Measured with {report.settings}.\n\n{table}"


def untrained_table(pairs: Sequence[UntrainedPair]) -> str:
    """How each runs, and the figures of both ways that decided it."""
    rows = [
        (
            f"{pair.source} → {pair.target}",
            f"via {pair.via}" if pair.via else "straight",
            f"{scores.straight:.1f}",
            f"{scores.pivoted:.1f}",
            f"{100 * scores.straight_language:.1f} %",
            f"{100 * scores.pivoted_language:.1f} %",
            scores.data,
        )
        for pair in pairs
        if (scores := pair.scores) is not None
    ]
    metric = next((pair.scores.metric for pair in pairs if pair.scores), "")
    figures = (f"{metric} straight", "in two steps", "right language straight", "in two steps")
    return _table(("pair", "runs", *figures, "measured on"), rows) if rows else ""


def _scores(scores: Sequence[Score]) -> str:
    if not scores:
        return "None were measured."
    metrics = list(dict.fromkeys(score.metric for score in scores))
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for s in scores:
        test = (f"{s.source} → {s.target}", s.test_set, s.settings or "")
        found.setdefault(test, {})[s.metric] = f"{s.value:.1f}"
    rows = [(*test, *(values.get(metric, "") for metric in metrics)) for test, values in found.items()]
    signatures = dict.fromkeys((s.metric, s.signature) for s in scores if s.signature)
    return "\n\n".join(
        (
            _table(("direction", "test set", "search", *metrics), rows),
            *(f"{metric}: `{signature}`" for metric, signature in signatures),
        )
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)
