"""Ours against what a user would pick instead, and against the hardware's limit.

    python -m benchmarks.compare --model gnmt-512

One thread, 20 source and 20 target tokens: greedy and beam 5 on one sentence, greedy on 64. Systems take
turns, and "times faster" compares times of the same round.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch

from benchmarks import machines
from benchmarks.floors import StepCost, multiplying, reading, step_floor_ms
from benchmarks.measuring import CLOCKS, Rounds, Spread, Task, take_turns, times_faster
from benchmarks.plotting import bars
from benchmarks.reporting import RESULTS, Figure, Report, Target, about
from benchmarks.subjects import Subject, find_subject, scratch_folder
from benchmarks.systems import WORKLOADS, System, Workload
from benchmarks.systems.ctranslate import SHAPES, Shape, build_all
from benchmarks.systems.pytorch import PyTorch
from benchmarks.systems.traverba_graphs import Traverba, both_ways, language_token, load_variants, special_ids

READING, MULTIPLYING = "floor: reading", "floor: multiplying"
FLOOR = "floor of the 20 steps"
TARGETS: Mapping[str, Mapping[str, float]] = {
    "greedy, batch 1": {"PyTorch eager": 10, "CTranslate2 base 6+6": 8, "CTranslate2 tiny 6+2": 2.5},
    "beam 5, batch 1": {"CTranslate2 base 6+6": 6, "CTranslate2 tiny 6+2": 1.5},
    "greedy, batch 64": {"CTranslate2 base 6+6": 4, "CTranslate2 tiny 6+2": 1.3},
}
"""Workload -> system -> how many times faster ours is to be."""


def make_systems(
    subject: Subject, scratch: Path, compiled: bool, shapes: Sequence[Shape] = SHAPES
) -> tuple[list[Traverba], list[System]]:
    """Ours, the one a user gets by default first; and the others."""
    special = special_ids(subject.manifest)
    special_arguments = (special.bos, special.eos, special.never)
    ours = both_ways(load_variants(subject.bundle, threads=1))
    others: list[System] = [PyTorch("PyTorch eager", subject.model, *special_arguments)]
    if compiled:
        others.append(PyTorch("PyTorch compiled", subject.model, *special_arguments, compiled=True))
    return ours, [*others, *build_all(scratch, 1, shapes)]


def check_outputs(ours: Sequence[Traverba], others: Sequence[System], subject: Subject) -> dict[str, object]:
    """Stop if a system does other work than it should; say how often precisions agree.

    fp32 must give PyTorch's tokens on the same weights, if it chooses among all of them, and a
    sentence the same tokens alone and in a batch. int8 rounds, so it is only counted how many
    sentences come out the same.
    """
    workload = Workload("check", batch=8, beam_size=1)
    sources = workload.sources(subject.manifest.vocab_size, language_token(subject.manifest))
    outputs = {s.name: s.translate(sources, workload.target_length, 1) for s in (*ours, *others)}
    for name, rows in outputs.items():
        if {len(row) for row in rows} != {workload.target_length}:
            raise SystemExit(f"{name} did not produce {workload.target_length} tokens for every sentence")
    for system in ours:
        alone = [system.translate([source], workload.target_length, 1)[0] for source in sources]
        if alone != outputs[system.name]:
            raise SystemExit(f"{system.name} translates a sentence differently alone and in a batch")
    reference = outputs["PyTorch eager"]
    for system in ours:
        exact = system.precision == "fp32" and not system.narrow
        if subject.same_weights and exact and outputs[system.name] != reference:
            raise SystemExit(f"{system.name} and PyTorch give different tokens")
    return {
        "sentences": len(sources),
        "same_as_pytorch": {
            name: sum(map(lambda a, b: a == b, rows, reference))
            for name, rows in outputs.items()
            if subject.same_weights and not name.startswith("CTranslate2")
        },
    }


def measure(
    systems: Sequence[System],
    workload: Workload,
    subject: Subject,
    cost: StepCost,
    settings: argparse.Namespace,
) -> Rounds:
    """Times of one call of every system and of both floors."""
    sources = workload.sources(subject.manifest.vocab_size, language_token(subject.manifest))
    tasks: dict[str, Task] = {
        s.name: partial(s.translate, sources, workload.target_length, workload.beam_size) for s in systems
    }
    tasks |= {READING: reading(cost.size_bytes("int8")), MULTIPLYING: multiplying("int8")}
    return take_turns(tasks, settings.rounds, settings.turn_ms, CLOCKS[settings.clock])


def figures(
    workload: Workload, rounds: Rounds, ours: Sequence[str], others: Sequence[str], cost: StepCost
) -> Iterator[Figure]:
    """Times first, then how many times faster each of ours is than each of the others."""
    floor = step_floor_ms(cost, workload.rows, rounds[READING], rounds[MULTIPLYING])
    for name in (*ours, *others):
        yield Figure(workload.name, name, Spread.of(rounds[name]), "ms")
    yield Figure(workload.name, FLOOR, Spread.of([workload.target_length * ms for ms in floor]), "ms")
    for name in ours:
        for other in others:
            limit = TARGETS[workload.name].get(other) if name == ours[0] else None
            yield Figure(
                f"{workload.name}: times faster than {other}",
                name,
                times_faster(rounds[other], rounds[name]),
                "times",
                Target("at least", limit) if limit else None,
            )


def run(
    arguments: argparse.Namespace, scratch: Path, cpus: tuple[int, ...] = (), shapes: Sequence[Shape] = SHAPES
) -> Report:
    """Everything, on one thread."""
    torch.set_num_threads(1)
    subject = find_subject(arguments.model, arguments.weights, scratch)
    ours, others = make_systems(subject, scratch, not arguments.no_compile, shapes)
    cost = StepCost.of(subject.model.config, ours[0].output_size(WORKLOADS[0].source_length))
    agreement = check_outputs(ours, others, subject)
    names = [s.name for s in ours], [s.name for s in others]
    rounds = {w.name: measure([*ours, *others], w, subject, cost, arguments) for w in WORKLOADS}
    return Report(
        benchmark="compare",
        subject=subject.name,
        command=machines.command("benchmarks.compare"),
        machine=machines.describe(threads=1, pinned_to=cpus),
        settings={
            "rounds": arguments.rounds,
            "turn_ms": arguments.turn_ms,
            "clock": arguments.clock,
            "source_tokens": WORKLOADS[0].source_length,
            "target_tokens": WORKLOADS[0].target_length,
            "pytorch_has_the_same_weights": subject.same_weights,
            "step_weights": cost.weights,
            "agreement": agreement,
        },
        figures=[f for w in WORKLOADS for f in figures(w, rounds[w.name], *names, cost)],
        rounds=rounds,
    )


def plot(report: Report, path: Path) -> None:
    panels = {w.name: {f.system: f.value for f in report.figures if f.what == w.name} for w in WORKLOADS}
    title = f"{report.subject}: 20 source and 20 target tokens, one thread"
    bars(path, title, "ms for a call (less is better)", panels, about(report.machine))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="everyday", help="a bundled model, a bundle's path, or a preset")
    parser.add_argument(
        "--weights", type=Path, help="the trainer's final.pt, for PyTorch on the same weights"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--turn-ms", type=float, default=200, help="how long a system's turn in a round is")
    parser.add_argument(
        "--clock", choices=CLOCKS, default="cpu", help="CPU time of the process, or time gone by"
    )
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse(argv)
    with scratch_folder() as scratch, machines.pinned(1) as cpus:
        report = run(arguments, Path(scratch), cpus)
    print(report.show())
    plot(report, report.write(arguments.results).with_suffix(".png"))


if __name__ == "__main__":
    main()
