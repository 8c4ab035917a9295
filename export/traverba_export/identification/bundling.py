"""From trained weights to the folder that the runtime reads."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor

from traverba.bundle.manifest import FileEntry, TrainingData
from traverba.errors import BundleFormatError
from traverba.identification.contract import (
    DESCRIPTION_FILE,
    FORMAT_VERSION,
    GRAPH_FILE,
    NGRAMS_FILE,
    Description,
    Language,
)
from traverba.identification.identifier import Identifier as Exported
from traverba.identification.ngrams import NgramVocabulary
from traverba_export.identification.augmentation import vary
from traverba_export.identification.calibration import calibration_error, fit_temperature
from traverba_export.identification.corpus import Labelled, Split
from traverba_export.identification.graph import build_graph, round_weights
from traverba_export.identification.model import Identifier
from traverba_export.identification.recipe import IdentifierRecipe
from traverba_export.identification.training import FINAL, dev_logits

SAME = 1e-3
"""Probabilities of PyTorch and of the graph may differ by this: both add float32 in their own order."""
COMPARED = 300
"""Dev sentences on which they are compared."""


def export_identifier(
    recipe: IdentifierRecipe, split: Split, vocabulary: NgramVocabulary, run: Path, out: Path
) -> str:
    """Round, calibrate, write, compare; returns one line about the result."""
    model = Identifier(recipe.model, len(vocabulary.keys), len(split.languages))
    model.load_state_dict(torch.load(run / FINAL, weights_only=True))
    round_weights(model)
    scores = _calibrate(recipe, model, split, vocabulary)
    round_weights(model)
    out.mkdir(parents=True, exist_ok=True)
    _replace(out / GRAPH_FILE, build_graph(model).SerializeToString())
    partial = out / f"{NGRAMS_FILE}.partial"
    with partial.open("wb") as file:
        np.save(file, vocabulary.keys)
    partial.replace(out / NGRAMS_FILE)
    description = _describe(recipe, split, vocabulary, out, scores)
    text = json.dumps(asdict(description), indent=1, ensure_ascii=False) + "\n"
    _replace(out / DESCRIPTION_FILE, text.encode())
    largest = compare(model, split, vocabulary, Exported(out))
    if largest > SAME:
        raise BundleFormatError(
            f"the graph's probabilities differ from PyTorch's by {largest:.2g}; see {out}"
        )
    size = sum(path.stat().st_size for path in out.iterdir())
    return f"{out}: {size / 1e6:.2f} MB, {scores}, largest difference from PyTorch {largest:.1e}"


def compare(model: Identifier, split: Split, vocabulary: NgramVocabulary, exported: Exported) -> float:
    """The largest difference of a best probability, over some dev sentences."""
    model.eval()
    differences = []
    for pair in split.dev[:COMPARED]:
        logits, labels = dev_logits(model, [pair], split.languages, vocabulary)
        if len(labels):
            best = float(logits.double().softmax(1).max())
            differences.append(abs(best - exported.detect(pair[1]).probability))
    return max(differences)


def _calibrate(
    recipe: IdentifierRecipe, model: Identifier, split: Split, vocabulary: NgramVocabulary
) -> dict[str, float]:
    """Divide the output layer by the temperature that dev asks for, whole sentences and pieces alike."""
    random = Random(recipe.seed)
    pieces: list[Labelled] = [(code, vary(text, recipe.training, random)) for code, text in split.dev]
    logits, labels = dev_logits(model, pieces, split.languages, vocabulary)
    temperature = fit_temperature(logits, labels)
    with torch.no_grad():
        for parameter in model.output.parameters():
            parameter.div_(temperature)
    whole, whole_labels = dev_logits(model, split.dev, split.languages, vocabulary)
    return {
        "temperature": round(temperature, 4),
        "dev_sentences": len(split.dev),
        "dev_accuracy": _accuracy(whole, whole_labels),
        "dev_calibration_error": round(calibration_error(whole, whole_labels), 4),
        "dev_accuracy_pieces": _accuracy(logits, labels),
        "dev_calibration_error_pieces": round(calibration_error(logits / temperature, labels), 4),
    }


def _accuracy(logits: Tensor, labels: Tensor) -> float:
    return round(float((logits.argmax(1) == labels).double().mean()), 4)


def _describe(
    recipe: IdentifierRecipe,
    split: Split,
    vocabulary: NgramVocabulary,
    out: Path,
    scores: dict[str, float],
) -> Description:
    sentences = Counter(code for code, _ in split.train)
    return Description(
        format_version=FORMAT_VERSION,
        name=recipe.name,
        version="1",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        languages=tuple(_language(code, recipe.tags.get(code)) for code in split.languages),
        ngrams=len(vocabulary.keys),
        files=tuple(_entry(out / name) for name in (GRAPH_FILE, NGRAMS_FILE)),
        training_data=tuple(
            TrainingData(corpus.path, corpus.licence, corpus.attribution) for corpus in recipe.corpora
        ),
        scores={**scores, "train_sentences": sentences.total()},
    )


def _language(code: str, tag: str | None) -> Language:
    """langcodes knows the registry of BCP 47, two-letter codes and English names."""
    from langcodes import Language as Known

    tag = tag or Known.get(code).to_tag()
    return Language(tag, code, Known.get(tag, normalize=False).display_name())


def _entry(path: Path) -> FileEntry:
    content = path.read_bytes()
    return FileEntry(path.name, len(content), hashlib.sha256(content).hexdigest())


def _replace(path: Path, content: bytes) -> None:
    """Written beside and renamed: never half a file under the final name."""
    partial = path.with_suffix(path.suffix + ".partial")
    partial.write_bytes(content)
    partial.replace(path)
