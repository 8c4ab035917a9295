"""Phrases that must appear."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.runtime.decoding.scripted import SPECIAL, ScriptedModel, random_script, saying

from traverba.decoding import DecodeOptions, Request, decode
from traverba.decoding.constraints import Progress, contains

SOURCE = (9, 8, 7)


@pytest.mark.parametrize("beam_size", [1, 2, 5, 20])
@pytest.mark.parametrize("phrases", [((8,),), ((8, 6, 8),), ((8, 7), (6,), (7, 3)), ((4, 4), (4, 4))])
def test_every_phrase_appears_at_any_width(beam_size: int, phrases: tuple[tuple[int, ...], ...]) -> None:
    options = DecodeOptions(beam_size=beam_size, num_hypotheses=beam_size, guards="off")
    for seed in range(5):
        model = ScriptedModel(random_script(seed, 10, end_bias=0.5), 10)
        [found] = decode(model, [Request(SOURCE, constraints=phrases)], options, SPECIAL)
        for hypothesis in found.hypotheses:
            if hypothesis.finished:
                assert all(contains(hypothesis.ids, phrase) for phrase in phrases)
        assert all(contains(found.best.ids, phrase) for phrase in phrases) and found.flags == ()


def test_phrases_the_model_would_say_anyway_cost_nothing() -> None:
    model = ScriptedModel(saying(9, (4, 5, 6, 7)), 9)
    [found] = decode(model, [Request(SOURCE, constraints=((5, 6),))], DecodeOptions(), SPECIAL)
    assert found.best.ids == (4, 5, 6, 7)


def test_a_phrase_is_put_where_it_costs_least() -> None:
    """The phrase 7, 8 costs the same anywhere, but after it the text goes on as before only at the end."""
    model = ScriptedModel(saying(9, (4, 5), certainty=0.97), 9)
    [found] = decode(model, [Request(SOURCE, constraints=((7, 8),))], DecodeOptions(beam_size=8), SPECIAL)
    assert contains(found.best.ids, (7, 8)) and len(found.best.ids) <= 4


def test_a_constraint_that_cannot_be_met_is_flagged() -> None:
    model = ScriptedModel(saying(9, (4, 5)), 9)
    options = DecodeOptions(suppressed_ids=(7,), max_length=6)
    [found] = decode(model, [Request(SOURCE, constraints=((7,),))], options, SPECIAL)
    assert "constraints_unmet" in found.flags and not found.best.finished


def test_a_limit_too_short_leaves_the_hypothesis_that_met_most() -> None:
    model = ScriptedModel(random_script(1, 9), 9)
    [found] = decode(
        model, [Request(SOURCE, constraints=((7, 8), (6, 5)))], DecodeOptions(max_length=3), SPECIAL
    )
    assert "constraints_unmet" in found.flags
    assert contains(found.best.ids, (7, 8)) or contains(found.best.ids, (6, 5))


def test_progress_falls_back_when_a_phrase_is_broken_off() -> None:
    phrases = ((3, 4, 5), (6,))
    progress = Progress((0, 1))
    assert progress.wanted(phrases) == {3, 6} and progress.missing(phrases) == 4
    progress = progress.after(3, phrases).after(4, phrases)
    assert progress.wanted(phrases) == {5} and progress.missing(phrases) == 2
    assert progress.after(7, phrases).missing(phrases) == 4
    assert progress.after(3, phrases).missing(phrases) == 3  # a new start
    assert progress.after(6, phrases).missing(phrases) == 3  # broken off, but the other phrase is met
    assert progress.after(5, phrases).after(6, phrases) == Progress(())


def test_constrained_sentences_share_no_batch_with_others() -> None:
    model = ScriptedModel(random_script(1, 9), 9)
    steered = Request(SOURCE, constraints=((7,),))
    [alone] = decode(model, [steered], DecodeOptions(), SPECIAL)
    mixed = decode(model, [SOURCE, steered, SOURCE], DecodeOptions(), SPECIAL)
    assert mixed[1].best.ids == alone.best.ids
    assert replace(mixed[1].best, score=0.0).ids == alone.best.ids
