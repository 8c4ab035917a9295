"""Translate test sets with a bundle and score the output with sacreBLEU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sacrebleu import BLEU, CHRF

from traverba import DecodeOptions, Translator
from traverba.bundle import Score
from traverba_export.quality.test_sets import TestSet
from traverba_export.recipe import split_direction


@dataclass(frozen=True)
class Scored:
    """What one test set made of one setting."""

    test_set: TestSet
    settings: str
    bleu: Score
    chrf: Score
    hypotheses: list[str]


def evaluate_bundle(
    translator: Translator, test_sets: Sequence[TestSet], beam_sizes: Sequence[int]
) -> Iterator[Scored]:
    """Score every test set with every beam size, one result at a time as it is ready."""
    for test_set in test_sets:
        source, target = split_direction(test_set.direction)
        for beam_size in beam_sizes:
            options = DecodeOptions(beam_size=beam_size)
            answers = translator.translate(test_set.sources, source=source, target=target, options=options)
            search = "greedy" if beam_size == 1 else f"beam {beam_size}"
            settings = f"{search}, {translator.info.precision}"
            yield _score(test_set, [a.text for a in answers], settings)


def _score(test_set: TestSet, hypotheses: list[str], settings: str) -> Scored:
    source, target = split_direction(test_set.direction)
    scores = []
    for name, metric in (("BLEU", BLEU()), ("chrF", CHRF())):
        value = round(metric.corpus_score(hypotheses, [test_set.references]).score, 2)
        signature = str(metric.get_signature())
        scores.append(Score(source, target, test_set.name, name, value, signature, settings))
    return Scored(test_set, settings, scores[0], scores[1], hypotheses)


def markdown_table(results: Sequence[Scored]) -> str:
    """The scores as a Markdown table, with the metrics' signatures below."""
    lines = ["| direction | test set | search | BLEU | chrF |", "|---|---|---|---|---|"]
    for r in results:
        cells = (
            r.test_set.direction,
            r.test_set.name,
            r.settings,
            f"{r.bleu.value:.1f}",
            f"{r.chrf.value:.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    signatures = dict.fromkeys(s.signature for r in results for s in (r.bleu, r.chrf))
    return "\n".join([*lines, "", *(f"`{signature}`" for signature in signatures), ""])
