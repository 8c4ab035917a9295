"""The model card: what a manifest says, in Markdown for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from traverba.bundle import Manifest, Score


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
        "## Limits",
        "It translates sentence by sentence and knows what its training data held: expect mistakes on names, "
        "rare words and subjects far from it, and read translations that matter.",
    ]
    return "\n\n".join(parts) + "\n"


def _architecture(manifest: Manifest) -> str:
    model = manifest.model
    variants = ", ".join(f"{v.precision} (stored as {v.storage})" for v in manifest.variants)
    return (
        f"A recurrent encoder–decoder with attention (Wu et al. 2016): {model['encoder_layers']} + "
        f"{model['decoder_layers']} {str(model['cell']).upper()} layers of {model['hidden_size']}, "
        f"{model['attention']} attention, {manifest.vocab_size} byte-level subwords. Arithmetic: {variants}."
    )


def _scores(scores: Sequence[Score]) -> str:
    if not scores:
        return "None were measured."
    rows = [
        (
            f"{s.source} → {s.target}",
            s.test_set,
            s.metric,
            f"{s.value:.1f}",
            s.settings or "",
            s.signature or "",
        )
        for s in scores
    ]
    return _table(("direction", "test set", "metric", "score", "search", "signature"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)
