"""Many threads on one translator, and memory over many translations.

    python -m benchmarks.endurance --model everyday

24 threads each translate 200 texts on one translator: every result must be the serial one. Then one process
translates 20,000 texts; its resident memory after the last is compared with that after the first 2,000.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from benchmarks import machines
from benchmarks.measuring import Spread
from benchmarks.reporting import RESULTS, Figure, Report, Target
from benchmarks.subjects import scratch_folder, subject_bundle
from benchmarks.texts import sentences
from traverba import DecodeOptions, Translator, load_translator

DIFFERENT_TARGET = Target("at most", 0)
GROWTH_TARGET = Target("at most", 5)


def different_from_serial(
    translator: Translator, texts: Sequence[str], threads: int, options: DecodeOptions
) -> tuple[int, float]:
    """How many of ``threads`` times ``texts`` differ from the serial result, and texts a second.

    Each thread begins at another text, so that different sentences run at the same moment.
    """
    target = translator.info.directions[0][1]

    def translate(text: str) -> tuple[str, float]:
        translation = translator.translate(text, target=target, options=options)
        return translation.text, translation.score

    serial = {text: translate(text) for text in texts}

    def all_from(first: int) -> int:
        order = [texts[(first * 7 + i) % len(texts)] for i in range(len(texts))]
        return sum(translate(text) != serial[text] for text in order)

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        different = sum(pool.map(all_from, range(threads)))
    return different, threads * len(texts) / (time.perf_counter() - start)


def memory_over_time(
    translator: Translator, texts: Sequence[str], total: int, points: int, options: DecodeOptions
) -> list[float]:
    """Resident megabytes (2**20 bytes) at ``points`` evenly spaced moments of ``total`` translations.

    Garbage is collected before each look: what is measured is what cannot be freed.
    """
    process, target = psutil.Process(), translator.info.directions[0][1]
    resident = []
    for number in range(1, total + 1):
        translator.translate(texts[number % len(texts)], target=target, options=options)
        if number % (total // points) == 0:
            gc.collect()
            resident.append(process.memory_info().rss / 2**20)
    return resident


def growth_percent(resident: Sequence[float]) -> float:
    """From the first of the measured moments to the last."""
    return 100 * (resident[-1] / resident[0] - 1)


def run(arguments: argparse.Namespace, scratch: Path) -> Report:
    name, bundle = subject_bundle(arguments.model, scratch)
    options = DecodeOptions(beam_size=arguments.beam, max_length_ratio=1.5)
    with load_translator(bundle, device="cpu", threads=1) as translator:
        resident = memory_over_time(translator, sentences(4_500), arguments.total, 10, options)
        different, rate = different_from_serial(
            translator, sentences(arguments.texts), arguments.threads, options
        )
        system = f"traverba {translator.info.precision}"
    count = arguments.threads * arguments.texts
    grown = (
        f"resident memory after {arguments.total:,} translations over that after {arguments.total // 10:,}"
    )
    return Report(
        benchmark="endurance",
        subject=name,
        command=machines.command("benchmarks.endurance"),
        machine=machines.describe(1),
        settings={"beam": arguments.beam, "threads": arguments.threads, "texts": arguments.texts},
        figures=[
            Figure(
                f"{arguments.threads} threads × {arguments.texts}: results unlike serial, of {count:,}",
                system,
                Spread.of([different]),
                "translations",
                DIFFERENT_TARGET,
            ),
            Figure(f"{arguments.threads} threads: speed", system, Spread.of([rate]), "translations/s"),
            Figure(grown, system, Spread.of([growth_percent(resident)]), "% more", GROWTH_TARGET),
        ],
        rounds={"resident_mb": resident},
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="everyday", help="a bundled model, a bundle's path, or a preset")
    parser.add_argument("--threads", type=int, default=24)
    parser.add_argument("--texts", type=int, default=200, help="translations of each thread")
    parser.add_argument("--total", type=int, default=20_000, help="translations while memory is watched")
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    with scratch_folder() as scratch:
        report = run(arguments, Path(scratch))
    print(report.show())
    report.write(arguments.results)


if __name__ == "__main__":
    main()
