"""What a run leaves to read: a CSV of every evaluation interval, and its curves as a picture."""

from __future__ import annotations

import csv
from pathlib import Path

FIELDS = ("step", "epoch", "hours", "target_tokens", "tokens_per_second", "learning_rate", "train_loss")


class Journal:
    """Appends rows to ``log.csv``; rows past the step a run resumes from are dropped first."""

    def __init__(self, out_dir: Path, directions: list[str], resume_step: int) -> None:
        self.path = out_dir / "log.csv"
        self.fields = [*FIELDS, *(f"{metric} {d}" for d in directions for metric in ("bleu", "chrf"))]
        rows = [row for row in read_journal(self.path) if int(row["step"]) <= resume_step]
        partial = self.path.with_suffix(".partial")
        with partial.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, self.fields, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        partial.replace(self.path)

    def append(self, row: dict[str, float | int | str]) -> None:
        """One line; fields that are not given stay empty."""
        with self.path.open("a", newline="", encoding="utf-8") as stream:
            csv.DictWriter(stream, self.fields).writerow(row)


def read_journal(path: Path) -> list[dict[str, str]]:
    """All rows of a journal, or none if it does not exist yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def plot_curves(journal: Path, picture: Path) -> None:
    """Training loss and dev BLEU over steps, as PNG."""
    from matplotlib.figure import Figure

    rows = read_journal(journal)
    figure = Figure(figsize=(10, 4), layout="constrained")
    loss_axes, bleu_axes = figure.subplots(1, 2)
    loss_axes.plot([int(r["step"]) for r in rows], [float(r["train_loss"]) for r in rows])
    loss_axes.set(title="training loss, nats a token", xlabel="step")
    for name in (f for f in (rows[0] if rows else {}) if f.startswith("bleu ")):
        scored = [r for r in rows if r[name]]
        bleu_axes.plot(
            [int(r["step"]) for r in scored], [float(r[name]) for r in scored], label=name[5:], marker="."
        )
    bleu_axes.set(title="dev BLEU, greedy", xlabel="step")
    if bleu_axes.get_lines():
        bleu_axes.legend()
    partial = picture.with_name(picture.name + ".partial")
    figure.savefig(partial, format="png", dpi=110)
    partial.replace(picture)
