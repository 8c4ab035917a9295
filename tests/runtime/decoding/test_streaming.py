"""When tokens are handed out."""

from __future__ import annotations

import numpy as np
from tests.runtime.decoding.scripted import EOS, SPECIAL, History, ScriptedModel, Source, log_softmax, saying

from traverba.decoding import Decoded, DecodeOptions, Sampling, decode, stream_decode


def collect(
    model: ScriptedModel, source: Source, options: DecodeOptions
) -> tuple[list[History], list[int], Decoded]:
    """The pieces, the number of steps each had taken, and the answer."""
    stream, pieces, steps = stream_decode(model, source, options, SPECIAL), [], []
    while True:
        try:
            pieces.append(next(stream))
            steps.append(len(model.step_shapes))
        except StopIteration as stop:
            return pieces, steps, stop.value


def test_greedy_hands_out_every_token_at_once() -> None:
    model = ScriptedModel(saying(9, (4, 5, 6)), 9)
    pieces, steps, answer = collect(model, (7,), DecodeOptions(beam_size=1))
    assert pieces == [(4,), (5,), (6,)] and steps == [1, 2, 3]
    assert answer.best.ids == (4, 5, 6)


def test_a_beam_hands_out_what_all_hypotheses_agree_on() -> None:
    """Whether 3 or 4 comes first stays open until what follows 3 has become too improbable."""

    def script(source: Source, history: History) -> np.ndarray:
        logits = np.full(9, -4.0)
        if not history:
            logits[3] = logits[4] = 5.0
        elif history[0] == 4:
            logits[EOS if len(history) > 5 else 5] = 0.0
        return log_softmax(logits)

    pieces, steps, answer = collect(ScriptedModel(script, 9), (7,), DecodeOptions(beam_size=2, guards="off"))
    assert answer.best.ids == (4, 5, 5, 5, 5, 5)
    assert steps[0] > 1 and len(pieces) > 1
    assert pieces[0][0] == 4


def test_a_stream_mends_an_empty_output() -> None:
    def shy(source: Source, history: History) -> np.ndarray:
        return np.log(np.array([0.001, 0.001, 0.9, 0.003, 0.09, 0.005])).astype(np.float32)

    pieces, _, answer = collect(ScriptedModel(shy, 6), (7,), DecodeOptions(beam_size=1))
    assert pieces == [(4,)] and answer.flags == ("empty_retried",)


def test_a_stream_holds_back_what_may_be_a_loop_and_mends_it() -> None:
    model, source = ScriptedModel(saying(9, (3, 4, 5, *[6] * 60), certainty=0.99), 9), tuple(range(30))
    pieces, steps, answer = collect(model, source, DecodeOptions(beam_size=1))
    assert pieces[:4] == [(3,), (4,), (5,), (6,)] and steps[:4] == [1, 2, 3, 4]
    assert answer.flags == ("loop_retried",) and len(pieces) == 5
    assert answer.best.ids == decode(model, [source], DecodeOptions(beam_size=1), SPECIAL)[0].best.ids


def test_a_repetition_that_is_no_loop_is_handed_out_when_it_is_over() -> None:
    model = ScriptedModel(saying(9, (3, 4, 4, 4, 5, 6), certainty=0.99), 9)
    pieces, steps, _ = collect(model, tuple(range(9)), DecodeOptions(beam_size=1))
    assert pieces == [(3,), (4,), (4, 4, 5), (6,)] and steps == [1, 2, 5, 6]


def test_a_runaway_stream_is_only_flagged() -> None:
    model = ScriptedModel(saying(400, tuple(range(10, 390)), certainty=0.999), 400)
    pieces, _, answer = collect(model, (7, 8), DecodeOptions(beam_size=1))
    assert answer.flags == ("runaway",) and len(pieces) == len(answer.best.ids) == 16


def test_draws_of_which_the_best_is_wanted_come_at_the_end() -> None:
    model = ScriptedModel(saying(9, (4, 5, 6), certainty=0.99), 9)
    pieces, _, answer = collect(model, (7,), DecodeOptions(sampling=Sampling(), num_hypotheses=3))
    assert pieces == [answer.best.ids]


def test_an_empty_source_streams_nothing() -> None:
    model = ScriptedModel(saying(9, (4,)), 9)
    pieces, _, answer = collect(model, (), DecodeOptions())
    assert pieces == [] and answer.best.ids == () and answer.best.finished and not model.encoded
