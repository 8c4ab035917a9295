"""Which language is this? Ours, py3langid and lingua on the same sentences, by length.

    python -m benchmarks.identify --data DATA

Accuracy is asked three times, on the test file's sentences in the languages that all identifiers know:
with every language that each knows, and with all of them restricted to those common ones; then of ours and
py3langid alone, on the languages that these two know. No identifier was tuned on the sentences. Further
tables have news (NTREX-128) cut short, because the test file and our training data are of one kind: short
sentences of tatoeba.org.
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import machines
from benchmarks.identifiers import MAKERS, System
from benchmarks.reporting import RESULTS

BANDS = ((0, 10), (10, 20), (20, 50), (50, 10**9))
"""Characters, from and below."""
SHORT = 50
NEWS = "ntrex128/test.en-de-fr-es-ru.tsv.xz"
NEWS_LANGUAGES = ("eng", "deu", "fra", "spa", "rus")
CUTS = (10, 20, 40)
NEWS_ROWS = 200
"""About so many of the 1,997 sentences, in five languages and three lengths each."""

Labelled = tuple[str, str]
"""ISO 639-3 code and text."""


@dataclass(frozen=True)
class Row:
    """What one identifier got right."""

    system: str
    version: str
    languages: int
    """That it may answer."""
    size_mb: float
    ms_per_text: float
    """CPU time of the process, one text a call."""
    right: dict[str, int]
    """Group of texts -> how many were recognised."""
    texts: dict[str, int]
    by_language: dict[str, float]
    """ISO 639-3 code -> share of its texts that were recognised."""

    def share(self, group: str) -> float:
        return self.right[group] / self.texts[group] if self.texts[group] else float("nan")


def read(path: Path, most: int) -> list[Labelled]:
    """About ``most`` lines spread over the file (0: all), as code and text."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    step = max(1, len(lines) // most) if most else 1
    return [(cells[0], cells[1]) for cells in lines[::step]]


