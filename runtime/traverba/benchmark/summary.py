"""From raw figures to the report. Pure: nothing is run or read here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from traverba.benchmark.agreement import agree
from traverba.benchmark.figures import (
    ColdStart,
    Failed,
    Footprint,
    Machine,
    Measured,
    Pace,
    Report,
    Workload,
)
from traverba.benchmark.plan import Plan
from traverba.benchmark.statistics import compare, coverage, percentiles, spread
from traverba.benchmark.subject import Pass
from traverba.benchmark.trial import Trial
from traverba.graphs import choose_precision


def summarise(plan: Plan, model: str, trials: Sequence[Trial], baseline: Trial, machine: Machine) -> Report:
    """Everything about the trials that ran, and why the others did not."""
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=model,
        source=plan.material.source,
        target=plan.material.target,
        sentences=len(plan.material.texts),
        rounds=plan.rounds,
        coverage=coverage(plan.rounds),
        machine=machine,
        baseline=baseline.configuration,
        measured=tuple(_measured(plan, t, baseline) for t in trials if t.failure is None),
        failed=tuple(Failed(t.configuration, t.failure) for t in trials if t.failure is not None),
    )


def _measured(plan: Plan, trial: Trial, baseline: Trial) -> Measured:
    assert trial.usage is not None
    configuration = trial.configuration
    return Measured(
        configuration=configuration,
        preferred=choose_precision(configuration.provider, plan.precisions) == configuration.precision,
        nodes=trial.starts[-1].ready.nodes,
        cold_start=_cold_start(trial),
        footprint=Footprint(trial.usage.resident_bytes, trial.usage.peak_bytes, trial.usage.idle_cpu_percent),
        agreement=agree(plan.material.texts, baseline.outputs, trial.outputs, baseline.scores, trial.scores),
        paces=tuple(
            pace(workload, trial.passes[workload], baseline.passes[workload], trial is baseline)
            for workload in plan.workloads
        ),
    )


def _cold_start(trial: Trial) -> ColdStart:
    return ColdStart(
        total_ms=spread([start.total_ms for start in trial.starts]),
        import_ms=spread([start.ready.import_ms for start in trial.starts]),
        load_ms=spread([start.ready.load_ms for start in trial.starts]),
        first_ms=spread([start.ready.first_ms for start in trial.starts]),
    )


def pace(
    workload: Workload, passes: Sequence[Pass], baseline_passes: Sequence[Pass], is_baseline: bool
) -> Pace:
    """One configuration at one workload, from its rounds and the baseline's."""
    sentence_ms = [_sentence_ms(p) for p in passes]
    inside = sum(sum(p.encode_ms) + sum(p.step_ms) for p in passes)
    return Pace(
        workload=workload,
        encode_ms=percentiles([ms for p in passes for ms in p.encode_ms]),
        step_ms=percentiles([ms for p in passes for ms in p.step_ms]),
        call_ms=percentiles([ms for p in passes for ms in p.call_ms]),
        sentence_ms=spread(sentence_ms),
        tokens_per_second=spread([1000 * p.tokens / sum(p.call_ms) for p in passes]),
        outside_percent=100 * (1 - inside / sum(sum(p.call_ms) for p in passes)),
        speedup=compare(sentence_ms, [_sentence_ms(p) for p in baseline_passes], is_baseline=is_baseline),
    )


def _sentence_ms(turn: Pass) -> float:
    return sum(turn.call_ms) / turn.sentences
