"""Ours on a GPU: arrays that stay there against arrays that come and go, fp16 against fp32, CUDA graphs.

    python -m benchmarks.gpu --model gnmt-512

20 source and 20 target tokens; batches of 1 to 512 sentences, greedy and beam 5. Systems take turns and
are timed on the wall: a GPU uses no CPU time.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import machines
from benchmarks.gpu.ways import REFERENCE, Graphs, our_ways, pytorch_ways
from benchmarks.measuring import Rounds, Spread, quantile, take_turns, times_faster
from benchmarks.reporting import RESULTS, Figure, Report
from benchmarks.subjects import scratch_folder, subject_bundle
from benchmarks.systems import System, Workload
from benchmarks.systems.traverba_graphs import language_token, special_ids, target_language
from traverba.bundle import open_bundle
from traverba.graphs import available_providers, default_threads, policy_of
from traverba.graphs.policies import CUDA
from traverba.timing import Part, WatchedModel
from traverba_export.model import EncoderDecoder
from traverba_export.reimport import load_model

CHECKED = Workload("check", batch=8, beam_size=1)
MAX_CPU_ROWS = 64
"""The CPU is no reference for more: its turn would take longer than all others together."""


def workloads(batches: Sequence[int], beams: Sequence[int]) -> list[Workload]:
    """Every combination."""
    return [Workload(f"batch {n}, beam {k}", batch=n, beam_size=k) for n, k in product(batches, beams)]


def run(arguments: argparse.Namespace, scratch: Path) -> Report:
    """Everything."""
    name, path = subject_bundle(arguments.model, scratch)
    with open_bundle(path) as bundle:
        manifest, whole = bundle.manifest, load_model(bundle)
    model = whole.into(target_language(manifest))
    assert isinstance(model, EncoderDecoder)
    special = special_ids(manifest)
    graphs = scratch / "graphs"
    graphs.mkdir()
    ours = list(our_ways(model, special, graphs, arguments.provider, arguments.threads))
    others = pytorch_ways(model, special, arguments.torch_device) if arguments.torch_device else []
    make = partial(Workload.sources, vocab_size=manifest.vocab_size, language=language_token(manifest))
    compared = workloads(arguments.batch, arguments.beam)
    timed = {w.name: ours if w.rows <= MAX_CPU_ROWS else ours[1:] for w in compared}
    rounds = {w.name: measure([*timed[w.name], *others], w, make(w), arguments) for w in compared}
    steps = {w.name: {way.name: step_ms(way, w, make(w)) for way in timed[w.name]} for w in compared}
    device = policy_of(arguments.provider).device or arguments.provider
    return Report(
        benchmark=f"gpu-{device}",
        subject=name,
        command=machines.command("benchmarks.gpu"),
        machine=machines.describe(arguments.threads),
        settings={
            "gpu": gpu_name(),
            "provider": arguments.provider,
            "rounds": arguments.rounds,
            "turn_ms": arguments.turn_ms,
            "nodes": {way.name: nodes_on_cpu(way) for way in ours},
            "agreement": agreement(ours, make(CHECKED)),
        },
        figures=[f for w in compared for f in figures(w, rounds[w.name], steps[w.name], ours[1].name)],
        rounds={"ms": rounds, "step_ms": steps},
    )


def measure(
    systems: Sequence[System], workload: Workload, sources: list[list[int]], settings: argparse.Namespace
) -> Rounds:
    """Milliseconds of one call. CUDA graphs of this size are recorded before the first turn."""
    length, beam = workload.target_length, workload.beam_size
    for system in systems:
        for _ in range(3):
            system.translate(sources, length, beam)
    tasks = {s.name: partial(s.translate, sources, length, beam) for s in systems}
    return take_turns(tasks, settings.rounds, settings.turn_ms, time.perf_counter)


def step_ms(way: Graphs, workload: Workload, sources: list[list[int]]) -> list[float]:
    """Each step of one call."""
    found: list[float] = []

    def note(part: Part, start: float, end: float) -> None:
        if part == "step":
            found.append(1000 * (end - start))

    way.translate_with(WatchedModel(way.model, note), sources, workload.target_length, workload.beam_size)
    return found


def figures(
    workload: Workload, rounds: Rounds, steps: dict[str, list[float]], baseline: str
) -> Iterator[Figure]:
    """Times, then tokens a second, steps, and how many times faster than the baseline each is."""
    tokens = workload.batch * workload.target_length
    for name, times in rounds.items():
        yield Figure(workload.name, name, Spread.of(times), "ms")
        yield Figure(workload.name, name, Spread.of([1000 * tokens / ms for ms in times]), "tokens/s")
        if name in steps:
            ordered = [quantile(steps[name], share) for share in (0.5, 0.05, 0.95)]
            yield Figure(f"{workload.name}: a step, p50 (p5–p95)", name, Spread(*ordered), "ms")
        if name != baseline:
            ratio = times_faster(rounds[baseline], times)
            yield Figure(f"{workload.name}: times faster than {baseline}", name, ratio, "times")


def agreement(ours: Sequence[Graphs], sources: list[list[int]]) -> dict[str, dict[str, float]]:
    """Against the reference: sentences with the same tokens, largest difference of a log-probability."""
    length = CHECKED.target_length
    expected = ours[0].translate(sources, length, 1)
    chances = ours[0].log_probs(sources, expected)
    return {
        way.name: {
            "same_sentences_of_8": sum(map(list.__eq__, way.translate(sources, length, 1), expected)),
            "largest_difference": float(
                np.abs(np.array(way.log_probs(sources, expected)) - np.array(chances)).max()
            ),
        }
        for way in ours
    }


def nodes_on_cpu(way: Graphs) -> dict[str, Any]:
    """What encoder and step left to the CPU; None where everything is there anyway."""
    parts = zip(("encoder", "decoder_step"), way.model.placements, strict=True)
    return {
        part: placement
        and {"of": placement.nodes, "on_cpu": placement.cpu_nodes, "which": placement.cpu_operators}
        for part, placement in parts
    }


def gpu_name() -> str | None:
    """Name, driver and memory of the GPU, as its driver tells."""
    if (tool := shutil.which("nvidia-smi")) is None:
        return None
    query = [tool, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="everyday", help="a bundled model, a bundle's path, or a preset")
    parser.add_argument("--provider", default=CUDA, help="an execution provider (default: %(default)s)")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8, 64, 512])
    parser.add_argument("--beam", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--threads", type=int, default=default_threads(), help="CPU threads")
    parser.add_argument(
        "--torch-device",
        default="cuda" if torch.cuda.is_available() else None,
        help="where PyTorch runs (default: cuda, or not at all)",
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--turn-ms", type=float, default=300, help="how long a system's turn in a round is")
    parser.add_argument("--results", type=Path, default=RESULTS / "providers")
    arguments = parser.parse_args(argv)
    if arguments.provider not in (found := available_providers(plugins=True)):
        parser.error(
            f"{arguments.provider} is not available (there are: {', '.join(found)}); "
            f"{policy_of(arguments.provider).install}"
        )
    return arguments


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse(argv)
    with scratch_folder() as scratch:
        report = run(arguments, Path(scratch))
    print(report.show())
    print(f"agreement with {REFERENCE}: {report.settings['agreement']}")
    print(f"nodes on the CPU: {report.settings['nodes']}")
    print(f"written to {report.write(arguments.results)}")


if __name__ == "__main__":
    main()
