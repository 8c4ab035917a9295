"""GNMT at full size, 8 + 8 layers of 1,024: made, compared with PyTorch, quantised, timed.

    python -m benchmarks.full_size --page docs/full-size.md

Random weights: how long a model takes depends on its shape. Every step of the making is a process of its own.
The times are those of one thread, 20 source and 20 target tokens, systems in turns; see README.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch

from benchmarks import machines
from benchmarks.full_size_page import page_blocks
from benchmarks.making import Made, make
from benchmarks.measuring import CLOCKS, Rounds, Spread, take_turns, times_faster
from benchmarks.own_process import peak_mb
from benchmarks.reporting import RESULTS, Figure, Report
from benchmarks.subjects import WEIGHTS, Subject, find_subject, scratch_folder
from benchmarks.systems import System, Workload
from benchmarks.systems.pytorch import PyTorch
from benchmarks.systems.traverba_graphs import language_token, load_variants, special_ids
from traverba_export.ladder.page import fill_page

EAGER = "PyTorch eager"
GREEDY, BEAM, MANY = WORKLOADS = (
    Workload("greedy, batch 1", batch=1, beam_size=1),
    Workload("beam 5, batch 1", batch=1, beam_size=5),
    Workload("greedy, batch 32", batch=32, beam_size=1),
)


def making_figures(made: Made) -> Iterator[Figure]:
    """One figure for each thing that was measured once."""

    def once(what: str, system: str, value: float, unit: str) -> Figure:
        return Figure(what, system, Spread.of([value]), unit)

    training = made["training step"]["value"]
    yield once("parameters", "all", sum(training["parameters"].values()), "weights")
    yield once("training step, 8 × 20 tokens: CPU time", EAGER, training["seconds"][-1], "s")
    yield once("training: loss of the first step", EAGER, training["losses"][0], "nats a token")
    yield once("training: loss of the second step", EAGER, training["losses"][1], "nats a token")
    for step in ("training step", "weights", "export"):
        yield once(f"{step}: CPU time of the process", "making", made[step]["cpu_s"], "s")
        yield once(f"{step}: peak memory of the process", "making", made[step]["peak_mb"], "MB")
    parity, agreed = (made["export"]["value"][name] for name in ("parity", "agreement"))
    for tensor, difference in parity["largest_difference"].items():
        yield once(f"largest difference to PyTorch: {tensor}", "traverba fp32", difference, "")
    yield once("sentences with PyTorch's tokens", "traverba fp32", parity["sentences"], "")
    yield once(
        "same choice as fp32 after the same tokens", "traverba int8", 100 * agreed["same_choices"], "%"
    )
    yield once("mean difference of a log-probability", "traverba int8", agreed["mean_difference"], "")
    yield once("size on disk", EAGER, made["weights"]["value"]["size_mb"], "MB")
    for precision, size_mb in made["sizes_mb"].items():
        yield once("size on disk", f"traverba {precision}", size_mb, "MB")
    for system in ("traverba int8", "traverba fp32", "PyTorch"):
        yield once("load", system.replace("PyTorch", EAGER), made[system]["value"]["load_s"], "s")
        yield once("peak memory", system.replace("PyTorch", EAGER), made[system]["peak_mb"], "MB")


def make_systems(subject: Subject) -> list[System]:
    """What a user gets by default first, the same on the whole vocabulary, and PyTorch."""
    special = special_ids(subject.manifest)
    int8, fp32 = load_variants(subject.bundle, threads=1, precisions=["int8", "fp32"])
    torch_eager = PyTorch(EAGER, subject.model, special.bos, special.eos, special.never)
    return [int8, int8.whole(), fp32.whole(), torch_eager]


def check(systems: Sequence[System], subject: Subject) -> int:
    """Sentences of a small batch for which fp32 gives PyTorch's tokens: all, or the comparison is none."""
    workload = Workload("check", batch=3, beam_size=1, target_length=8)
    sources = workload.sources(subject.manifest.vocab_size, language_token(subject.manifest))
    exact, reference = (s.translate(sources, workload.target_length, 1) for s in systems[-2:])
    if exact != reference:
        raise SystemExit(f"{systems[-2].name} and {EAGER} give different tokens")
    return len(sources)


def measure(systems: Sequence[System], subject: Subject, settings: argparse.Namespace) -> dict[str, Rounds]:
    """Workload -> milliseconds of one call of each system in each round."""
    measured = {}
    for workload in WORKLOADS:
        sources = workload.sources(subject.manifest.vocab_size, language_token(subject.manifest))
        tasks = {
            s.name: partial(s.translate, sources, workload.target_length, workload.beam_size) for s in systems
        }
        measured[workload.name] = take_turns(tasks, settings.rounds, settings.turn_ms, CLOCKS["cpu"])
    return measured


def latency_figures(measured: Mapping[str, Rounds]) -> Iterator[Figure]:
    for workload in WORKLOADS:
        rounds = measured[workload.name]
        for name, times in rounds.items():
            yield Figure(workload.name, name, Spread.of(times), "ms")
        tokens = 1e3 * workload.batch * workload.target_length
        for name, times in rounds.items():
            yield Figure(f"{workload.name}: speed", name, Spread.of([tokens / ms for ms in times]), "tok/s")
        for name, times in rounds.items():
            if name != EAGER:
                faster = times_faster(rounds[EAGER], times)
                yield Figure(f"{workload.name}: times faster than {EAGER}", name, faster, "times")


def run(arguments: argparse.Namespace, folder: Path, cpus: tuple[int, ...] = ()) -> Report:
    """Make what is not there yet, then time it, on one thread."""
    torch.set_num_threads(1)
    made = make(arguments.model, folder)
    subject = find_subject(str(folder / arguments.model), folder / WEIGHTS, folder)
    systems = make_systems(subject)
    compared = check(systems, subject)
    measured = measure(systems, subject, arguments)
    together = Figure("peak memory of all systems together", "timing", Spread.of([peak_mb()]), "MB")
    settings = {"rounds": arguments.rounds, "turn_ms": arguments.turn_ms, "clock": "cpu"}
    return Report(
        benchmark="full_size",
        subject=arguments.model,
        command=f"python -m benchmarks.full_size --model {arguments.model} --rounds {arguments.rounds}",
        machine=machines.describe(threads=1, pinned_to=cpus),
        settings={**settings, "source_tokens": 20, "target_tokens": 20, "sentences_compared": compared},
        figures=[*making_figures(made), *latency_figures(measured), together],
        rounds={"making": made, **measured},
    )


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="gnmt", help="a preset")
    parser.add_argument("--folder", type=Path, help="where the model is kept, and taken from the next time")
    parser.add_argument("--make-only", action="store_true", help="make the model in --folder, time nothing")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--turn-ms", type=float, default=0, help="how long a turn is; one call at least")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, help="a page whose marked tables are renewed")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse(argv)
    with scratch_folder() as scratch, machines.pinned(1) as cpus:
        folder = arguments.folder or Path(scratch)
        if arguments.make_only:
            make(arguments.model, folder)
            return
        report = run(arguments, folder, cpus)
    print(report.show())
    report.write(arguments.results)
    if arguments.page:
        fill_page(arguments.page, page_blocks(report, [w.name for w in WORKLOADS]), mark="full-size")


if __name__ == "__main__":
    main()