def read_news(path: Path, most: int) -> list[Labelled]:
    """Parallel columns in the order of `NEWS_LANGUAGES`."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    step = max(1, len(lines) // most) if most else 1
    return [pair for cells in lines[::step] for pair in zip(NEWS_LANGUAGES, cells, strict=False)]


def cut(text: str, length: int) -> str:
    """The beginning, up to the last whole word that fits."""
    piece = text[: length + 1]
    return piece[:length] if " " not in piece or len(text) <= length else piece[: piece.rindex(" ")]


def groups_of(text: str) -> Iterator[str]:
    """The length bands a text counts for."""
    low, high = next(band for band in BANDS if band[0] <= len(text) < band[1])
    yield f"{low}–{high - 1}" if high < 10**9 else f"{low}+"
    if len(text) < SHORT:
        yield f"under {SHORT}"
    yield "all"


def ask(system: System, texts: Sequence[Labelled], group_names: Sequence[Sequence[str]]) -> Row:
    """Ask about every text, in order, and count."""
    system.classify("the first call is not like the others")
    began = time.process_time()
    answers = [system.classify(text) for _, text in texts]
    seconds = time.process_time() - began
    right: dict[str, int] = {}
    total: dict[str, int] = {}
    languages: dict[str, list[bool]] = {}
    for (code, _), answer, groups in zip(texts, answers, group_names, strict=True):
        languages.setdefault(code, []).append(answer == code)
        for group in groups:
            total[group] = total.get(group, 0) + 1
            right[group] = right.get(group, 0) + (answer == code)
    return Row(
        system.name,
        system.version,
        len(system.languages),
        round(system.size_bytes / 1e6, 2),
        round(1000 * seconds / len(texts), 3),
        right,
        total,
        {code: round(sum(hits) / len(hits), 4) for code, hits in sorted(languages.items())},
    )


def compare(data: Path, most: int) -> dict[str, Any]:
    """All tables."""
    open_systems = [make(None) for make in MAKERS]
    common = frozenset.intersection(*(system.languages for system in open_systems))
    both = open_systems[0].languages & open_systems[1].languages
    test = read(data / "langid/test.tsv.xz", most)
    texts = [pair for pair in test if pair[0] in common]
    groups = [tuple(groups_of(text)) for _, text in texts]
    sentences = read_news(data / NEWS, min(NEWS_ROWS, most) or NEWS_ROWS)
    news = [(code, cut(text, length)) for length in CUTS for code, text in sentences]
    news_groups = [(f"first {length}",) for length in CUTS for _ in sentences]
    common = common & {code for code, _ in texts}
    tables = {
        "every language each knows": [ask(system, texts, groups) for system in open_systems],
        "news, every language each knows": [ask(system, news, news_groups) for system in open_systems],
    }
    del open_systems  # lingua's models of 75 languages
    restricted = [make(common) for make in MAKERS]
    tables["the same languages for all"] = [ask(system, texts, groups) for system in restricted]
    tables["news, the same languages for all"] = [ask(system, news, news_groups) for system in restricted]
    texts = [pair for pair in test if pair[0] in both]
    groups = [tuple(groups_of(text)) for _, text in texts]
    pair = [make(both & {code for code, _ in texts}) for make in MAKERS[:2]]
    names = " and ".join(system.name for system in pair)
    tables[f"the languages of {names}"] = [ask(system, texts, groups) for system in pair]
    return {
        "machine": asdict(machines.describe(1)),
        "languages": sorted(common),
        "tables": {name: [asdict(row) for row in rows] for name, rows in tables.items()},
    }


def page(result: dict[str, Any], command: str) -> str:
    """As Markdown."""
    machine = result["machine"]
    lines = [
        "# Language identification",
        "",
        f"`{command}`, {machine['measured']}, {machine['processor']}, one thread,",
        f"Python {machine['python']}. Share of texts recognised, in per cent;",
        "times are CPU time for one text a call.",
        "",
        f"The languages that all identifiers know ({len(result['languages'])}): "
        f"{', '.join(result['languages'])}.",
    ]
    for name, rows in result["tables"].items():
        lines += ["", f"## {name[0].upper()}{name[1:]}", "", *_table([Row(**row) for row in rows])]
    lines += ["", "## Where we lose", "", *_losses(result)]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    groups = list(rows[0].texts)
    groups.sort(key=lambda group: (not group[0].isdigit(), _number(group)))
    headings = ["identifier", "languages", *(f"{group} ({rows[0].texts[group]:,})" for group in groups)]
    yield "| " + " | ".join([*headings, "ms", "MB"]) + " |"
    yield "| --- | " + " | ".join("---:" for _ in range(len(headings) + 1)) + " |"
    for row in rows:
        shares = [f"{100 * row.share(group):.1f}" for group in groups]
        cells = [f"{row.system} {row.version}", str(row.languages), *shares]
        yield "| " + " | ".join([*cells, f"{row.ms_per_text:.3f}", f"{row.size_mb:g}"]) + " |"


def _number(group: str) -> int:
    digits = "".join(char for char in group.split("–")[0] if char.isdigit())
    return int(digits or 10**9)


def _losses(result: dict[str, Any]) -> Iterator[str]:
    """Languages in which another identifier recognises more, when all may answer the same."""
    rows = result["tables"]["the same languages for all"]
    mine, others = rows[0]["by_language"], rows[1:]
    worse = []
    for code, share in mine.items():
        best = max(others, key=lambda row: row["by_language"][code])
        if best["by_language"][code] > share:
            worse.append((best["by_language"][code] - share, code, share, best))
    for _, code, share, best in sorted(worse, key=lambda item: (-item[0], item[1])):
        yield f"- {code}: {100 * share:.1f}, {best['system']} {100 * best['by_language'][code]:.1f}"
    if not worse:
        yield "In none of the languages."


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identify", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with langid/ and ntrex128/")
    parser.add_argument("--most", type=int, default=0, help="about so many test lines (default: all)")
    parser.add_argument("--out", type=Path, default=RESULTS / "identify", help="folder for the results")
    arguments = parser.parse_args(argv)
    result = compare(arguments.data, arguments.most)
    most = f" --most {arguments.most}" if arguments.most else ""
    text = page(result, f"python -m benchmarks.identify --data DATA{most}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "README.md").write_text(text, encoding="utf-8")
    dump = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False)
    (arguments.out / "identify.json").write_text(dump + "\n", encoding="utf-8")
    print(text, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
