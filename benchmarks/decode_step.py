"""The decoder step alone: against the floor, over a long sentence, and the loop around it.

    python -m benchmarks.decode_step --model gnmt-512

Milliseconds of one step (p50 and p95) at several numbers of rows; the cost of step 500 against that of
step 1, search included; the share of a greedy translation's time outside onnxruntime's ``run``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks import machines
from benchmarks.floors import StepCost, multiplying, reading, step_floor_ms
from benchmarks.measuring import Rounds, Spread, Task, quantile, turn_ms
from benchmarks.plotting import bars, lines
from benchmarks.reporting import RESULTS, Figure, Report, Target, about
from benchmarks.stopwatch import StepClock, share_outside
from benchmarks.subjects import find_subject, scratch_folder
from benchmarks.systems import Workload
from benchmarks.systems.traverba_graphs import (
    Traverba,
    both_ways,
    forced_length,
    language_token,
    load_variants,
)
from traverba.decoding import decode
from traverba.decoding.batching import pad

SHAPES = (
    Workload("1 row", batch=1, beam_size=1),
    Workload("5 rows (beam 5)", batch=1, beam_size=5),
    Workload("8 rows", batch=8, beam_size=1),
    Workload("32 rows", batch=32, beam_size=1),
    Workload("64 rows", batch=64, beam_size=1),
)
ONE_ROW = SHAPES[0]
READING, MULTIPLYING = "floor: reading", "floor: multiplying"
LONGEST = 500
ENDS = 50
"""Steps at either end of a long sentence that are compared."""

STEP_TARGET = Target("at most", 1.5)
FLATNESS_TARGET = Target("at most", 1.1)
OUTSIDE_TARGET = Target("at most", 10)

Costs = Mapping[str, StepCost]
"""System -> what its step cannot avoid; a shortlist's is less."""


def step_times(system: Traverba, shape: Workload, steps: int, language: int) -> list[float]:
    """Milliseconds of each of some steps, after a few that warm the caches; no search around them."""
    model = system.model
    sources = shape.sources(model.vocab_size, language)
    memory, state = model.encode(*pad(sources, system.special.pad))
    if system.narrow and model.shortlist is not None:
        lists = model.shortlist.lists(sources, system.special.never)
        memory = model.narrow(memory, lists, shape.beam_size)
    parents = np.repeat(np.arange(shape.batch), shape.beam_size)
    prev_ids = np.full(shape.rows, system.special.bos)
    top_k = shape.beam_size + 1
    times = []
    for _ in range(steps + 5):
        start = time.process_time()
        output = model.step(prev_ids, parents, state, memory, top_k)
        times.append((time.process_time() - start) * 1e3)
        state, prev_ids, parents = output.state, output.top_ids[:, 0], np.arange(shape.rows)
    return times[5:]


def measure_steps(
    systems: Sequence[Traverba], costs: Costs, rounds: int, steps: int, language: int
) -> tuple[dict[str, Rounds], dict[str, Rounds], Rounds]:
    """Shape -> system -> p50 of each round; the same for p95; and both floors, in turns with the systems."""
    p50: dict[str, Rounds] = {shape.name: {s.name: [] for s in systems} for shape in SHAPES}
    p95: dict[str, Rounds] = {shape.name: {s.name: [] for s in systems} for shape in SHAPES}
    tasks: dict[str, Task] = {}
    for system in systems:
        tasks[f"{READING} {system.name}"] = reading(costs[system.name].size_bytes(system.precision))
        tasks[f"{MULTIPLYING} {system.name}"] = multiplying(system.precision)
    floors: Rounds = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            floors[name].append(statistics.median(turn_ms(task, budget_ms=30)))
        for shape in SHAPES:
            for system in systems:
                times = step_times(system, shape, steps, language)
                p50[shape.name][system.name].append(statistics.median(times))
                p95[shape.name][system.name].append(quantile(times, 0.95))
    return p50, p95, floors


def step_figures(
    systems: Sequence[Traverba],
    costs: Costs,
    p50: Mapping[str, Rounds],
    p95: Mapping[str, Rounds],
    floors: Rounds,
) -> Iterator[Figure]:
    for shape in SHAPES:
        for system in systems:
            name, times = system.name, p50[shape.name][system.name]
            yield Figure(f"step, {shape.name}, p50", name, Spread.of(times), "ms")
            yield Figure(f"step, {shape.name}, p95", name, Spread.of(p95[shape.name][name]), "ms")
            floor = step_floor_ms(
                costs[name], shape.rows, floors[f"{READING} {name}"], floors[f"{MULTIPLYING} {name}"]
            )
            yield Figure(
                f"step, {shape.name}, p50", name.replace("traverba", "floor"), Spread.of(floor), "ms"
            )
            ratios = [ms / least for ms, least in zip(times, floor, strict=True)]
            judged = shape is ONE_ROW and system is systems[0]
            yield Figure(
                f"step, {shape.name}: times the floor",
                name,
                Spread.of(ratios),
                "times",
                STEP_TARGET if judged else None,
            )


