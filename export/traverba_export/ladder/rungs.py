"""From a rung's recipe to its bundle and its scores; what is done already is not done again."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from traverba_export.bundling import export_bundle, load_trained
from traverba_export.corpora.reading import ReadingReport, read_pairs
from traverba_export.ladder.quality import Quality, measure_quality
from traverba_export.model import count_parameters
from traverba_export.quality.report import write_json
from traverba_export.quality.test_sets import TestSet
from traverba_export.recipe import Recipe, RecipeError, split_direction
from traverba_export.recipe_file import load_recipe
from traverba_export.training.journal import read_journal
from traverba_export.training.preparation import dev_sets
from traverba_export.training.run import train
from traverba_export.training.trainer import FINAL

log = logging.getLogger(__name__)

RUNGS = (
    "lookup",
    "rnn",
    "stacked",
    "residual",
    "lstm",
    "bidirectional",
    "encoder-decoder",
    "attention",
    "gnmt",
)
"""Each adds an idea to the one before it."""
VOCABULARY = "tokenizer.json"
SHARED = (VOCABULARY, "aligned.0.npy")
"""What the first rung that needs it makes for all of them."""


@dataclass(frozen=True)
class Rung:
    """A rung that has been trained, exported and scored."""

    name: str
    recipe: Recipe
    bundle: Path
    parameters: int
    target_tokens: int
    """Seen in training."""
    quality: Quality


def rung_names(wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The wanted rungs, lowest first; without a wish all of them."""
    if unknown := [name for name in wanted or () if name not in RUNGS]:
        raise RecipeError(f"no rung {', '.join(unknown)}; there are {', '.join(RUNGS)}")
    return tuple(name for name in RUNGS if not wanted or name in wanted)


def climb(names: Sequence[str], recipes: Path, data_dir: Path, out_dir: Path, device: str) -> Iterator[Rung]:
    """Train, export and score one rung after the other; all have the same vocabulary and alignment."""
    for name in names:
        recipe = load_recipe(recipes / f"{name}.toml")
        run = out_dir / name
        run.mkdir(parents=True, exist_ok=True)
        _share(out_dir, run)
        if not (run / FINAL).exists():
            log.info("%s: training", name)
            train(recipe, data_dir, run, device)
        _share(run, out_dir)
        if not (run / "bundle").exists():
            _export(recipe, run, data_dir)
        yield _rung(name, recipe, run, data_dir)


def _share(giver: Path, taker: Path) -> None:
    for name in SHARED:
        if (giver / name).exists() and not (taker / name).exists():
            shutil.copyfile(giver / name, taker / name)


def _export(recipe: Recipe, run: Path, data_dir: Path) -> None:
    """float32 graphs, compared with PyTorch on dev sentences."""
    held_out = dev_sets(recipe, data_dir)
    sentences = [(split_direction(dev.direction)[1], text) for dev in held_out for text in dev.sources]
    report = export_bundle(run / FINAL, run / VOCABULARY, recipe, run / "bundle", sentences=sentences)
    log.info("%s: %s", recipe.name, report)


def _rung(name: str, recipe: Recipe, run: Path, data_dir: Path) -> Rung:
    scored = run / "quality.json"
    if not scored.exists():
        quality = measure_quality(run / "bundle", test_set(recipe, data_dir))
        write_json(scored, asdict(quality))
    quality = Quality(**json.loads(scored.read_text(encoding="utf-8")))
    log.info("%s: BLEU %.1f greedy, %.1f beam 5", name, quality.bleu["greedy"], quality.bleu["beam 5"])
    journal = read_journal(run / "log.csv")
    return Rung(
        name,
        recipe,
        run / "bundle",
        parameters=sum(count_parameters(load_trained(run / FINAL).model).values()),
        target_tokens=int(journal[-1]["target_tokens"]) if journal else 0,
        quality=quality,
    )


def test_set(recipe: Recipe, data_dir: Path) -> TestSet:
    """The recipe's first test corpus, in its first trained direction."""
    [spec, *_] = recipe.test
    source, target = recipe.directions[0]
    pairs = list(read_pairs(spec, data_dir, ReadingReport()))
    if source != spec.languages[0]:
        pairs = [(b, a) for a, b in pairs]
    name = Path(spec.paths[0]).name.split(".")[0]
    return TestSet(name, f"{source}-{target}", [a for a, _ in pairs], [b for _, b in pairs])
