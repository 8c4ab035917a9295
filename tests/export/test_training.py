"""Recipes, schedule, checkpoints, and a real run that is killed and goes on."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE

from traverba_export.cli import main
from traverba_export.model import ModelConfig
from traverba_export.recipe import RecipeError, TrainingOptions
from traverba_export.recipe_file import load_recipe
from traverba_export.training.checkpoints import LATEST, average_weights
from traverba_export.training.preparation import prepare
from traverba_export.training.schedule import learning_rate
from traverba_export.training.transfer import load_parent

RECIPE = """
name = "reversal"
vocab_size = 271
[model]
preset = "tiny"
dropout = 0.1
[training]
token_budget = 120
max_steps = 120
warmup_steps = 5
decay_steps = 20
eval_interval = 40
eval_sentences = 5
save_interval = 10
precision = "fp32"
[[corpus]]
path = "train.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
[[dev]]
path = "dev.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words = ["ba", "do", "ki", "lu", "ma"]
    pairs = [(f"{a} {b} {c}", f"{c} {b} {a}") for a in words for b in words for c in words]
    (tmp_path / "train.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs[:-10]), encoding="utf-8")
    (tmp_path / "dev.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs[-10:]), encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def command(folder: Path, out: str) -> list[str]:
    start = "import sys; from traverba_export.cli import main; sys.exit(main(sys.argv[1:]))"
    where = ["--data", str(folder), "--out", str(folder / out), "--threads", "1", "--device", "cpu"]
    return [sys.executable, "-c", start, "train", str(folder / "recipe.toml"), *where]


def train(folder: Path, out: str) -> None:
    done = subprocess.run(command(folder, out), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def losses(out: Path) -> dict[int, float]:
    with (out / "log.csv").open(newline="", encoding="utf-8") as stream:
        return {int(row["step"]): float(row["train_loss"]) for row in csv.DictReader(stream)}


def kill_after_some_checkpoints(folder: Path, out: str, step: int) -> None:
    process = subprocess.Popen(command(folder, out), stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        log = folder / out / "log.csv"
        if log.exists() and any(s >= step for s in losses(folder / out)):
            break
        time.sleep(0.01)
    assert process.poll() is None, "the run ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.long
def test_a_killed_run_continues_as_if_nothing_had_happened(folder: Path) -> None:
    train(folder, "whole")
    kill_after_some_checkpoints(folder, "killed", step=30)
    assert max(losses(folder / "killed")) < 120
    train(folder, "killed")
    assert losses(folder / "killed") == losses(folder / "whole")
    weights = [torch.load(folder / out / "final.pt")["model"] for out in ("whole", "killed")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert (folder / "killed" / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert not list((folder / "killed").glob("*.partial"))


def test_a_truncated_checkpoint_cannot_come_from_a_kill_while_saving(folder: Path) -> None:
    """What a kill in the middle of a save leaves behind is a `.partial` file, which is ignored."""
    train(folder, "out")
    latest = folder / "out" / LATEST
    latest.with_suffix(".pt.partial").write_bytes(latest.read_bytes()[:100])
    train(folder, "out")


def test_the_learning_rate_warms_up_stays_and_decays() -> None:
    options = TrainingOptions(max_steps=100, warmup_steps=10, decay_steps=20, learning_rate=1.0)
    rates = [learning_rate(step, options) for step in (0, 4, 9, 50, 80, 90, 99)]
    assert rates == pytest.approx([0.1, 0.5, 1.0, 1.0, 1.0, 0.5, 0.05])


def test_averaging_is_the_mean_of_the_snapshots(tmp_path: Path) -> None:
    for name, value in (("a", 1.0), ("b", 4.0)):
        torch.save({"w": torch.full((2,), value)}, tmp_path / name)
    assert average_weights([tmp_path / "a", tmp_path / "b"])["w"].tolist() == [2.5, 2.5]


def test_the_mean_of_two_runs_is_a_finished_run(folder: Path) -> None:
    path = folder / "recipe.toml"
    for seed in (1, 2):
        path.write_text(f"seed = {seed}\n" + RECIPE.replace("max_steps = 120", "max_steps = 20"), "utf-8")
        train(folder, f"seed {seed}")
    runs = [folder / f"seed {seed}" for seed in (1, 2)]
    assert main(["average", *map(str, runs), "--out", str(folder / "mean")]) == 0
    one, two, mean = (torch.load(run / "final.pt")["model"] for run in (*runs, folder / "mean"))
    assert not torch.equal(one["output.bias"], two["output.bias"])
    assert all(torch.allclose(mean[name], (one[name] + two[name]) / 2, atol=1e-7) for name in one)
    assert (folder / "mean" / "tokenizer.json").read_bytes() == (runs[0] / "tokenizer.json").read_bytes()


def test_models_of_other_subwords_or_another_shape_have_no_mean(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, pieces, width in (("a", "xy", 2), ("b", "xyz", 2), ("c", "xy", 3)):
        (folder / name).mkdir()
        torch.save({"model": {"w": torch.zeros(width)}, "config": {}}, folder / name / "final.pt")
        tokenizer = Tokenizer(BPE({piece: i for i, piece in enumerate(pieces)}, []))
        tokenizer.save(str(folder / name / "tokenizer.json"))
    for other, reason in (("b", "the same subwords"), ("c", "one shape")):
        runs = [str(folder / name) for name in ("a", other)]
        assert main(["average", *runs, "--out", str(folder / "mean")]) == 2
        assert reason in capsys.readouterr().err
    assert not (folder / "mean").exists()


def test_a_bundle_has_a_part_in_a_mean(folder: Path) -> None:
    bundle = Path(__file__).parents[1] / "data" / "tiny.traverba"
    assert main(["average", str(bundle), str(bundle), "--out", str(folder / "mean")]) == 0
    mean, parent = torch.load(folder / "mean" / "final.pt"), load_parent(bundle)
    assert all(torch.allclose(mean["model"][name], weight) for name, weight in parent.weights.items())
    assert ModelConfig(**mean["config"]).vocab_size == len(parent.vocabulary)


def test_a_run_stops_when_its_time_is_up_and_goes_on_as_if_nothing_had_happened(folder: Path) -> None:
    train(folder, "whole")
    where = ["--data", str(folder), "--out", str(folder / "parts"), "--threads", "1", "--device", "cpu"]
    arguments = ["train", str(folder / "recipe.toml"), *where]
    assert main([*arguments, "--minutes", "0"]) == 0
    assert torch.load(folder / "parts" / LATEST)["progress"]["step"] == 1
    assert not (folder / "parts" / "final.pt").exists()
    assert main(arguments) == 0
    weights = [torch.load(folder / out / "final.pt")["model"] for out in ("whole", "parts")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("preset", "prest", "the key 'preset' is missing"),
        ('"tiny"', '"enormous"', "enormous"),
        ("save_interval", "save_every", "save_every"),
        ("en-fr = 1.0", "en-de = 1.0", "en-de"),
        ('name = "reversal"', 'name = "reversal"\nsurprise = 1', "surprise"),
        ('name = "reversal"', "name = ", "line 2"),
        ('path = "train.tsv"', 'path = ["train.tsv", "more.tsv", "most.tsv"]', "one file or two, not 3"),
    ],
)
def test_a_faulty_recipe_is_refused_by_name(folder: Path, old: str, new: str, message: str) -> None:
    path = folder / "recipe.toml"
    path.write_text(RECIPE.replace(old, new), encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        load_recipe(path)


def test_bad_use_of_the_command_line_is_one_line_and_exit_code_2(folder: Path) -> None:
    (folder / "train.tsv").write_bytes(b"fine\tbien\n\xff\tbad\n")
    done = subprocess.run(command(folder, "out"), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "train.tsv:2: not valid UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_corpus_too_small_for_its_vocabulary_is_refused_before_training(folder: Path) -> None:
    (folder / "recipe.toml").write_text(RECIPE.replace("271", "5000"), encoding="utf-8")
    done = subprocess.run(command(folder, "out"), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "vocab_size = 5000" in done.stderr and "Traceback" not in done.stderr


def test_training_stops_early_when_dev_no_longer_gains(folder: Path) -> None:
    """With a learning rate of zero, the second and third evaluations cannot be better than the first."""
    still = RECIPE.replace("eval_interval = 40", "eval_interval = 20\npatience = 2\nlearning_rate = 0.0")
    (folder / "recipe.toml").write_text(still, encoding="utf-8")
    train(folder, "out")
    assert max(losses(folder / "out")) == 60


def test_a_word_that_training_sees_often_is_whole_however_much_else_there_is(tmp_path: Path) -> None:
    for name, word, count in (("everyday", "morning", 60), ("manuals", "settings", 900)):
        lines = [f"{word} {number}\tba {number}\n" for number in range(count)]
        (tmp_path / f"{name}.tsv").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "dev.tsv").write_text("ki\tlu\n", encoding="utf-8")
    recipe = RECIPE.replace("train.tsv", "everyday.tsv").replace("vocab_size = 271", "vocab_size = 270")
    manuals = (
        '[[corpus]]\npath = "manuals.tsv"\nlanguages = ["en", "fr"]\ndirections = { en-fr = 0.01 }\n[[dev]]'
    )
    (tmp_path / "recipe.toml").write_text(recipe.replace("[[dev]]", manuals), encoding="utf-8")
    subwords = prepare(load_recipe(tmp_path / "recipe.toml"), tmp_path, tmp_path).subwords
    often, seldom = subwords.encode_batch(["morning", "settings"])
    assert len(often) == 1 < len(seldom)
