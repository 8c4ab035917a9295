"""Refinement by what a search finds: rewards, batches, the objective, and a run from a recipe."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from traverba_export.cli import main
from traverba_export.corpora.examples import Sequences
from traverba_export.model import EncoderDecoder, build_network, preset
from traverba_export.recipe import RecipeError, Refining
from traverba_export.recipe_file import load_recipe
from traverba_export.subwords import BOS, EOS, PAD
from traverba_export.training.candidates import token_log_probs
from traverba_export.training.feeding import places
from traverba_export.training.refining.contests import plan_contests
from traverba_export.training.refining.gleu import gleu
from traverba_export.training.refining.risk import contest_loss, objective
from traverba_export.training.refining.rivals import LEAST_DIFFERENCE, RivalPool
from traverba_export.training.run import read_data
from traverba_export.training.transfer import load_parent

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
CPU = torch.device("cpu")
OPTIONS = Refining(by="", corpora=(), sharpness=2.0, length_penalty=1.0, likelihood=0.5)


@pytest.mark.parametrize(
    ("hypothesis", "references", "reward"),
    [
        ("the cat sat", ["the cat sat"], 1.0),
        ("a dog", ["the cat sat"], 0.0),
        ("", ["the cat sat"], 0.0),
        # runs of the hypothesis: the, cat, the cat; of the reference 3 + 2 + 1: recall 3/6 is the smaller
        ("the cat", ["the cat sat"], 3 / 6),
        # 10 runs (4 + 3 + 2 + 1), of which 6 are the reference's: precision is the smaller
        ("the cat sat down", ["the cat sat"], 6 / 10),
        # "the" counts once, as often as the reference has it: 1 of 6
        ("the the the", ["the cat sat"], 1 / 6),
        # a mark is a word of its own: 1 of the 3 runs of "cat ."
        ("cat", ["cat."], 1 / 3),
        ("the cat", ["the cat sat", "the cat"], (3 / 6 + 1) / 2),
    ],
)
def test_gleu_is_the_smaller_of_precision_and_recall(
    hypothesis: str, references: list[str], reward: float
) -> None:
    assert gleu(hypothesis, references) == pytest.approx(reward)


def test_the_objective_is_what_the_papers_say_for_a_sentence_of_two_rivals_and_one_of_three() -> None:
    log_probs = torch.tensor([[-1.0, -2.0, -3.5, -torch.inf], [-4.0, -1.0, -1.5, -2.0]])
    lengths = torch.tensor([[3.0, 1.0, 7.0, -torch.inf], [2.0, 1.0, 1.0, 1.0]])
    rewards = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.4, 0.6]])
    found = objective(log_probs, lengths, rewards, OPTIONS)
    # lp is (5 + 1) / 6 = 1 and (5 + 7) / 6 = 2: scores -2 and -1.75, twice that in the softmax
    p, q = math.exp(-4.0), math.exp(-3.5)
    first = 1 - (0.9 * p + 0.1 * q) / (p + q) + 0.5 * 1.0
    a, b, c = math.exp(-2.0), math.exp(-3.0), math.exp(-4.0)
    second = 1 - (0.2 * a + 0.4 * b + 0.6 * c) / (a + b + c) + 0.5 * 4.0
    assert found.tolist() == pytest.approx([first, second])


def test_a_missing_rival_has_no_gradient_that_is_no_number() -> None:
    log_probs = torch.tensor([[-1.0, -2.0, -3.5, -torch.inf]], requires_grad=True)
    lengths = torch.tensor([[3.0, 1.0, 7.0, -torch.inf]])
    objective(log_probs, lengths, torch.tensor([[0.9, 0.1, 0.0]]), OPTIONS).sum().backward()
    assert log_probs.grad is not None and log_probs.grad.isfinite().all()
    assert log_probs.grad[0, 1] < 0 < log_probs.grad[0, 2]  # the better one is to gain, the worse to lose


def pool(draw: np.random.Generator, sentences: int, vocab_size: int, direction: str) -> RivalPool:
    def some(count: int) -> Sequences:
        return Sequences.pack(
            [draw.integers(5, vocab_size, draw.integers(1, 9)).tolist() for _ in range(count)]
        )

    first = np.concatenate(([0], np.cumsum(draw.integers(2, 5, sentences))))
    rewards = draw.random(first[-1]).astype(np.float32)
    return RivalPool(direction, 3, some(sentences), some(sentences), some(int(first[-1])), first, rewards)


def row_of(ids: np.ndarray) -> list[int]:
    return [int(i) for i in ids if i not in (PAD, BOS, EOS)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_every_sentence_comes_once_with_its_reference_its_rivals_and_their_rewards(
    seed: int, sentences: int, budget: int
) -> None:
    rng = np.random.default_rng(seed)
    pools = [pool(rng, sentences, 40, "en-fr"), pool(rng, 3, 40, "fr-en")]
    plan = plan_contests(pools, budget, seed, epoch=2)
    seen = []
    for number in range(len(plan)):
        batch = plan[number]
        assert batch.contest is not None
        mine = next(p for p in pools if p.direction.endswith(batch.target))
        rows, width = batch.next_ids.shape
        assert len(batch.src_ids) == 1 or rows * max(width, batch.src_ids.shape[1]) <= budget
        for s, source in enumerate(batch.src_ids):
            ids = row_of(source)[1:]  # behind the language token
            which = next(i for i in range(len(mine.source)) if mine.source[i].tolist() == ids)
            of = np.flatnonzero(batch.contest.sentence == s)
            assert batch.contest.slot[of].tolist() == list(range(len(of)))
            reference, *rivals = (row_of(batch.next_ids[row]) for row in of)
            own = range(mine.first[which], mine.first[which + 1])
            twins = [i for i in range(len(mine.source)) if mine.source[i].tolist() == ids]
            if len(twins) == 1:
                assert reference == mine.reference[which].tolist()
                assert rivals == [mine.rival[k].tolist() for k in own]
                assert (
                    batch.contest.rewards[s, : len(own)].tolist()
                    == mine.rewards[own.start : own.stop].tolist()
                )
            seen.append((batch.target, tuple(ids)))
    wanted = [(p.direction[-2:], tuple(p.source[i].tolist())) for p in pools for i in range(len(p.source))]
    assert sorted(seen) == sorted(wanted)


@pytest.fixture
def network() -> EncoderDecoder:
    torch.manual_seed(0)
    model = build_network(preset("tiny", vocab_size=40, dropout=0.0))
    assert isinstance(model, EncoderDecoder)
    return model.eval()


def by_hand(model: EncoderDecoder, pools: list[RivalPool], options: Refining) -> float:
    """One sentence and one row at a time, with torch's cross-entropy."""
    losses = []
    for mine in pools:
        for s in range(len(mine.source)):
            source = [mine.target_token, *mine.source[s].tolist(), EOS]
            rivals = range(mine.first[s], mine.first[s + 1])
            rows = [mine.reference[s].tolist(), *(mine.rival[k].tolist() for k in rivals)]
            sums = []
            for row in rows:
                hidden = model(
                    torch.tensor([source]), torch.tensor([len(source)]), torch.tensor([[BOS, *row]])
                )
                wanted = torch.tensor([*row, EOS])
                sums.append(-float(F.cross_entropy(model.logits(hidden)[0], wanted, reduction="sum")))
            scores = [total / ((5 + len(row) + 1) / 6) for total, row in zip(sums[1:], rows[1:], strict=True)]
            shares = np.exp(options.sharpness * np.array(scores))
            expected = float(shares @ mine.rewards[rivals.start : rivals.stop] / shares.sum())
            losses.append(1 - expected - options.likelihood * sums[0])
    return float(np.mean(losses))


