"""What a long evaluation has scored so far, on disk: stopped after an hour, it goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from traverba.bundle import Score
from traverba_export.corpora.reading import whole_lines
from traverba_export.quality.evaluation import Scored, Task
from traverba_export.quality.report import Origin

LINES = ".unfinished.jsonl"


class Ledger:
    """A line for each result, beside the report to come, and removed when that is written.

    Lines of another bundle, or made with other versions of what can change a figure, are not used.
    """

    def __init__(self, report: Path, made: Origin) -> None:
        self.path = report.with_name(report.name + LINES)
        self._of = asdict(replace(made, command="", date=""))
        self._known = dict(_entries(self.path, self._of))

    def score(self, task: Task, measure: Callable[[Task], Scored]) -> Scored:
        """The task's result from before, or else measured now and written down."""
        key = (task.test_set.direction, task.test_set.name, task.settings)
        if key in self._known:
            return _scored(task, self._known[key])
        scored = measure(task)
        entry = {
            "of": self._of,
            "key": key,
            "bleu": asdict(scored.bleu),
            "chrf": asdict(scored.chrf),
            "right_language": scored.right_language,
            "reference_language": scored.reference_language,
        }
        with self.path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
        return scored

    def close(self) -> None:
        """The report is written: what led to it may go."""
        self.path.unlink(missing_ok=True)


def _entries(path: Path, made: dict[str, Any]) -> list[tuple[tuple[str, str, str], dict[str, Any]]]:
    """The usable lines; one that was being written when the program was stopped is cut off."""
    if not path.exists():
        return []
    whole = whole_lines(path)
    path.write_bytes(whole)
    entries = [json.loads(line) for line in whole.splitlines()]
    return [(tuple(entry["key"]), entry) for entry in entries if entry["of"] == made]


def _scored(task: Task, entry: dict[str, Any]) -> Scored:
    bleu, chrf = Score(**entry["bleu"]), Score(**entry["chrf"])
    shares = entry["right_language"], entry["reference_language"]
    return Scored(task.test_set, task.settings, bleu, chrf, *shares)
