"""All targets and what was measured, from the files in results/: ``python -m benchmarks.summary``.

Writes results/README.md. Every target is listed, missed ones too, with the lowest and highest round.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machines import Machine
from benchmarks.reporting import HEADINGS, RESULTS, Figure, about, markdown_table, read_figures

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
    others = [figure for figure in figures if not figure.target]
    plots = [plot for path in paths for plot in sorted(path.parent.glob(f"{path.stem}*.png"))]
    return "\n".join(
        [
            f"## {subject}: {met} of {len(targets)} targets met\n",
            table(targets),
            "",
            *(f"![{plot.stem}]({plot.name})" for plot in plots),
            "\n<details><summary>Everything else that was measured</summary>\n",
            table(others),
            "\n</details>\n",
            *(provenance(path) for path in paths),
            "",
        ]
    )


def table(figures: Sequence[Figure]) -> str:
    """Rows of `HEADINGS`."""
    return markdown_table(HEADINGS, [figure.cells() for figure in figures])


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
