"""One encoder and a decoder for each target language: what they share and what they do not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE

from traverba_export.corpora.batching import plan_epoch
from traverba_export.corpora.examples import Pool, Sequences
from traverba_export.model import EncoderDecoder, ManyDecoders, ModelConfig, build_model, count_parameters
from traverba_export.training.transfer import start_from

SINGLE = ModelConfig(vocab_size=40, hidden_size=8)
CONFIG = dataclasses.replace(SINGLE, own_decoders=("fr", "de"))


@pytest.fixture
def model() -> ManyDecoders:
    torch.manual_seed(1)
    return ManyDecoders(CONFIG)


def forward(model: EncoderDecoder) -> torch.Tensor:
    return model(torch.tensor([[3, 7, 2]]), torch.tensor([3]), torch.tensor([[1, 9]]))


def test_a_configuration_with_own_decoders_builds_them_also_when_it_comes_from_json() -> None:
    assert isinstance(
        build_model(ModelConfig(**{**CONFIG.to_dict(), "own_decoders": ["fr", "de"]})), ManyDecoders
    )
    assert isinstance(build_model(SINGLE), EncoderDecoder)


@pytest.mark.parametrize("change", [{"attention": "none"}, {"decoder": "aligned"}])
def test_own_decoders_need_a_recurrent_decoder_with_attention(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="own_decoders"):
        dataclasses.replace(CONFIG, **change)


def test_every_language_adds_a_decoder_and_nothing_else(model: ManyDecoders) -> None:
    one, many = count_parameters(EncoderDecoder(SINGLE)), count_parameters(model)
    keys = sum(p.numel() for p in model.into("fr").decoder.attention.key.parameters())  # type: ignore[union-attr]
    assert many.pop("decoders") == 2 * one.pop("decoder") - keys
    assert many == one


def test_learning_a_language_leaves_the_others_decoder_alone(model: ManyDecoders) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    model.into("fr").logits(forward(model.into("fr"))).square().sum().backward()
    optimiser.step()
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    of_german = {name for name in changed if name.startswith("decoders.de")}
    assert of_german <= {"decoders.de.attention.key.weight", "decoders.de.attention.key.bias"}
    assert "encoder.forward_cell.input.weight" in changed and "decoders.fr.bottom.input.weight" in changed


def test_evaluation_mode_reaches_every_language() -> None:
    model = ManyDecoders(dataclasses.replace(CONFIG, dropout=0.5)).eval()
    assert torch.equal(forward(model.into("de")), forward(model.into("de")))


def test_a_language_without_a_decoder_is_an_error_that_names_those_there_are(model: ManyDecoders) -> None:
    with pytest.raises(ValueError, match=r"'es'.*fr, de"):
        model.into("es")


def test_all_decoders_can_begin_as_the_one_of_a_single_model(tmp_path: Path, model: ManyDecoders) -> None:
    Tokenizer(BPE({f"piece {i}": i for i in range(40)}, [])).save(str(tmp_path / "tokenizer.json"))
    single = EncoderDecoder(SINGLE)
    torch.save({"model": single.state_dict()}, tmp_path / "final.pt")
    start_from(tmp_path, model, tmp_path / "tokenizer.json")
    for target in CONFIG.own_decoders:
        torch.testing.assert_close(forward(model.into(target)), forward(single))


def test_what_many_decoders_learnt_can_be_gone_on_from(tmp_path: Path, model: ManyDecoders) -> None:
    Tokenizer(BPE({f"piece {i}": i for i in range(40)}, [])).save(str(tmp_path / "tokenizer.json"))
    torch.save({"model": model.state_dict()}, tmp_path / "final.pt")
    torch.manual_seed(2)
    later = ManyDecoders(CONFIG)
    start_from(tmp_path, later, tmp_path / "tokenizer.json")
    for target in CONFIG.own_decoders:
        torch.testing.assert_close(forward(later.into(target)), forward(model.into(target)))


def pool(direction: str, token: int, lengths: list[int]) -> Pool:
    sides = Sequences.pack([[9] * length for length in lengths])
    return Pool(f"corpus {direction}", sides, sides, token, 1.0)


def test_kept_apart_every_batch_has_one_target_language_and_no_example_is_lost() -> None:
    pools = [pool("en-fr", 5, [3, 4, 8, 2] * 9), pool("en-de", 4, [5, 1, 7] * 9), pool("es-fr", 5, [6] * 5)]
    plan = plan_epoch(pools, 40, seed=1, epoch=0, targets_apart=True)
    batches = [plan[i] for i in range(len(plan))]
    for batch in batches:
        assert set(batch.src_ids[:, 0]) == {{"fr": 5, "de": 4}[batch.target]}
        assert batch.src_ids.size <= 40
    assert sum(len(batch.src_ids) for batch in batches) == 36 + 27 + 5
    assert np.unique([batch.target for batch in batches]).tolist() == ["de", "fr"]
    together = plan_epoch(pools, 40, seed=1, epoch=0)
    assert any(len(set(together[i].src_ids[:, 0])) == 2 for i in range(len(together)))