def long_sentence(system: Traverba, beam_size: int, length: int, language: int) -> list[float]:
    """Milliseconds from step to step of one sentence forced to ``length`` tokens."""
    clock = StepClock(system.model)
    source = ONE_ROW.sources(system.model.vocab_size, language)
    decode(clock, source, forced_length(length, beam_size, system.special.eos), system.special)
    return clock.costs_ms()


def growth(costs: Sequence[float], ends: int = ENDS) -> float:
    """The cost of the last steps over that of the first, the very first left out."""
    return statistics.median(costs[-ends:]) / statistics.median(costs[1 : 1 + ends])


def flatness_figures(costs: Mapping[str, Sequence[Sequence[float]]], system: str) -> Iterator[Figure]:
    for search, sentences in costs.items():
        ratios = Spread.of([growth(sentence) for sentence in sentences])
        what = f"{search}: cost of steps {LONGEST - ENDS}–{LONGEST} over steps 2–{ENDS + 1}"
        yield Figure(what, system, ratios, "times", FLATNESS_TARGET)


def outside_figures(systems: Sequence[Traverba], rounds: int, language: int) -> Iterator[Figure]:
    for system in systems:
        sources = ONE_ROW.sources(system.model.vocab_size, language)
        system.translate(sources, ONE_ROW.target_length, 1)
        shares = [
            100 * share_outside(lambda: system.translate(sources, ONE_ROW.target_length, 1))  # noqa: B023
            for _ in range(4 * rounds)
        ]
        target = OUTSIDE_TARGET if system is systems[0] else None
        yield Figure("greedy, batch 1: time outside session.run", system.name, Spread.of(shares), "%", target)


def run(arguments: argparse.Namespace, scratch: Path, cpus: tuple[int, ...]) -> Report:
    subject = find_subject(arguments.model, None, scratch)
    language = language_token(subject.manifest)
    systems = both_ways(load_variants(subject.bundle, threads=1))
    costs = {s.name: StepCost.of(subject.model.config, s.output_size(ONE_ROW.source_length)) for s in systems}
    p50, p95, floors = measure_steps(systems, costs, arguments.rounds, arguments.steps, language)
    sentences = {
        name: [
            long_sentence(systems[0], beam, LONGEST, language) for _ in range(max(1, arguments.rounds // 3))
        ]
        for name, beam in (("greedy", 1), ("beam 5", 5))
    }
    return Report(
        benchmark="decode_step",
        subject=subject.name,
        command=machines.command("benchmarks.decode_step"),
        machine=machines.describe(1, cpus),
        settings={
            "rounds": arguments.rounds,
            "steps": arguments.steps,
            "step_weights": {name: cost.weights for name, cost in costs.items()},
        },
        figures=[
            *step_figures(systems, costs, p50, p95, floors),
            *flatness_figures(sentences, systems[0].name),
            *outside_figures(systems, arguments.rounds, language),
        ],
        rounds={"p50": p50, "p95": p95, "floors": floors, "long_sentence": sentences},
    )


def plot(report: Report, path: Path) -> None:
    """Steps beside the floors, and the long sentence."""
    panels: dict[str, dict[str, Spread]] = {}
    for shape in SHAPES:
        values = {f.system: f.value for f in report.figures if f.what == f"step, {shape.name}, p50"}
        panels[shape.name] = values
    note = about(report.machine)
    bars(path, f"{report.subject}: one decoder step, one thread", "ms (less is better)", panels, note)
    series = {name: sentences[0] for name, sentences in report.rounds["long_sentence"].items()}
    beside = path.with_name(f"{path.stem}-long{path.suffix}")
    lines(
        beside,
        f"{report.subject}: cost from step 1 to {LONGEST}",
        ("step", "ms, search included"),
        series,
        note,
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="everyday", help="a bundled model, a bundle's path, or a preset")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=100, help="steps timed in one turn")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    with scratch_folder() as scratch, machines.pinned(1) as cpus:
        torch.set_num_threads(1)
        report = run(arguments, Path(scratch), cpus)
    print(report.show())
    plot(report, report.write(arguments.results).with_suffix(".png"))


if __name__ == "__main__":
    main()
