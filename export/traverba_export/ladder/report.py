"""What was found, written down: figures as JSON, a table as Markdown, and the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from traverba import load_translator
from traverba_export.ladder.attending import attend
from traverba_export.ladder.pictures import plot_attention, plot_lengths, plot_rungs
from traverba_export.ladder.rungs import Rung, test_set
from traverba_export.ladder.speed import Cost, measure_speed
from traverba_export.quality.evaluation import AS_LINES
from traverba_export.quality.report import installed_versions, write_json, write_text
from traverba_export.recipe import split_direction

LOOKING = ("bidirectional", "attention", "gnmt")
"""Rungs whose attention is drawn."""

Speeds = Mapping[str, Mapping[str, Cost]]


def write_ladder(
    rungs: Sequence[Rung], data_dir: Path, out_dir: Path, sentence: str, command: str
) -> dict[str, str]:
    """Measure speed, write ``ladder.json``, ``ladder.md`` and three pictures; returns the page's blocks."""
    tested = test_set(rungs[0].recipe, data_dir)
    _, target = split_direction(tested.direction)
    speeds = measure_speed({r.name: r.bundle for r in rungs}, tested.sources, target)
    said = {r.name: _say(r.bundle, sentence, target) for r in rungs}
    made = {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "packages": installed_versions(),
    }
    figures = [_figures(r, speeds[r.name]) for r in rungs]
    write_json(out_dir / "ladder.json", {**made, "rungs": figures, "sentence": sentence, "said": said})
    versions = ", ".join(f"{name} {number}" for name, number in installed_versions().items())
    blocks = {
        "made": f"`{command}`, {made['date']}; {versions}",
        "budget": _budget(rungs),
        "table": markdown(rungs, speeds),
        "lengths": lengths_table(rungs),
        "said": _table(("rung", sentence), list(said.items())),
    }
    write_text(out_dir / "ladder.md", "\n\n".join(blocks.values()) + "\n")
    _draw(rungs, speeds, out_dir, sentence)
    return blocks


def _draw(rungs: Sequence[Rung], speeds: Speeds, out_dir: Path, sentence: str) -> None:
    plot_rungs(out_dir / "rungs.png", rungs, speeds)
    plot_lengths(out_dir / "lengths.png", rungs)
    _, target = rungs[0].recipe.directions[0]
    if looking := {r.name: attend(r.bundle, sentence, target) for r in rungs if r.name in LOOKING}:
        plot_attention(out_dir / "attention.png", looking)


def _budget(rungs: Sequence[Rung]) -> str:
    """What every network of the ladder was trained with."""
    options, model = rungs[0].recipe.training, rungs[0].recipe.model
    seen = max(r.target_tokens for r in rungs) / 1e6
    return (
        f"{options.max_steps:,} steps of at most {options.token_budget:,} tokens for every network, "
        f"{seen:.1f} million target tokens where words are generated; {model.vocab_size:,} subwords, "
        f"width {model.hidden_size}, seed {rungs[0].recipe.seed}."
    )


def markdown(rungs: Sequence[Rung], speeds: Speeds) -> str:
    """One row a rung."""
    header = (
        "rung",
        "parameters",
        "BLEU greedy",
        "BLEU beam 5",
        "chrF beam 5",
        "ms greedy",
        "ms beam 5",
    )
    rows = [
        (
            r.name,
            f"{r.parameters:,}",
            f"{r.quality.bleu['greedy']:.1f}",
            f"{r.quality.bleu['beam 5']:.1f}",
            f"{r.quality.chrf['beam 5']:.1f}",
            f"{speeds[r.name]['greedy'].median_ms:.1f}",
            f"{speeds[r.name]['beam 5'].median_ms:.1f}",
        )
        for r in rungs
    ]
    signatures = ", ".join(f"`{signature}`" for signature in rungs[0].quality.signatures)
    return f"{_table(header, rows)}\n\n{signatures}"


def lengths_table(rungs: Sequence[Rung]) -> str:
    """BLEU of beam 5 by words of the source."""
    groups = rungs[0].quality.sentences_by_length
    header = ["source words (sentences)", *(f"{label} ({count})" for label, count in groups.items())]
    rows = [[r.name, *(f"{r.quality.bleu_by_length[label]:.1f}" for label in groups)] for r in rungs]
    return _table(header, rows)


def _say(bundle: Path, sentence: str, target: str) -> str:
    with load_translator(bundle) as translator:
        return translator.translate(sentence, target=target, text_options=AS_LINES).text


def _figures(rung: Rung, speed: Mapping[str, Cost]) -> dict[str, object]:
    return {
        "rung": rung.name,
        "model": rung.recipe.model.to_dict(),
        "training": asdict(rung.recipe.training),
        "parameters": rung.parameters,
        "target_tokens": rung.target_tokens,
        "quality": asdict(rung.quality),
        "cpu_ms_per_sentence": {search: asdict(cost) for search, cost in speed.items()},
    }


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)
