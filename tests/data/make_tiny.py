"""Make `tiny.traverba`, and its like in int8 and fp16: one trained model whose answers come from a rule.

    PYTHONPATH=runtime:export python tests/data/make_tiny.py

Three languages (codes of the range that ISO 639 keeps for private use) of 24 words each. Word i of
one language is word i of the others; ``qab`` says a sentence backwards; the mark stays at the end.
Training takes about a minute. Beside the model, ``tiny.tsv`` holds sentences that were not trained
on, with the translations the rule demands: source language, target language, source, translation.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from traverba_export.bundling import export_bundle
from traverba_export.recipe import Recipe
from traverba_export.recipe_file import load_recipe
from traverba_export.training.preparation import prepare
from traverba_export.training.trainer import Trainer
from traverba_export.variants import Precision

HERE = Path(__file__).parent
DIRECTIONS = (("qaa", "qab"), ("qab", "qaa"), ("qaa", "qac"))
SYLLABLES = {
    "qaa": ("ba", "lo", "mi", "tu", "ke"),
    "qab": ("zar", "eth", "ion", "usk"),
    "qac": ("да", "ну", "ри", "ще", "ок"),
}
WORDS = 24
LONGEST = 8
TRAINING_SENTENCES = 12_000
HELD_OUT_SENTENCES = 100
CALIBRATION_SENTENCES = 60
PRECISIONS: tuple[Precision, ...] = ("fp32", "int8", "fp16")

RECIPE = """
name = "tiny"
seed = 1
vocab_size = 390
[model]
preset = "tiny"
[training]
precision = "fp32"
token_budget = 1024
max_steps = 3200
warmup_steps = 100
decay_steps = 1600
learning_rate = 6e-3
label_smoothing = 0.05
eval_interval = 1600
eval_sentences = 50
average_last = 1
"""
CORPUS = """
[[corpus]]
path = "{0}-{1}.tsv"
languages = ["{0}", "{1}"]
directions = {directions}
licence = "CC0-1.0"
attribution = "Made up by tests/data/make_tiny.py"
[[dev]]
path = "{0}-{1}.dev.tsv"
languages = ["{0}", "{1}"]
directions = {directions}
"""


def words_of(language: str) -> list[str]:
    """24 distinct words of two syllables, the same every time."""
    syllables = SYLLABLES[language]
    seconds = (*syllables, *(s[::-1] for s in syllables))
    return list(dict.fromkeys(a + b for a in syllables for b in seconds))[:WORDS]


def say(meaning: tuple[int, ...], mark: str, language: str) -> str:
    """A meaning (numbers of words) in one of the languages: the whole rule."""
    words = [words_of(language)[i] for i in meaning]
    return " ".join(reversed(words) if language == "qab" else words) + mark


def draw(rng: random.Random, count: int) -> list[tuple[tuple[int, ...], str]]:
    """Distinct random meanings of 1 to 8 words, each with its final mark."""
    drawn: dict[tuple[tuple[int, ...], str], None] = {}
    while len(drawn) < count:
        meaning = tuple(rng.randrange(WORDS) for _ in range(rng.randint(1, LONGEST)))
        drawn[meaning, rng.choice((".", "?", ""))] = None
    return list(drawn)


def write_corpora(folder: Path, trained: list, held_out: list) -> Recipe:
    """Training and dev files of both language pairs, and the recipe that reads them."""
    text = RECIPE
    for pair, directions in (
        (("qaa", "qab"), '{ "qaa-qab" = 1.0, "qab-qaa" = 1.0 }'),
        (("qaa", "qac"), '{ "qaa-qac" = 1.0 }'),
    ):
        for suffix, meanings in (("tsv", trained), ("dev.tsv", held_out)):
            lines = ("\t".join(say(*m, language) for language in pair) for m in meanings)
            (folder / f"{pair[0]}-{pair[1]}.{suffix}").write_text("\n".join(lines) + "\n", encoding="utf-8")
        text += CORPUS.format(*pair, directions=directions)
    (folder / "tiny.toml").write_text(text, encoding="utf-8")
    return load_recipe(folder / "tiny.toml")


def main() -> None:
    """Draw, train, export, and write down the right answers."""
    meanings = draw(random.Random(1), TRAINING_SENTENCES + HELD_OUT_SENTENCES)
    held_out = meanings[:HELD_OUT_SENTENCES]
    answers = [(s, t, say(*m, s), say(*m, t)) for s, t in DIRECTIONS for m in held_out]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        recipe = write_corpora(folder, meanings[HELD_OUT_SENTENCES:], held_out)
        prepared = prepare(recipe, folder, folder)
        weights = Trainer(recipe, prepared, folder, "cpu").run()
        for precision in PRECISIONS:
            name = "tiny.traverba" if precision == "fp32" else f"tiny-{precision}.traverba"
            report = export_bundle(
                weights,
                folder / "tokenizer.json",
                recipe,
                HERE / name,
                sentences=[(target, text) for _, target, text, _ in answers[::2]],
                calibration=[
                    (t, say(*m, s)) for s, t in DIRECTIONS for m in meanings[-CALIBRATION_SENTENCES:]
                ],
                precisions=(precision,),
            )
            print(name, report, file=sys.stderr)
    (HERE / "tiny.tsv").write_text("".join("\t".join(a) + "\n" for a in answers), encoding="utf-8")


if __name__ == "__main__":
    main()
