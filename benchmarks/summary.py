"""All targets and what was measured, from the files in results/: ``python -m benchmarks.summary``.

Writes results/README.md. Every target is listed, those missed with what bounds them, and those for which
there is no measurement.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machines import Machine
from benchmarks.reporting import HEADINGS, RESULTS, Figure, about, markdown_table, read_figures
from benchmarks.targets import BOUNDS, SUBJECTS, explain, missing

ORDER = ("compare", "decode_step", "startup", "endurance")
TOP = """# Results

Written by `python -m benchmarks.summary` from the files beside it; how they were measured is in
[the README above](../README.md). A verdict looks at the median; the range is that of all rounds.
Execution providers are compared by `traverba bench`; its results are in [providers/](providers/README.md).
"""


def sections(folder: Path) -> str:
    """One section for each model that was measured."""
    by_subject: dict[str, list[Path]] = defaultdict(list)
    for benchmark in ORDER:
        for path in sorted(folder.glob(f"{benchmark}-*.json")):
            by_subject[path.stem.removeprefix(f"{benchmark}-")].append(path)
    return "\n".join([TOP, *(section(subject, paths) for subject, paths in sorted(by_subject.items()))])


def section(subject: str, paths: Sequence[Path]) -> str:
    """The targets of one model, the speeds behind them, its plots, and what each was measured on."""
    figures = [figure for path in paths for figure in read_figures(path)]
    targets = [figure for figure in figures if figure.target]
    met = sum(figure.verdict == "met" for figure in targets)
    absent = missing({figure.what: figure for figure in targets}) if subject in SUBJECTS else []
    others = [figure for figure in figures if not figure.target]
    plots = [plot for path in paths for plot in sorted(path.parent.glob(f"{path.stem}*.png"))]
    return "\n".join(
        [
            f"## {subject}: {met} of {len(targets) + len(absent)} targets met\n",
            table(in_order(targets), absent),
            "",
            *(explain(figure) for figure in in_order(targets) if figure.verdict == "missed"),
            "",
            *(f"![{plot.stem}]({plot.name})" for plot in plots),
            "\n<details><summary>Everything else that was measured</summary>\n",
            table(others),
            "\n</details>\n",
            *(provenance(path) for path in paths),
            "",
        ]
    )


def in_order(targets: Sequence[Figure]) -> list[Figure]:
    """As the targets were set; those set elsewhere behind them."""
    order = list(BOUNDS)
    return sorted(targets, key=lambda f: order.index(f.what) if f.what in BOUNDS else len(order))


def table(figures: Sequence[Figure], absent: Sequence[str] = ()) -> str:
    """Rows of `HEADINGS`; ``absent``: targets without a figure."""
    rows = [figure.cells() for figure in figures]
    return markdown_table(HEADINGS, [*rows, *((what, "", "", "", "not measured") for what in absent)])


def provenance(path: Path) -> str:
    """How one file came to be."""
    report = json.loads(path.read_text(encoding="utf-8"))
    return f"- `{report['command']}`: {about(Machine(**report['machine']))}"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    folder = parser.parse_args(argv).results
    text = sections(folder)
    (folder / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
