"""What the rungs without generation are trained on, and the dictionary that is counted from it."""

from pathlib import Path

import pytest
import torch

from traverba_export.corpora.examples import Pool, Sequences
from traverba_export.model import AlignedTranslator, ModelConfig, build_model, build_network
from traverba_export.model.pointer import SILENT, follow, speaking_bias
from traverba_export.recipe import RecipeError
from traverba_export.recipe_file import load_recipe
from traverba_export.training.word_by_word import aligned_pool, aligned_pools, count_dictionary

PAIRS = [([10, 11], [21, 22]), ([11, 12], [22, 23]), ([19, 12, 10], [21, 23]), ([10], [21]), ([12], [23])]
CONFIG = ModelConfig(vocab_size=30, decoder="dictionary", candidates=3)


def pool() -> Pool:
    source, target = (Sequences.pack([pair[side] for pair in PAIRS * 3]) for side in (0, 1))
    return Pool("made up en-de", source, target, target_token=3, passes=1.0)


def test_targets_are_as_long_as_sources_and_say_what_each_word_becomes() -> None:
    made = aligned_pool(pool())
    assert made.target.lengths.tolist() == made.source.lengths.tolist()
    assert [made.target[i].tolist() for i in range(3)] == [[21, 22], [22, 23], [SILENT, 23, 21]]


def test_what_was_aligned_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [first] = aligned_pools([pool()], tmp_path)
    monkeypatch.delattr("traverba_export.training.word_by_word.link_pairs")
    [again] = aligned_pools([pool()], tmp_path)
    assert again.target.ids.tolist() == first.target.ids.tolist()
    assert again.target.lengths.tolist() == first.target.lengths.tolist()


def test_a_dictionary_holds_relative_frequencies() -> None:
    """Counted by hand: the word 5 becomes 8 three times of four, and is silent once."""
    counted = Pool("", Sequences.pack([[5, 5], [5, 5]]), Sequences.pack([[8, 8], [SILENT, 8]]), 3, 1.0)
    model = count_dictionary([counted], CONFIG)
    assert model.ids[5, :2].tolist() == [8, SILENT]
    assert model.translation_log_probs[5, :2].exp().tolist() == pytest.approx([0.75, 0.25])
    assert len(set(model.ids[5].tolist())) == CONFIG.candidates


def test_a_word_that_was_never_seen_is_left_as_it_is() -> None:
    model = count_dictionary([aligned_pool(pool())], CONFIG)
    assert model.ids[25, 0] == 25 and model.translation_log_probs[25, 0] == 0.0


def test_an_aligned_network_learns_a_word_for_each_word() -> None:
    """Cross-entropy of a few updates on one example falls, and its greedy reading is the example."""
    torch.manual_seed(0)
    config = ModelConfig(
        vocab_size=30, hidden_size=16, decoder="aligned", encoder_layers=1, scale_embeddings=True
    )
    model = build_network(config)
    source, length, target = torch.tensor([[3, 10, 19, 12, 2]]), torch.tensor([5]), [21, SILENT, 23, 2]
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(40):
        hidden = model(source, length, torch.zeros(1, 4, dtype=torch.long))
        loss = torch.nn.functional.cross_entropy(model.output(hidden[0]), torch.tensor(target))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    memory, state = model.eval().encode(source, length)
    hidden, state, attention = model.decode(torch.zeros(1, 3, dtype=torch.long), state, memory)
    assert model.log_probs(hidden[0]).argmax(dim=-1).tolist() == [21, 23, 2]
    assert attention[0].argmax(dim=-1).tolist() == [1, 3, 4]


def test_the_pointer_passes_silent_words_by_and_rests_at_the_end() -> None:
    silent = torch.tensor([[False, False, True, False, False, False]])
    bias = speaking_bias(silent, torch.tensor([5]))
    position, stops = torch.zeros(1, 1), []
    for _ in range(4):
        position = follow(position, bias)
        stops.append(int(position))
    assert stops == [1, 3, 4, 4]


def test_impossible_rungs_are_refused() -> None:
    with pytest.raises(ValueError, match="must be H wide"):
        ModelConfig(vocab_size=30, decoder="aligned", encoder_layers=1, merge="concat")
    with pytest.raises(ValueError, match="counted"):
        build_network(CONFIG)
    with pytest.raises(ValueError, match="candidates"):
        ModelConfig(vocab_size=30, decoder="dictionary", candidates=31)
    assert isinstance(build_model(ModelConfig(vocab_size=30, decoder="aligned")), AlignedTranslator)


def test_a_recipe_says_only_what_differs_from_its_base(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(
        'name = "base"\nseed = 4\n[model]\npreset = "rung"\nhidden_size = 8\n[training]\nmax_steps = 7\n'
        '[[corpus]]\npath = "a.tsv"\nlanguages = ["en", "de"]\ndirections = { en-de = 1.0 }\n'
        '[[dev]]\npath = "b.tsv"\nlanguages = ["en", "de"]\n',
        encoding="utf-8",
    )
    (tmp_path / "own.toml").write_text(
        'base = "base.toml"\nname = "own"\n[model]\ncell = "rnn"\n[training]\nwarmup_steps = 1\n',
        encoding="utf-8",
    )
    recipe = load_recipe(tmp_path / "own.toml")
    assert (recipe.name, recipe.seed, recipe.model.cell, recipe.model.hidden_size) == ("own", 4, "rnn", 8)
    assert (recipe.training.max_steps, recipe.training.warmup_steps) == (7, 1)


def test_a_base_has_no_base(tmp_path: Path) -> None:
    (tmp_path / "circle.toml").write_text('base = "circle.toml"\n', encoding="utf-8")
    with pytest.raises(RecipeError, match="its base has a base itself"):
        load_recipe(tmp_path / "circle.toml")
