"""Which sentences meet in a batch, and what a batch may cost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.runtime.decoding.scripted import PAD, SPECIAL, ScriptedModel, Source, random_script

from traverba.decoding import Batching, DecodeOptions, Request, decode, decode_iter
from traverba.decoding.batching import pad, padded_length, plan


def test_lengths_are_padded_to_the_next_multiple_of_eight() -> None:
    assert [padded_length(length) for length in (1, 8, 9, 16, 17)] == [8, 8, 16, 16, 24]
    src_ids, lengths = pad([(5, 6), (7,) * 3], PAD)
    assert src_ids.shape == (2, 8) and lengths.tolist() == [2, 3]
    assert src_ids[0].tolist() == [5, 6, 0, 0, 0, 0, 0, 0]


def test_a_batch_holds_one_padded_length_and_stays_within_the_budget() -> None:
    lengths = [3, 20, 8, 9, 3, 0, 17, 3]
    requests = [Request((5,) * length) for length in lengths]
    batches = plan(requests, [2] * len(lengths), [False] * len(lengths), Batching(token_budget=40))
    assert batches == [[0, 2], [4, 7], [1], [6], [3]]


@pytest.mark.parametrize("beam_size", [1, 3])
def test_batches_decoded_side_by_side_give_the_answers_of_one_after_the_other(beam_size: int) -> None:
    sources = [tuple(3 + (i * j) % 6 for j in range(1, 2 + i % 19)) for i in range(60)]
    options = DecodeOptions(beam_size=beam_size, max_length=6)
    script = random_script(4, 9, end_bias=0.4)
    expected = decode(ScriptedModel(script, 9), sources, options, SPECIAL)
    few = Batching(token_budget=60, window=25, workers=4)
    found = decode(ScriptedModel(script, 9), sources, options, SPECIAL, batching=few)
    assert [answer.best.ids for answer in found] == [answer.best.ids for answer in expected]
    assert [answer.best.score for answer in found] == [answer.best.score for answer in expected]


def test_a_batch_that_fails_beside_others_fails_the_call() -> None:
    class Broken(ScriptedModel):
        def encode(self, src_ids, src_lengths):
            if src_ids.shape[1] > 8:
                raise MemoryError("no room")
            return super().encode(src_ids, src_lengths)

    sources = [(4,) * length for length in range(1, 20)]
    with pytest.raises(MemoryError, match="no room"):
        decode(
            Broken(random_script(0, 9, end_bias=0.5), 9),
            sources,
            DecodeOptions(beam_size=1),
            SPECIAL,
            batching=Batching(workers=2),
        )


@pytest.mark.parametrize("budget", [1, 100, 400])
def test_the_model_never_sees_more_than_the_budget(budget: int) -> None:
    model = ScriptedModel(random_script(0, 9, end_bias=0.5), 9)
    sources = [(4,) * length for length in range(1, 20)]
    decode(model, sources, DecodeOptions(beam_size=3), SPECIAL, batching=Batching(token_budget=budget))
    for B, S in model.encoded:
        assert B == 1 or budget >= 3 * B * S


def test_a_stream_of_any_length_is_read_no_further_than_the_window() -> None:
    ahead = [0]

    def endless() -> Iterator[Source]:
        while True:
            ahead[0] += 1
            yield (3 + ahead[0] % 5,)

    model = ScriptedModel(random_script(0, 9, end_bias=0.5), 9)
    options = DecodeOptions(beam_size=1, max_length=3)
    answers = decode_iter(model, endless(), options, SPECIAL, batching=Batching(window=7))
    for answered, _ in zip(range(1, 101), answers, strict=False):
        assert ahead[0] - answered < 7


def test_every_sentence_keeps_its_beam_until_it_leaves() -> None:
    model = ScriptedModel(random_script(2, 9, end_bias=0.3), 9)
    decode(model, [(4, 5), (6,), (7, 8, 4)], DecodeOptions(beam_size=4), SPECIAL)
    assert all(rows == 4 * sentences for rows, sentences in model.step_shapes)
