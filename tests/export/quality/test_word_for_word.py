"""The dictionary beside a bundle: what word for word makes of the same test sets."""

from __future__ import annotations

import lzma
import random
from pathlib import Path

import pytest

from traverba_export.cli import main
from traverba_export.quality.evaluation import perform
from traverba_export.quality.test_sets import TestSet
from traverba_export.quality.word_for_word import SETTINGS, Lookup
from traverba_export.recipe_file import load_recipe
from traverba_export.subwords import train_subwords

NUMBERS = {
    "one": "un",
    "two": "deux",
    "three": "trois",
    "four": "quatre",
    "five": "cinq",
    "six": "six",
    "seven": "sept",
    "eight": "huit",
}
RECIPE = """
name = "numbers"
seed = 1
vocab_size = 400
dev = []
[model]
preset = "tiny"
[[corpus]]
path = "numbers.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
"""


def counted(words: list[str]) -> tuple[str, str]:
    return " ".join(words), " ".join(NUMBERS[word] for word in words)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A corpus of numbers in the same order in both languages, and a recipe of it."""
    draw = random.Random(1)
    pairs = [counted(draw.choices(list(NUMBERS), k=draw.randint(2, 6))) for _ in range(300)]
    (tmp_path / "numbers.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")
    (tmp_path / "numbers.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def test_words_in_the_same_order_are_looked_up_without_a_mistake(data: Path) -> None:
    lines = (data / "numbers.tsv").read_text(encoding="utf-8").replace("\t", "\n").splitlines()
    subwords = train_subwords(lines, ("en", "fr"), 400, data / "tokenizer.json")
    source, reference = counted(["eight", "one", "seven", "four", "two", "two"])
    same = TestSet("same order", "en-fr", [source], [reference])
    turned = TestSet("other order", "en-fr", [source], [" ".join(reversed(reference.split()))])
    untrained = TestSet("untrained", "fr-en", [reference], [source])
    recipe = load_recipe(data / "numbers.toml")
    tasks = list(Lookup(recipe, data, subwords).tasks([same, turned, untrained]))
    assert [task.test_set.name for task in tasks] == ["same order", "other order"]
    assert [task.translate() for task in tasks] == [[reference]] * 2
    found, other = map(perform, tasks)
    assert found.bleu.value == pytest.approx(100) and found.bleu.value > other.bleu.value
    assert found.settings == SETTINGS


def test_evaluate_scores_the_dictionary_in_place_of_the_network(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "tatoeba").mkdir()
    with lzma.open(data / "tatoeba" / "en-fr.test.tsv.xz", "wt", encoding="utf-8") as stream:
        stream.write("one two three\tun deux trois\n")
    command = ["evaluate", "everyday", "--data", str(data), "--direction", "en-fr"]
    assert main([*command, "--lookup", str(data / "numbers.toml")]) == 0
    table = capsys.readouterr().out
    assert f"| en-fr | tatoeba test | {SETTINGS} |" in table and "int8" not in table


@pytest.mark.parametrize(
    ("mode", "unused"),
    [
        (["--data", "DATA", "--lookup", "everyday"], ["--beam", "5", "--precision", "fp32"]),
        (["--data", "DATA", "--lookup", "everyday"], ["--read-back", "0.1", "--zero-shot"]),
        (["--challenge"], ["--test-set", "tatoeba", "--record"]),
        (["--challenge"], ["--lookup", "everyday"]),
        (["--challenge"], ["--jobs", "2"]),
        (["--challenge"], ["--precision", "int8", "--precision", "fp32"]),
    ],
)
def test_evaluate_refuses_an_option_that_would_change_nothing(
    mode: list[str], unused: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "everyday", *mode, *unused]) == 2
    message = capsys.readouterr().err
    assert all(flag in message for flag in unused if flag.startswith("--")) and "leave it out" in message
