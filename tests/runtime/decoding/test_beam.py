"""Beam search on cases small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.runtime.decoding.scripted import (
    EOS,
    SPECIAL,
    History,
    ScriptedModel,
    Source,
    random_script,
    saying,
)

from traverba.decoding import Decoded, DecodeOptions, Request, Sampling, decode
from traverba.decoding.scoring import coverage_penalty, length_penalty, upper_bound

A, B, C = 3, 4, 5
PLAIN = DecodeOptions(beam_size=2, length_penalty=0.0, guards="off")


def garden_path(source: Source, history: History) -> np.ndarray:
    """A is the likelier first word (0.6), but B (0.4) has the likelier ending: 0.36 against 0.3."""
    probs = {
        (): {A: 0.6, B: 0.4},
        (A,): {A: 0.5, C: 0.5},
        (B,): {C: 0.9, B: 0.1},
    }.get(history, {EOS: 1.0})
    return np.log(np.array([probs.get(token, 1e-9) for token in range(6)])).astype(np.float32)


def test_beam_search_leaves_the_path_that_greedy_takes() -> None:
    model = ScriptedModel(garden_path, 6)
    [greedy] = decode(model, [(9,)], DecodeOptions(beam_size=1), SPECIAL)
    [beam] = decode(model, [(9,)], PLAIN, SPECIAL)
    assert greedy.best.ids == (A, A) and greedy.best.log_probs == pytest.approx(
        np.log([0.6, 0.5, 1]), abs=1e-5
    )
    assert beam.best.ids == (B, C) and beam.best.score == pytest.approx(np.log(0.36), abs=1e-5)


def test_hypotheses_come_best_first_with_their_scores() -> None:
    options = DecodeOptions(beam_size=4, num_hypotheses=3, length_penalty=0.0, guards="off")
    [found] = decode(ScriptedModel(garden_path, 6), [(9,)], options, SPECIAL)
    assert [h.ids for h in found.hypotheses] == [(B, C), (A, A), (A, C)]
    assert [h.score for h in found.hypotheses] == pytest.approx(np.log([0.36, 0.3, 0.3]), abs=1e-5)


def test_the_length_penalty_is_that_of_the_paper() -> None:
    assert length_penalty(1, 0.6) == 1.0
    assert length_penalty(7, 0.5) == pytest.approx(2**0.5)
    assert length_penalty(13, 2.0) == pytest.approx(9.0)
    assert length_penalty(40, 0.0) == 1.0


def test_the_coverage_penalty_counts_each_source_token_up_to_one() -> None:
    assert coverage_penalty(np.array([1.0, 2.5]), 0.2) == 0.0
    assert coverage_penalty(np.array([0.5, 1.5, 0.25]), 0.2) == pytest.approx(0.2 * np.log(0.125))


def test_the_upper_bound_is_never_below_a_reachable_score() -> None:
    longest = np.array([length_penalty(20, 0.6)])
    for steps in range(5, 21):
        assert -4.0 / length_penalty(steps, 0.6) <= upper_bound(np.array([-4.0]), longest)[0]


def test_a_sentence_stops_once_nothing_can_win() -> None:
    model = ScriptedModel(saying(8, (4, 5, 6), certainty=0.99), 8)
    [found] = decode(model, [(9,) * 30], DecodeOptions(beam_size=5), SPECIAL)
    assert found.best.ids == (4, 5, 6)
    assert found.steps < 8  # the limit would be 100 tokens


def test_finished_sentences_leave_the_batch() -> None:
    script = saying(60, lambda source: tuple(range(10, 10 + source[0])), certainty=0.999)
    model = ScriptedModel(script, 60)
    found = decode(model, [(12,), (1,), (6,)], DecodeOptions(beam_size=1), SPECIAL)
    assert [len(d.best.ids) for d in found] == [12, 1, 6]
    assert [d.steps for d in found] == [13, 2, 7]
    assert [rows for rows, _ in model.step_shapes] == [3] * 2 + [2] * 5 + [1] * 6


def test_an_ordinary_beam_never_asks_for_the_whole_distribution() -> None:
    model = ScriptedModel(random_script(3, 12), 12)
    options = DecodeOptions(beam_size=3, min_length=4, suppressed_ids=(7,), coverage_penalty=0.2)
    decode(model, [(9, 8)], options, SPECIAL)
    assert model.step_shapes and model.full_steps == 0


@pytest.mark.parametrize(("count", "beam_size"), [(0, 64), (1, 64), (50, 64), (1000, 1), (1000, 3)])
def test_any_number_of_sentences_at_any_width(count: int, beam_size: int) -> None:
    model = ScriptedModel(saying(7, (4, 5)), 7)
    found = decode(model, [(6,)] * count, DecodeOptions(beam_size=beam_size, max_length=3), SPECIAL)
    assert len(found) == count and all(d.best.ids == (4, 5) and not d.flags for d in found)


def test_an_empty_source_never_runs_the_model() -> None:
    model = ScriptedModel(random_script(0, 8), 8)
    for options in (DecodeOptions(), DecodeOptions(sampling=Sampling(), num_hypotheses=3)):
        found = decode(
            model, [(), Request((), constraints=(((3,),),)) if not options.sampling else ()], options, SPECIAL
        )
        for decoded in found:
            assert decoded.best.ids == () and decoded.best.finished and decoded.best.attention.shape == (0, 0)
            assert decoded.flags == () and decoded.steps == 0
    assert model.encoded == [] and model.step_shapes == []


def test_a_sentence_longer_than_the_budget_is_decoded_alone() -> None:
    model = ScriptedModel(saying(7, (4, 5)), 7)
    found = decode(model, [(6,) * 10_000, (6,) * 10_000], DecodeOptions(beam_size=2), SPECIAL)
    assert [d.best.ids for d in found] == [(4, 5)] * 2
    assert model.encoded == [(1, 10_000), (1, 10_000)]


def test_a_vocabulary_smaller_than_the_beam_is_no_obstacle() -> None:
    model = ScriptedModel(random_script(1, 4), 4)
    [found] = decode(model, [(3, 3)], DecodeOptions(beam_size=64, num_hypotheses=8, max_length=9), SPECIAL)
    assert sorted(len(h.ids) for h in found.hypotheses) == sorted({len(h.ids) for h in found.hypotheses})


def test_the_longest_allowed_output_can_still_end() -> None:
    [found] = decode(ScriptedModel(saying(8, (4, 5, 6)), 8), [(9,)], DecodeOptions(max_length=3), SPECIAL)
    assert found.best.ids == (4, 5, 6) and found.best.finished and found.flags == ()


def test_a_poor_ending_does_not_hide_that_output_was_cut() -> None:
    """Only the first token can be followed by the end, with probability 0.05."""

    def script(source: Source, history: History) -> np.ndarray:
        probs = np.full(6, 1e-9)
        probs[EOS] = 0.05 if len(history) == 1 else 1e-9
        probs[A] = 0.95 - probs[EOS]
        return np.log(probs).astype(np.float32)

    options = DecodeOptions(beam_size=2, num_hypotheses=2, max_length=5)
    [found] = decode(ScriptedModel(script, 6), [(9,)], options, SPECIAL)
    assert [(h.ids, h.finished) for h in found.hypotheses] == [((A,) * 5, False), ((A,), True)]
    assert found.flags == ("truncated",)


def cut(decoded: Decoded) -> tuple[object, ...]:
    return decoded.best.ids, decoded.flags


def test_output_that_is_cut_says_so() -> None:
    model = ScriptedModel(saying(90, tuple(range(10, 80)), certainty=0.999), 90)
    for beam_size in (1, 3):
        at_max = DecodeOptions(beam_size=beam_size, max_length=4)
        at_ratio = DecodeOptions(
            beam_size=beam_size, max_length_ratio=2.0, max_length_offset=1, guards="flag"
        )
        assert cut(decode(model, [(9,)], at_max, SPECIAL)[0]) == ((10, 11, 12, 13), ("truncated",))
        assert cut(decode(model, [(9,)], at_ratio, SPECIAL)[0]) == ((10, 11, 12), ("runaway",))
