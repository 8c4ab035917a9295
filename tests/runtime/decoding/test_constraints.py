"""Phrases that must appear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.runtime.decoding.scripted import (
    SPECIAL,
    History,
    ScriptedModel,
    Source,
    random_script,
    saying,
)

from traverba.decoding import DecodeOptions, Request, SpecialIds, decode
from traverba.decoding.constraints import Progress, contains

SOURCE = (9, 8, 7)
WORDS = SpecialIds(0, 1, 2, word_begins=frozenset({8}), word_ends=frozenset({7, 8}))
Run = tuple[int, ...]


def spelled(*runs: Run) -> tuple[tuple[Run, ...], ...]:
    """Phrases of one spelling each."""
    return tuple((run,) for run in runs)


@pytest.mark.parametrize("beam_size", [1, 2, 5, 20])
@pytest.mark.parametrize("phrases", [((8,),), ((8, 6, 8),), ((8, 7), (6,), (7, 3)), ((4, 4), (4, 4))])
def test_every_phrase_appears_at_any_width(beam_size: int, phrases: tuple[tuple[int, ...], ...]) -> None:
    options = DecodeOptions(beam_size=beam_size, num_hypotheses=beam_size, guards="off")
    for seed in range(5):
        model = ScriptedModel(random_script(seed, 10, end_bias=0.5), 10)
        [found] = decode(model, [Request(SOURCE, constraints=spelled(*phrases))], options, SPECIAL)
        for hypothesis in found.hypotheses:
            if hypothesis.finished:
                assert all(contains(hypothesis.ids, (phrase,)) for phrase in phrases)
        assert all(contains(found.best.ids, (phrase,)) for phrase in phrases) and found.flags == ()


def test_phrases_the_model_would_say_anyway_cost_nothing() -> None:
    model = ScriptedModel(saying(9, (4, 5, 6, 7)), 9)
    [found] = decode(model, [Request(SOURCE, constraints=spelled((5, 6)))], DecodeOptions(), SPECIAL)
    assert found.best.ids == (4, 5, 6, 7)


def test_a_phrase_is_put_where_it_costs_least() -> None:
    """The phrase 7, 8 costs the same anywhere, but after it the text goes on as before only at the end."""
    model = ScriptedModel(saying(9, (4, 5), certainty=0.97), 9)
    [found] = decode(
        model, [Request(SOURCE, constraints=spelled((7, 8)))], DecodeOptions(beam_size=8), SPECIAL
    )
    assert contains(found.best.ids, ((7, 8),)) and len(found.best.ids) <= 4


def test_a_constraint_that_cannot_be_met_is_flagged() -> None:
    model = ScriptedModel(saying(9, (4, 5)), 9)
    options = DecodeOptions(suppressed_ids=(7,), max_length=6)
    [found] = decode(model, [Request(SOURCE, constraints=spelled((7,)))], options, SPECIAL)
    assert "constraints_unmet" in found.flags and not found.best.finished


def test_a_sentence_of_which_only_the_end_is_possible_ends() -> None:
    def script(source: Source, history: History) -> np.ndarray:
        possible = SPECIAL.eos if history else 7
        return np.where(np.arange(9) == possible, 0.0, -np.inf).astype(np.float32)

    requests = [Request(SOURCE, constraints=spelled((7,))), Request(SOURCE[:2], constraints=spelled((7,)))]
    for found in decode(ScriptedModel(script, 9), requests, DecodeOptions(guards="off"), SPECIAL):
        assert found.best.ids == (7,) and found.flags == ()


def test_a_limit_too_short_leaves_the_hypothesis_that_met_most() -> None:
    model = ScriptedModel(random_script(1, 9), 9)
    [found] = decode(
        model, [Request(SOURCE, constraints=spelled((7, 8), (6, 5)))], DecodeOptions(max_length=3), SPECIAL
    )
    assert "constraints_unmet" in found.flags
    assert contains(found.best.ids, ((7, 8),)) or contains(found.best.ids, ((6, 5),))


def walk(progress: Progress, tokens: Run, phrases: tuple[tuple[Run, ...], ...]) -> Progress:
    for token in tokens:
        progress = progress.after(token, phrases, WORDS)
    return progress


def test_progress_falls_back_when_a_phrase_is_broken_off() -> None:
    phrases = spelled((3, 4, 5), (6,))
    progress = Progress((0, 1))
    assert progress.wanted(phrases, WORDS) == {3, 6} and progress.missing(phrases) == 4
    progress = walk(progress, (3, 4), phrases)
    assert progress.wanted(phrases, WORDS) == {5} and progress.missing(phrases) == 2
    assert walk(progress, (7,), phrases).missing(phrases) == 4
    assert walk(progress, (3,), phrases).missing(phrases) == 3  # a new start
    assert walk(progress, (6,), phrases).missing(phrases) == 3  # broken off, but the other phrase is met
    assert walk(progress, (5, 6), phrases).open == ()


def test_any_spelling_meets_a_phrase() -> None:
    phrases = (((3, 4), (5,)), ((6,),))
    assert Progress((0, 1)).missing(phrases) == 3
    assert Progress((0, 1)).wanted(phrases, WORDS) == {3, 5, 6}
    for said in ((3, 4, 6), (5, 6), (6, 5), (3, 5, 6)):
        assert walk(Progress((0, 1)), said, phrases).open == ()


def test_a_phrase_is_met_only_as_a_word_of_its_own() -> None:
    """With 7 = " port", 8 = "able" and 9 = " ": "portable" and "able port" have no word "able"."""
    phrases = spelled((8,))
    assert walk(Progress((0,)), (7, 8, 7), phrases).open == (0,)
    assert walk(Progress((0,)), (9, 8, 7), phrases).open == ()
    assert Progress((0,), in_word=True).wanted(phrases, WORDS) == set()
    port = spelled((7,))
    assert walk(Progress((0,)), (7, 9), port).open == ()
    assert walk(Progress((0,)), (7, 8), port).open == (0,)
    assert walk(Progress((0,)), (7, 8, 7, 9), port).open == ()


def test_constrained_sentences_share_no_batch_with_others() -> None:
    model = ScriptedModel(random_script(1, 9), 9)
    steered = Request(SOURCE, constraints=spelled((7,)))
    [alone] = decode(model, [steered], DecodeOptions(), SPECIAL)
    mixed = decode(model, [SOURCE, steered, SOURCE], DecodeOptions(), SPECIAL)
    assert mixed[1].best.ids == alone.best.ids
    assert replace(mixed[1].best, score=0.0).ids == alone.best.ids
