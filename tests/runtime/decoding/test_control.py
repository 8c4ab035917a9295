"""Stopping early returns what is finished and says so; progress is told."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from tests.runtime.decoding.scripted import SPECIAL, History, ScriptedModel, Source, saying

from traverba.decoding import (
    Batching,
    CancelToken,
    Control,
    DecodeOptions,
    decode,
    decode_iter,
    stream_decode,
)

GREEDY = DecodeOptions(beam_size=1)
ONE_BY_ONE = Batching(token_budget=1, window=2)
SAYS = saying(90, lambda source: tuple(range(10, 10 + source[0])), certainty=0.999)


def cancelling_after(steps: int, token: CancelToken) -> ScriptedModel:
    """A model during whose step number ``steps`` somebody presses the button."""
    model = ScriptedModel(SAYS, 90)

    def script(source: Source, history: History) -> np.ndarray:
        if len(model.step_shapes) == steps:
            token.cancel()
        return SAYS(source, history)

    model.script = script
    return model


def test_cancelling_keeps_what_is_finished_and_flags_the_rest() -> None:
    token = CancelToken()
    model = cancelling_after(5, token)
    found = decode(
        model, [(2,), (8,), (), (3,)], GREEDY, SPECIAL, control=Control(token), batching=Batching(window=3)
    )
    assert [d.best.ids for d in found] == [(10, 11), (10, 11, 12, 13, 14), (), ()]
    assert [d.best.finished for d in found] == [True, False, True, False]
    assert [d.flags for d in found] == [(), ("cancelled",), (), ("cancelled",)]
    assert len(model.step_shapes) == 5


def test_a_beam_cut_short_prefers_a_finished_hypothesis() -> None:
    token = CancelToken()
    options = DecodeOptions(beam_size=40, num_hypotheses=2, patience=3.0)
    [found] = decode(cancelling_after(3, token), [(8,)], options, SPECIAL, control=Control(token))
    assert found.flags == ("cancelled",) and found.best.finished


def test_a_deadline_that_has_passed_runs_nothing() -> None:
    model = ScriptedModel(SAYS, 90)
    control = Control(deadline=time.monotonic() - 1)
    found = decode(model, [(2,), ()], GREEDY, SPECIAL, control=control)
    assert [d.flags for d in found] == [("deadline",), ()] and model.encoded == []


def test_a_deadline_far_away_changes_nothing() -> None:
    [found] = decode(ScriptedModel(SAYS, 90), [(2,)], GREEDY, SPECIAL, control=Control.within(1000))
    assert found.best.ids == (10, 11) and found.flags == ()


def test_the_lazy_form_stops_reading_when_cancelled() -> None:
    token, read = CancelToken(), []

    def sources() -> Iterator[Source]:
        for number in range(1000):
            read.append(number)
            yield (2,)

    answers = decode_iter(
        ScriptedModel(SAYS, 90), sources(), GREEDY, SPECIAL, control=Control(token), batching=ONE_BY_ONE
    )
    assert next(answers).flags == ()
    token.cancel()
    assert len(list(answers)) == 1 and len(read) == 2


def test_progress_counts_sentences_up_to_the_total() -> None:
    told: list[tuple[int, int | None]] = []
    control = Control(on_progress=lambda done, total: told.append((done, total)))
    sources = [(2,), (), (3,), (4,)]
    decode(ScriptedModel(SAYS, 90), sources, GREEDY, SPECIAL, control=control, batching=ONE_BY_ONE)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_progress_reaches_the_total_without_a_model() -> None:
    told: list[tuple[int, int | None]] = []
    control = Control(on_progress=lambda done, total: told.append((done, total)))
    decode(ScriptedModel(SAYS, 90), [(), ()], GREEDY, SPECIAL, control=control)
    assert told == [(2, 2)]


def test_a_cancelled_stream_ends_with_what_it_handed_out() -> None:
    token = CancelToken()
    stream = stream_decode(cancelling_after(3, token), (8,), GREEDY, SPECIAL, control=Control(token))
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as stop:
            answer = stop.value
            break
    assert pieces == [(10,), (11,), (12,)] and answer.best.ids == (10, 11, 12)
    assert answer.flags == ("cancelled",)