@torch.no_grad()
def test_the_loss_of_a_batch_is_the_mean_of_its_sentences_one_at_a_time(network: EncoderDecoder) -> None:
    pools = [pool(np.random.default_rng(4), 6, 40, "en-fr")]
    plan = plan_contests(pools, 10_000, 1, 0)
    assert len(plan) == 1
    place = next(places(lambda epoch: plan, 0, 0, CPU))
    found = float(contest_loss(network, place, OPTIONS, sampled_vocabulary=0))
    assert found == pytest.approx(by_hand(network, pools, OPTIONS), abs=1e-5)


def test_updates_along_the_loss_bring_better_rivals_to_the_front(network: EncoderDecoder) -> None:
    rng = np.random.default_rng(4)
    mine = pool(rng, 6, 40, "en-fr")
    equal = Sequences.pack(rng.integers(5, 40, (len(mine.rewards), 4)).tolist())
    pools = [dataclasses.replace(mine, rival=equal)]  # else an untrained model is sure of the shortest
    place = next(places(lambda epoch: plan_contests(pools, 10_000, 1, 0), 0, 0, CPU))
    options = dataclasses.replace(OPTIONS, likelihood=0.0)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(60):
        optimiser.zero_grad()
        loss = contest_loss(network, place, options, sampled_vocabulary=0)
        loss.backward()
        optimiser.step()
    best = [pools[0].rewards[a:b].max() for a, b in zip(pools[0].first, pools[0].first[1:], strict=False)]
    assert float(loss.detach()) == pytest.approx(1 - float(np.mean(best)), abs=0.02)


