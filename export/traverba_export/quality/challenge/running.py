"""Translate the challenge set with a bundle, and count what passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from traverba import DecodeOptions, Translator
from traverba_export.quality.challenge.cases import Case
from traverba_export.quality.challenge.checks import Identify
from traverba_export.recipe import split_direction


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    case: Case
    output: str
    failed: tuple[str, ...]
    """The checks that do not hold; none: passed."""


@dataclass(frozen=True)
class Rate:
    """Cases of one category."""

    passed: int
    tried: int
    skipped: int
    """In directions that the bundle does not have."""

    @property
    def share(self) -> float:
        """Passed among tried, 0 to 1; 1 where nothing was tried."""
        return self.passed / self.tried if self.tried else 1.0


@dataclass(frozen=True)
class ChallengeReport:
    """All outcomes, and the cases that were not tried."""

    outcomes: tuple[Outcome, ...]
    skipped: tuple[Case, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Outcomes with at least one check that does not hold."""
        return tuple(outcome for outcome in self.outcomes if outcome.failed)

    def rates(self) -> dict[str, Rate]:
        """By category, in the set's order; the last one, "all", counts everything."""
        cases = [o.case for o in self.outcomes] + list(self.skipped)
        names = list(dict.fromkeys(case.category for case in cases))
        return {**{name: self._rate(name) for name in names}, "all": self._rate("")}

    def _rate(self, category: str) -> Rate:
        mine = [o for o in self.outcomes if category in ("", o.case.category)]
        skipped = sum(category in ("", case.category) for case in self.skipped)
        return Rate(sum(not o.failed for o in mine), len(mine), skipped)


def run_challenge(
    translator: Translator,
    cases: Sequence[Case],
    directions: Sequence[str] = (),
    identify: Identify | None = None,
    options: DecodeOptions | None = None,
) -> ChallengeReport:
    """Every case in one of ``directions`` (default: the bundle's own); all others are skipped."""
    own = ["-".join(direction) for direction in translator.info.directions]
    wanted = [d for d in own if d in (directions or own)]
    outcomes = []
    for direction in wanted:
        mine = [case for case in cases if case.direction == direction]
        source, target = split_direction(direction)
        answers = translator.translate(
            [case.text for case in mine], source=source, target=target, options=options
        )
        outcomes += [_judge(c, a.text, identify) for c, a in zip(mine, answers, strict=True)]
    order = {case: number for number, case in enumerate(cases)}
    outcomes.sort(key=lambda outcome: order[outcome.case])
    return ChallengeReport(tuple(outcomes), tuple(c for c in cases if c.direction not in wanted))


def _judge(case: Case, output: str, identify: Identify | None) -> Outcome:
    failed = [str(c) for c in case.checks if not c.holds(case.text, output, identify)]
    return Outcome(case, output, tuple(failed))


def challenge_table(report: ChallengeReport) -> str:
    """Pass rates by category as a Markdown table."""
    lines = ["| category | passed | of | rate | skipped |", "|---|---|---|---|---|"]
    for name, rate in report.rates().items():
        shown = f"{100 * rate.share:.0f} %" if rate.tried else "–"
        lines.append(f"| {name} | {rate.passed} | {rate.tried} | {shown} | {rate.skipped} |")
    return "\n".join([*lines, ""])


def failure_list(report: ChallengeReport) -> str:
    """Each failure with its text, its translation and the checks that do not hold."""
    lines = []
    for outcome in report.failures:
        case = outcome.case
        lines.append(f"{case.where} {case.direction}: {case.text!r} -> {outcome.output!r}")
        lines += [f"    {check}" for check in outcome.failed]
    return "\n".join(lines)


def challenge_figures(report: ChallengeReport) -> dict[str, Any]:
    """The report as plain JSON values."""
    return {
        "rates": {name: asdict(rate) for name, rate in report.rates().items()},
        "failures": [
            {
                "where": o.case.where,
                "direction": o.case.direction,
                "text": o.case.text,
                "output": o.output,
                "failed": o.failed,
            }
            for o in report.failures
        ],
    }
