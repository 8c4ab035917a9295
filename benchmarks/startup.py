"""Start, memory and idleness: what an application that embeds a translator pays besides translating.

    python -m benchmarks.startup --model everyday

Every measurement is made in a process of its own, in turns: bare Python, ``import traverba``, loading, from
the start of the process to the first translation, peak memory after 1,000 sentences, CPU use while idle.
The files are in the system's cache, as they are for whoever starts the program a second time. Peak memory
is read from /proc, so this benchmark needs Linux.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machines
from benchmarks.measuring import Rounds, Spread
from benchmarks.reporting import RESULTS, Figure, Report, Target
from benchmarks.subjects import scratch_folder, subject_bundle
from benchmarks.texts import sentences

IMPORT, LOAD, FIRST = "import traverba over bare Python", "load", "process start to first translation"
MEMORY, IDLE = "peak resident memory after {} sentences", "CPU use of an idle loaded translator"
IMPORT_CPU, FIRST_CPU = f"{IMPORT}, CPU time", f"{FIRST}, CPU time of the whole process"
TARGETS = {
    IMPORT: Target("at most", 150),
    LOAD: Target("at most", 200),
    FIRST: Target("at most", 700),
    MEMORY: Target("at most", 200),
    IDLE: Target("at most", 0),
}
IDLE_S = 5.0
LEAST_CPU_MS = 10.0
"""What the system's clock can tell from nothing: one tick."""

PRELUDE = """
import json, sys, time
bundle, texts, idle_s = json.loads(sys.argv[1])
"""
LOADING = """
from traverba import load_translator
start = time.perf_counter()
translator = load_translator(bundle, device="cpu", threads=1)
load_ms = (time.perf_counter() - start) * 1e3
target = translator.info.directions[0][1]
"""
TRANSLATE = """
from traverba import DecodeOptions
options = DecodeOptions(max_length_ratio=1.5, guards="off")
translate = lambda text: translator.translate(text, target=target, options=options)
"""
"""Beam 5, as by default. Random weights never end by themselves, trained ones never come near that length."""
FIRST_TRANSLATION = f"""
{TRANSLATE}
translate(texts[0])
"""
TRANSLATE_ALL = f"""
{TRANSLATE}
import re
for text in texts:
    translate(text)
peak_mb = int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) / 2**10
"""
"""getrusage would answer with the peak of the process that started this one, if that was higher."""
REST = """
before = time.process_time()
time.sleep(idle_s)
idle_cpu_ms = (time.process_time() - before) * 1e3
"""


@dataclass(frozen=True)
class Answer:
    """What a process that ran in a fresh Python said, and what it took."""

    value: float
    elapsed_ms: float
    """Until it answered, seen from outside."""
    cpu_ms: float
    """Of its whole life, its end included; what is left of ``elapsed_ms`` on an idle machine."""


def child(program: str, result: str, arguments: Sequence[object]) -> Answer:
    """Run a program in a fresh Python and read its ``result``.

    ``-X importtime`` and the like would measure themselves; a clock outside sees what a user sees.
    """
    code = f"{PRELUDE}{program}\nprint({result}, flush=True)"
    cpu_before, start = _children_cpu_ms(), time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(arguments)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        answer = process.stdout.readline()
        elapsed_ms = (time.perf_counter() - start) * 1e3
    if process.returncode:
        raise SystemExit(f"a measured process failed with status {process.returncode}")
    return Answer(float(answer), elapsed_ms, _children_cpu_ms() - cpu_before)


def _children_cpu_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e3


def measure_starts(bundle: Path, rounds: int, texts: Sequence[str]) -> Rounds:
    """Milliseconds of each kind of start, in turns."""
    arguments = (str(bundle), texts[:1], 0)
    times: Rounds = {name: [] for name in (IMPORT, LOAD, FIRST, IMPORT_CPU, FIRST_CPU)}
    for _ in range(rounds + 1):
        bare, importing = child("", "0", arguments), child("import traverba", "0", arguments)
        first = child(LOADING + FIRST_TRANSLATION, "0", arguments)
        times[IMPORT].append(importing.elapsed_ms - bare.elapsed_ms)
        times[IMPORT_CPU].append(importing.cpu_ms - bare.cpu_ms)
        times[LOAD].append(child(LOADING, "load_ms", arguments).value)
        times[FIRST].append(first.elapsed_ms)
        times[FIRST_CPU].append(first.cpu_ms)
    return {name: values[1:] for name, values in times.items()}  # the first round fills the system's cache


def measure_memory(bundle: Path, texts: Sequence[str]) -> float:
    """Megabytes (2**20 bytes) at the peak of a process that translates one text after the other."""
    return child(LOADING + TRANSLATE_ALL, "peak_mb", (str(bundle), texts, 0)).value


def measure_idleness(bundle: Path, texts: Sequence[str], idle_s: float) -> float:
    """Percent of one CPU that all threads of a loaded translator use while nobody asks it anything."""
    program = LOADING + FIRST_TRANSLATION + REST
    cpu_ms = child(program, "idle_cpu_ms", (str(bundle), texts[:1], idle_s)).value
    return 0.0 if cpu_ms < LEAST_CPU_MS else 100 * cpu_ms / (idle_s * 1e3)


def figures(times: Rounds, memory: Sequence[float], idle: Sequence[float], count: int) -> list[Figure]:
    """Each beside its target."""
    system = "traverba"
    return [
        *(Figure(name, system, Spread.of(values), "ms", TARGETS.get(name)) for name, values in times.items()),
        Figure(MEMORY.format(f"{count:,}"), system, Spread.of(memory), "MB", TARGETS[MEMORY]),
        Figure(IDLE, system, Spread.of(idle), "%", TARGETS[IDLE]),
    ]


def run(arguments: argparse.Namespace, scratch: Path) -> Report:
    name, bundle = subject_bundle(arguments.model, scratch)
    texts = sentences(arguments.sentences)
    times = measure_starts(bundle, arguments.rounds, texts)
    memory = [measure_memory(bundle, texts) for _ in range(arguments.long_rounds)]
    idle = [measure_idleness(bundle, texts, arguments.idle_s) for _ in range(arguments.long_rounds)]
    return Report(
        benchmark="startup",
        subject=name,
        command=machines.command("benchmarks.startup"),
        machine=machines.describe(1),
        settings={"rounds": arguments.rounds, "sentences": arguments.sentences, "idle_s": arguments.idle_s},
        figures=figures(times, memory, idle, arguments.sentences),
        rounds={**times, "memory_mb": memory, "idle_percent": idle},
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="everyday", help="a bundled model, a bundle's path, or a preset")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--long-rounds", type=int, default=2, help="rounds of memory and idleness")
    parser.add_argument("--sentences", type=int, default=1_000)
    parser.add_argument("--idle-s", type=float, default=IDLE_S)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    with scratch_folder() as scratch:
        report = run(arguments, Path(scratch))
    print(report.show())
    report.write(arguments.results)


if __name__ == "__main__":
    main()