def test_log_probs_against_all_tokens_are_torch_s_and_against_a_sample_near_them() -> None:
    torch.manual_seed(1)
    hidden, weight, bias = torch.randn(50, 8), 0.3 * torch.randn(400, 8), torch.randn(400)
    targets = torch.randint(0, 30, (50,))
    exact = torch.log_softmax(F.linear(hidden, weight, bias), dim=1)[torch.arange(50), targets]
    torch.testing.assert_close(token_log_probs(hidden, weight, bias, targets, 0), exact)
    samples = torch.stack([token_log_probs(hidden, weight, bias, targets, 200) for _ in range(50)])
    assert (samples.mean(0) - exact).abs().max() < 0.05


RECIPE = f"""
name = "refined"
vocab_size = 390
[model]
preset = "tiny"
[training]
token_budget = 400
precision = "fp32"
eval_interval = 4
eval_sentences = 2
[[phase]]
name = "refining"
steps = 4
learning_rate = 1e-3
[refining]
by = "{TINY}"
corpora = ["a.tsv"]
sentences = 20
rivals = 3
[[corpus]]
path = "a.tsv"
languages = ["qaa", "qab"]
directions = {{ qaa-qab = 1.0 }}
[[dev]]
path = "dev.tsv"
languages = ["qaa", "qab"]
directions = {{ qaa-qab = 1.0 }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = TINY.with_name("tiny.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t")[2:] for line in lines if line.startswith("qaa\tqab")]
    (tmp_path / "a.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in rows[:40]), encoding="utf-8")
    (tmp_path / "dev.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in rows[40:42]), encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def test_rivals_are_a_beam_s_translations_each_with_the_reward_of_its_text(folder: Path) -> None:
    recipe = load_recipe(folder / "recipe.toml")
    prepared = read_data(recipe, folder, folder, TINY)
    [mine] = prepared.rivals
    assert 0 < len(mine.source) <= 20 and not prepared.pools
    right = dict(line.split("\t") for line in (folder / "a.tsv").read_text(encoding="utf-8").splitlines())
    decode = prepared.subwords.decode
    for s in range(len(mine.source)):
        reference = right[decode(mine.source[s].tolist())]
        assert decode(mine.reference[s].tolist()) == reference
        own = range(mine.first[s], mine.first[s + 1])
        texts = [decode(mine.rival[k].tolist()) for k in own]
        assert 2 <= len(set(texts)) == len(texts) <= 3
        rewards = mine.rewards[own.start : own.stop]
        assert rewards.tolist() == pytest.approx([gleu(text, [reference]) for text in texts])
        assert np.ptp(rewards) >= LEAST_DIFFERENCE


def test_a_run_learns_from_rivals_and_goes_on_with_those_that_are_written(folder: Path) -> None:
    command = ["train", str(folder / "recipe.toml"), "--data", str(folder), "--out", str(folder / "run")]
    command += ["--start-from", str(TINY), "--threads", "1", "--device", "cpu"]
    assert main([*command, "--minutes", "0"]) == 0
    written = folder / "run" / "rivals" / "qaa-qab.npz"
    before = written.stat().st_mtime_ns
    assert main(command) == 0
    assert written.stat().st_mtime_ns == before and not list((folder / "run").rglob("*.partial"))
    final, parent = torch.load(folder / "run" / "final.pt")["model"], load_parent(TINY).weights
    assert torch.load(folder / "run" / "latest.pt")["progress"]["step"] == 4
    changes = [float((final[name] - weight).abs().max()) for name, weight in parent.items() if name in final]
    assert 0 < max(changes) < 0.05  # four updates from where the bundle stood


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('corpora = ["a.tsv"]', 'corpora = ["b.tsv"]', "b.tsv is no"),
        ('corpora = ["a.tsv"]', "corpora = []", "no sentences from qaa to qab"),
        ("rivals = 3", "rivals = 1", "at least 2"),
        ("token_budget = 400", "token_budget = 400\nword_dropout = 0.1", "word_dropout"),
        ("rivals = 3", "rivalry = 3", "rivalry"),
        ('preset = "tiny"', 'preset = "tiny"\ndecoder = "aligned"', "needs a beam"),
    ],
)
def test_what_refining_cannot_do_is_refused_by_name(folder: Path, old: str, new: str, message: str) -> None:
    path = folder / "recipe.toml"
    path.write_text(RECIPE.replace(old, new), encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        load_recipe(path)


def test_packed_data_cannot_have_rivals(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["pack-data", str(folder / "recipe.toml"), "--data", str(folder), "--out", str(folder / "x")]
    assert main(command) == 2
    assert "[refining]" in capsys.readouterr().err and not (folder / "x").exists()
