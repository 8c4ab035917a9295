"""What a sentence costs on every rung: one interleaved run, so that a busy moment meets all of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from traverba import DecodeOptions, Translator, load_translator
from traverba_export.ladder.quality import BEAMS
from traverba_export.quality.evaluation import AS_LINES

SENTENCES = 40
ROUNDS = 7


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds a sentence on one thread, one sentence at a time: median of the rounds, and range."""

    median_ms: float
    lowest_ms: float
    highest_ms: float


def measure_speed(
    bundles: Mapping[str, Path], sources: Sequence[str], target: str, rounds: int = ROUNDS
) -> dict[str, dict[str, Cost]]:
    """Rung -> kind of search -> cost, on sentences from all over ``sources``."""
    texts = sources[:: max(1, len(sources) // SENTENCES)][:SENTENCES]
    taken: dict[tuple[str, str], list[float]] = {}
    with ExitStack() as stack:
        translators = {
            name: stack.enter_context(load_translator(bundle, threads=1)) for name, bundle in bundles.items()
        }
        for number in range(rounds + 1):
            for name, translator in translators.items():
                for search, beam in BEAMS.items():
                    spent = _milliseconds(translator, texts, target, beam)
                    if number:  # the first round warms up
                        taken.setdefault((name, search), []).append(spent)
    return {name: {search: _cost(taken[name, search]) for search in BEAMS} for name in bundles}


def _milliseconds(translator: Translator, texts: Sequence[str], target: str, beam: int) -> float:
    """A sentence, on average; CPU time, so that other programs do not count."""
    options = DecodeOptions(beam_size=beam)
    start = time.process_time()
    for text in texts:
        translator.translate(text, target=target, options=options, text_options=AS_LINES)
    return 1e3 * (time.process_time() - start) / len(texts)


def _cost(values: Sequence[float]) -> Cost:
    return Cost(*(round(float(v), 3) for v in (np.median(values), min(values), max(values))))
