"""Translate test sets with a bundle and score the output with sacreBLEU."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from traverba import TextOptions, Translator
from traverba.bundle import Score
from traverba_export.quality.challenge.checks import Identify
from traverba_export.quality.language import language_share
from traverba_export.quality.metrics import score_texts
from traverba_export.quality.test_sets import TestSet
from traverba_export.recipe import split_direction

AS_LINES = TextOptions(split="lines", protect=False, match_case=False, fix_spelling=False, look_up=False)
"""A line of a corpus is what models were trained on; what the runtime does around it is left out."""
PIVOT = "en"
"""The language that untrained pairs go through: every corpus has it on one side."""


@dataclass(frozen=True)
class Search:
    """How test sets are translated."""

    beam_size: int
    read_back: float = 0.0
    """Weight, see `traverba.DecodeOptions`."""

    def __str__(self) -> str:
        name = "greedy" if self.beam_size == 1 else f"beam {self.beam_size}"
        return f"{name} read back" if self.read_back else name


def every_search(beam_sizes: Sequence[int], weights: Sequence[float]) -> list[Search]:
    """Every beam with every weight of reading back; greedy search has nothing to choose from."""
    pairs = itertools.product(beam_sizes, weights)
    return list(dict.fromkeys(Search(beam, weight if beam > 1 else 0.0) for beam, weight in pairs))


@dataclass(frozen=True)
class Task:
    """One test set to translate with one setting."""

    test_set: TestSet
    settings: str
    translate: Callable[[], list[str]]
    """Sources to hypotheses, one for each; called when the figures are wanted."""


@dataclass(frozen=True)
class Scored:
    """What one setting made of one test set."""

    test_set: TestSet
    settings: str
    bleu: Score
    chrf: Score
    right_language: float | None = None
    """Share of outputs in the language asked for; None if nobody could tell."""
    reference_language: float | None = None
    """The same of the references: what the identifier's own mistakes leave."""


def bundle_tasks(
    translator: Translator, test_sets: Sequence[TestSet], searches: Sequence[Search]
) -> Iterator[Task]:
    """Every test set with every search."""
    for test_set, search in itertools.product(test_sets, searches):
        yield _task(translator, test_set, search)


def untrained_tasks(
    translator: Translator, test_sets: Sequence[TestSet], searches: Sequence[Search]
) -> Iterator[Task]:
    """Pairs the model was not trained for: straight, which cannot be read back, and by way of `PIVOT`."""
    for test_set, search in itertools.product(test_sets, searches):
        if not search.read_back:
            yield _task(translator, test_set, search, "zero-shot", via="none")
        yield _task(translator, test_set, search, f"via {PIVOT}", via=PIVOT)


def untrained_directions(directions: Sequence[tuple[str, str]]) -> list[str]:
    """Pairs that are no trained direction but can go through `PIVOT`, in order of the directions."""
    into = [source for source, target in directions if target == PIVOT]
    out = [target for source, target in directions if source == PIVOT]
    return [f"{s}-{t}" for s in into for t in out if s != t and (s, t) not in directions]


def _task(
    translator: Translator, test_set: TestSet, search: Search, way: str | None = None, via: str = "auto"
) -> Task:
    source, target = split_direction(test_set.direction)
    settings = ", ".join(filter(None, (str(search), translator.info.precision, way)))

    def translate() -> list[str]:
        options = replace(
            translator.options, beam_size=search.beam_size, read_back=search.read_back, num_hypotheses=1
        )
        answers = translator.translate(
            test_set.sources, source=source, target=target, options=options, via=via
        )
        return [answer.text for answer in answers]

    return Task(test_set, settings, translate)


def perform(task: Task, identify: Identify | None = None) -> Scored:
    """BLEU, chrF and the share in the right language of what comes out of a task."""
    test_set, hypotheses = task.test_set, task.translate()
    source, target = split_direction(test_set.direction)
    scores = score_texts(test_set.direction, hypotheses, test_set.references)
    figures = (("BLEU", scores.bleu, scores.bleu_signature), ("chrF", scores.chrf, scores.chrf_signature))
    bleu, chrf = (
        Score(source, target, test_set.name, metric, round(value, 2), signature, task.settings)
        for metric, value, signature in figures
    )
    sides = (hypotheses, test_set.references)
    shares = [language_share(texts, target, identify) if identify else None for texts in sides]
    return Scored(test_set, task.settings, bleu, chrf, *shares)


def markdown_table(results: Sequence[Scored]) -> str:
    """The scores as a Markdown table, with the metrics' signatures below."""
    lines = [
        "| direction | test set | search | BLEU | chrF | right language (references) |",
        "|---|---|---|---|---|---|",
    ]
    for r in results:
        cells = (
            r.test_set.direction,
            r.test_set.name,
            r.settings,
            f"{r.bleu.value:.1f}",
            f"{r.chrf.value:.1f}",
            _shares(r),
        )
        lines.append(f"| {' | '.join(cells)} |")
    signatures = dict.fromkeys(s.signature for r in results for s in (r.bleu, r.chrf))
    return "\n".join([*lines, "", *(f"`{signature}`" for signature in signatures), ""])


def _shares(result: Scored) -> str:
    if result.right_language is None or result.reference_language is None:
        return "–"
    return f"{100 * result.right_language:.1f} % ({100 * result.reference_language:.1f} %)"
