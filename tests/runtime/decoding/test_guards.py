"""Loops, runaway length and empty output: seen, mended where possible, never hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.runtime.decoding.scripted import EOS, SPECIAL, History, ScriptedModel, Source, log_softmax, saying

from traverba.decoding import DecodeOptions, Request, Sampling, decode
from traverba.decoding.loops import LoopWatch, ends_in_loop, find_loop, repeats_itself

SOURCE = tuple(range(10, 30))
SEARCHES = [DecodeOptions(beam_size=1), DecodeOptions(beam_size=4)]


def stuck(source: Source, history: History) -> np.ndarray:
    """Says 4, 5, 6 and then 7, 8, 7, 8 …, unless it has to say something else: then it ends."""
    logits = np.zeros(12)
    if history[:3] == (4, 5, 6) and set(history[3:]) <= {7, 8}:
        logits[7 if history[-1] != 7 else 8] = 12.0
        logits[EOS] = 6.0
    elif len(history) < 3:
        logits[4 + len(history)] = 12.0
    else:
        logits[EOS] = 12.0
    return log_softmax(logits)


@pytest.mark.parametrize("options", SEARCHES)
def test_a_loop_is_retried_with_a_penalty(options: DecodeOptions) -> None:
    [found] = decode(ScriptedModel(stuck, 12), [SOURCE], options, SPECIAL)
    assert found.flags == ("loop_retried",) and found.best.finished
    assert found.best.ids[:3] == (4, 5, 6) and len(found.best.ids) < 8


def test_a_retry_keeps_the_prefix_and_its_hook() -> None:
    """The hook is asked about the words after the caller's prefix, as in the first search."""
    asked: set[History] = set()

    def allowed_next(ids: History) -> set[int] | None:
        asked.add(ids)
        return {5} if not ids else None if len(ids) > 30 else set(range(2, 12))

    request = Request(SOURCE, prefix=(4,), allowed_next=allowed_next)
    [found] = decode(ScriptedModel(stuck, 12), [request], SEARCHES[0], SPECIAL)
    assert found.flags == ("loop_retried",) and found.best.ids[:2] == (4, 5)
    assert all(ids[:2] in ((), (5,), (5, 6)) for ids in asked)


def test_several_draws_start_anew() -> None:
    options = DecodeOptions(sampling=Sampling(temperature=0.3), num_hypotheses=3)
    [found] = decode(ScriptedModel(stuck, 12), [SOURCE], options, SPECIAL)
    assert found.flags == ("loop_retried",) and len(found.hypotheses) == 3


@pytest.mark.parametrize("options", SEARCHES)
def test_a_loop_is_cut_early_and_flagged_when_no_retry_is_wanted(options: DecodeOptions) -> None:
    [found] = decode(ScriptedModel(stuck, 12), [SOURCE], replace(options, guards="flag"), SPECIAL)
    assert found.flags == ("loop",) and found.steps < 20  # the limit would be 70


@pytest.mark.parametrize("options", SEARCHES)
def test_guards_switched_off_look_away(options: DecodeOptions) -> None:
    [found] = decode(ScriptedModel(stuck, 12), [SOURCE], replace(options, guards="off"), SPECIAL)
    assert found.flags == ("runaway",) and len(found.best.ids) == 70


def test_a_source_that_repeats_itself_may_have_such_a_translation() -> None:
    laugh = (4,) * 12
    model = ScriptedModel(saying(9, laugh, certainty=0.99), 9)
    [found] = decode(model, [(20,) * 12], DecodeOptions(beam_size=1), SPECIAL)
    assert found.best.ids == laugh and found.flags == ()
    [found] = decode(model, [SOURCE], DecodeOptions(beam_size=1), SPECIAL)
    assert found.flags == ("loop_retried",)


def test_a_loop_that_has_ended_is_seen_too() -> None:
    model = ScriptedModel(saying(9, (3, *[4] * 9, 5), certainty=0.99), 9)
    [found] = decode(model, [SOURCE], DecodeOptions(beam_size=1, guards="flag"), SPECIAL)
    assert found.best.finished and found.flags == ("loop",)


@pytest.mark.parametrize("options", SEARCHES)
def test_an_empty_output_is_retried(options: DecodeOptions) -> None:
    def shy(source: Source, history: History) -> np.ndarray:
        return np.log(np.array([0.001, 0.001, 0.9, 0.003, 0.09, 0.005])).astype(np.float32)

    [found] = decode(ScriptedModel(shy, 6), [SOURCE], options, SPECIAL)
    assert found.best.ids == (4,) and found.flags == ("empty_retried",)
    [flagged] = decode(ScriptedModel(shy, 6), [SOURCE], replace(options, guards="flag"), SPECIAL)
    assert flagged.best.ids == () and flagged.flags == ("empty",)


def test_a_retry_that_does_not_help_says_both() -> None:
    endless = saying(400, tuple(range(10, 390)), certainty=0.999)
    [found] = decode(ScriptedModel(endless, 400), [SOURCE[:3]], DecodeOptions(beam_size=1), SPECIAL)
    assert found.flags == ("runaway_retried", "runaway") and not found.best.finished
    assert found.steps == 2 * 20  # both searches: limit 3 * 3 + 10, and the look beyond


def test_only_the_sentences_in_trouble_are_retried() -> None:
    def script(source: Source, history: History) -> np.ndarray:
        return stuck(source, history) if source == SOURCE else saying(12, (4, 5))(source, history)

    model = ScriptedModel(script, 12)
    found = decode(model, [SOURCE, SOURCE[::-1], SOURCE], DecodeOptions(beam_size=1), SPECIAL)
    assert [d.flags for d in found] == [("loop_retried",), (), ("loop_retried",)]
    assert [shape[0] for shape in model.encoded] == [3, 2]


@pytest.mark.parametrize(
    ("ids", "loops"),
    [
        ((4,) * 8, True),
        ((4,) * 7, False),
        ((4, 5) * 4, True),
        ((4, 5, 6) * 4, True),
        ((4, 5, 6) * 3, False),
        (tuple(range(8)) * 4, True),
        (tuple(range(9)) * 9, False),  # longer periods are not looked for
        (tuple(range(40)), False),
        ((), False),
    ],
)
def test_what_counts_as_a_loop(ids: tuple[int, ...], loops: bool) -> None:
    assert ends_in_loop(ids) == (find_loop(ids) is not None) == loops
    assert (find_loop((1, 2, *ids, 3, 4)) is not None) == loops and not ends_in_loop((*ids, 98, 99))


def test_what_is_certain_is_never_part_of_a_later_loop() -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        words = [np.tile(rng.integers(3, 6, rng.integers(1, 4)), rng.integers(1, 6)) for _ in range(4)]
        ids = np.concatenate(words).tolist()
        loop = find_loop(ids)
        watch = LoopWatch()
        for token in ids:
            watch.push(token)
            assert loop is None or watch.certain <= loop
        assert watch.loop == loop


def test_what_counts_as_a_repetitive_source() -> None:
    assert repeats_itself((9, 4, 5, 4, 5, 4, 5, 9)) and repeats_itself((4, 4, 4))
    assert not repeats_itself((4, 5, 4, 5)) and not repeats_itself((4, 4)) and not repeats_itself(())
