"""Finding the weights, in as many sittings as it takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor, nn

from traverba.identification.ngrams import NgramVocabulary, words_of
from traverba_export.identification.augmentation import vary
from traverba_export.identification.corpus import Labelled, Split
from traverba_export.identification.model import Identifier
from traverba_export.identification.recipe import IdentifierRecipe
from traverba_export.training.checkpoints import save_atomically

logger = logging.getLogger(__name__)

LATEST, FINAL = "latest.pt", "final.pt"
POOL = 20
"""So many batches are drawn together and sorted by length, which leaves little padding."""

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""n-gram ids (n,), n-grams of each word (words,), words of each text (B,), language of each text (B,)."""


def train(recipe: IdentifierRecipe, split: Split, vocabulary: NgramVocabulary, out: Path) -> Identifier:
    """Train to the end, or continue; the final weights lie in ``out`` too."""
    torch.manual_seed(recipe.seed)
    model = Identifier(recipe.model, len(vocabulary.keys), len(split.languages))
    options = recipe.training
    total = options.epochs * -(-len(split.train) // options.batch_size)
    optimiser = torch.optim.Adam(model.parameters(), lr=options.learning_rate, betas=(0.9, 0.99))
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.01, 1 - step / max(1, total)))
    epoch, done = _restore(out / LATEST, model, optimiser, rate)
    began, characters, losses = time.perf_counter(), 0, []
    while epoch < options.epochs:
        random = Random(f"{recipe.seed} {epoch}")
        for number, (batch, size) in enumerate(_epoch(recipe, split, vocabulary, random)):
            if number < done:
                continue
            losses.append(_step(model, optimiser, batch, options.clip_norm))
            rate.step()
            characters += size
            if (number + 1) % options.save_interval == 0:
                _save(out / LATEST, model, optimiser, rate, epoch, number + 1)
                speed = characters / (time.perf_counter() - began)
                recent = np.mean(losses[-options.save_interval :])
                logger.info("epoch %d step %d loss %.3f, %.0f characters/s", epoch, number + 1, recent, speed)
        epoch, done = epoch + 1, 0
        _save(out / LATEST, model, optimiser, rate, epoch, 0)
        logger.info("epoch %d: dev accuracy %.4f", epoch, accuracy(model, split, vocabulary))
    save_atomically(model.state_dict(), out / FINAL)
    return model


def accuracy(model: Identifier, split: Split, vocabulary: NgramVocabulary) -> float:
    """Share of dev sentences that are recognised."""
    logits, labels = dev_logits(model, split.dev, split.languages, vocabulary)
    return float((logits.argmax(1) == labels).float().mean())


@torch.no_grad()
def dev_logits(
    model: Identifier, pairs: Sequence[Labelled], languages: Sequence[str], vocabulary: NgramVocabulary
) -> tuple[Tensor, Tensor]:
    """Logits (n, L) and languages (n,) of those texts that have a known n-gram."""
    was_training = model.training
    model.eval()
    numbers = {code: number for number, code in enumerate(languages)}
    found = [
        (model(*batch[:3]), batch[3])
        for start in range(0, len(pairs), 512)
        if (batch := make_batch(pairs[start : start + 512], numbers, vocabulary)) is not None
    ]
    model.train(was_training)
    if not found:
        return torch.zeros(0, len(languages)), torch.zeros(0, dtype=torch.long)
    return torch.cat([logits for logits, _ in found]), torch.cat([labels for _, labels in found])


def _epoch(
    recipe: IdentifierRecipe, split: Split, vocabulary: NgramVocabulary, random: Random
) -> Iterator[tuple[Batch, int]]:
    """The batches of one epoch, and the characters in each."""
    options = recipe.training
    numbers = {code: number for number, code in enumerate(split.languages)}
    order = list(range(len(split.train)))
    random.shuffle(order)
    size = options.batch_size
    for start in range(0, len(order), POOL * size):
        chosen = [split.train[i] for i in order[start : start + POOL * size]]
        pool = [(code, vary(text, options, random)) for code, text in chosen]
        pool.sort(key=lambda pair: len(pair[1]))
        parts = [pool[i : i + size] for i in range(0, len(pool), size)]
        random.shuffle(parts)
        for part in parts:
            batch = make_batch(part, numbers, vocabulary)
            if batch is not None:
                yield batch, sum(len(text) for _, text in part)


def make_batch(
    pairs: Sequence[Labelled], numbers: dict[str, int], vocabulary: NgramVocabulary
) -> Batch | None:
    """Texts without a known n-gram are left out; None if nothing remains."""
    words, text_of_word = [], []
    for number, (_, text) in enumerate(pairs):
        found = words_of(text)
        words += found
        text_of_word += [number] * len(found)
    if not words:
        return None
    ids, word_of = vocabulary.flat_ids(words)
    known, counts = np.unique(word_of, return_counts=True)
    texts, lengths = np.unique(np.array(text_of_word)[known], return_counts=True)
    if not len(texts):
        return None
    labels = [numbers[pairs[text][0]] for text in texts]
    return (
        torch.from_numpy(ids.astype(np.int64)),
        torch.from_numpy(counts),
        torch.from_numpy(lengths),
        torch.tensor(labels),
    )


def _step(model: Identifier, optimiser: torch.optim.Optimizer, batch: Batch, clip_norm: float) -> float:
    loss = nn.functional.cross_entropy(model(*batch[:3]), batch[3])
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimiser.step()
    return loss.item()


def _save(
    path: Path,
    model: Identifier,
    optimiser: torch.optim.Optimizer,
    rate: torch.optim.lr_scheduler.LambdaLR,
    epoch: int,
    done: int,
) -> None:
    state = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "rate": rate.state_dict(),
        "position": (epoch, done),
        "random": torch.get_rng_state(),
    }
    save_atomically(state, path)


def _restore(
    path: Path,
    model: Identifier,
    optimiser: torch.optim.Optimizer,
    rate: torch.optim.lr_scheduler.LambdaLR,
) -> tuple[int, int]:
    """Epoch and batch to go on with."""
    if not path.exists():
        return 0, 0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    rate.load_state_dict(state["rate"])
    torch.set_rng_state(state["random"])
    epoch, done = state["position"]
    return epoch, done
