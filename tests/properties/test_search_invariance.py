"""What must not matter: the batch, the order, duplicates, windows, streaming."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.decoding.scripted import EOS, SPECIAL, ScriptedModel, random_script

from traverba.decoding import (
    Batching,
    Decoded,
    DecodeOptions,
    Request,
    Sampling,
    decode,
    decode_iter,
    score,
    stream_decode,
)
from traverba.decoding.beam import BeamChooser
from traverba.decoding.candidates import CandidateSource
from traverba.decoding.control import Control
from traverba.decoding.greedy import GreedyChooser
from traverba.decoding.loop import search_steps
from traverba.decoding.search import Search

VOCAB_SIZE = 9
WORDS = st.integers(3, VOCAB_SIZE - 1)

seeds = st.integers(0, 10_000)
requests = st.builds(
    Request,
    source=st.lists(st.integers(3, 30), max_size=20).map(tuple),
    prefix=st.one_of(st.just(()), st.lists(WORDS, max_size=3).map(tuple)),
)
constrained = st.builds(
    replace,
    requests,
    constraints=st.lists(
        st.lists(WORDS, min_size=1, max_size=2).map(lambda run: (tuple(run),)), max_size=2
    ).map(tuple),
)
searches = st.sampled_from(
    [
        DecodeOptions(beam_size=1),
        DecodeOptions(beam_size=3, num_hypotheses=2, coverage_penalty=0.2),
        DecodeOptions(beam_size=4, no_repeat_ngram_size=2, min_length=2),
        DecodeOptions(beam_size=2, repetition_penalty=1.3, suppressed_ids=(4,), guards="off"),
    ]
)
samplings = st.sampled_from(
    [
        DecodeOptions(sampling=Sampling(temperature=0.8, seed=5), num_hypotheses=2),
        DecodeOptions(sampling=Sampling(top_k=3), no_repeat_ngram_size=2),
        DecodeOptions(sampling=Sampling(top_p=0.7, seed=1)),
    ]
)


def facts(decoded: Decoded) -> object:
    """Everything in an answer, bit for bit."""
    return (
        decoded.flags,
        decoded.steps,
        [
            (h.ids, h.score, h.finished, h.log_probs.tobytes(), h.attention.tobytes())
            for h in decoded.hypotheses
        ],
    )


def model_of(seed: int) -> ScriptedModel:
    return ScriptedModel(random_script(seed, VOCAB_SIZE, end_bias=0.2), VOCAB_SIZE)


def exhaust(stream: Generator[tuple[int, ...], None, Decoded]) -> tuple[list[tuple[int, ...]], Decoded]:
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as stop:
            return pieces, stop.value


@settings(max_examples=40)
@given(
    seed=seeds,
    batch=st.lists(constrained, max_size=8),
    options=searches,
    budget=st.sampled_from([1, 60, 10_000]),
    window=st.integers(1, 9),
)
def test_a_sentence_is_decoded_alike_alone_and_in_any_batch(
    seed: int, batch: list[Request], options: DecodeOptions, budget: int, window: int
) -> None:
    model = model_of(seed)
    alone = [facts(decode(model, [request], options, SPECIAL)[0]) for request in batch]
    batching = Batching(token_budget=budget, window=window)
    assert [facts(d) for d in decode(model, batch, options, SPECIAL, batching=batching)] == alone
    backwards = decode(model, batch[::-1] + batch, options, SPECIAL)
    assert [facts(d) for d in backwards] == alone[::-1] + alone


@settings(max_examples=20)
@given(seed=seeds, batch=st.lists(requests, max_size=6), options=samplings)
def test_a_draw_does_not_depend_on_the_batch(seed: int, batch: list[Request], options: DecodeOptions) -> None:
    model = model_of(seed)
    alone = [facts(decode(model, [request], options, SPECIAL)[0]) for request in batch]
    assert [facts(d) for d in decode(model, batch[::-1] + batch, options, SPECIAL)] == alone[::-1] + alone


@settings(max_examples=20)
@given(seed=seeds, batch=st.lists(requests, max_size=12), options=searches)
def test_the_lazy_form_gives_what_the_list_gives(
    seed: int, batch: list[Request], options: DecodeOptions
) -> None:
    model = model_of(seed)
    lazily = decode_iter(model, (r for r in batch), options, SPECIAL, batching=Batching(window=5))
    assert [facts(d) for d in lazily] == [facts(d) for d in decode(model, batch, options, SPECIAL)]


@settings(max_examples=60)
@given(seed=seeds, request=constrained, options=st.one_of(searches, samplings), guards=st.booleans())
def test_the_pieces_of_a_stream_are_the_answer(
    seed: int, request: Request, options: DecodeOptions, guards: bool
) -> None:
    if options.sampling:
        request = replace(request, constraints=())
    options = replace(options, guards="flag" if guards else "off")
    model = model_of(seed)
    [answer] = decode(model, [request], options, SPECIAL)
    pieces, streamed = exhaust(stream_decode(model, request, options, SPECIAL))
    assert tuple(token for piece in pieces for token in piece) == answer.best.ids
    assert facts(streamed) == facts(answer)
    assert all(pieces)


@settings(max_examples=60)
@given(seed=seeds, length=st.integers(4, 20), options=searches)
def test_a_stream_that_runs_into_a_loop_is_the_answer_too(
    seed: int, length: int, options: DecodeOptions
) -> None:
    """What comes next depends on the last two words only: most sentences run in circles."""
    script = random_script(seed, VOCAB_SIZE, sharpness=4.0)
    model = ScriptedModel(lambda source, history: script(source[:1], history[-2:]), VOCAB_SIZE)
    source = tuple(range(3, 3 + length))
    options = replace(options, no_repeat_ngram_size=0, guards="retry")
    [answer] = decode(model, [source], options, SPECIAL)
    pieces, streamed = exhaust(stream_decode(model, source, options, SPECIAL))
    assert tuple(token for piece in pieces for token in piece) == streamed.best.ids
    if "runaway_retried" not in answer.flags:
        assert facts(streamed) == facts(answer)


@settings(max_examples=30)
@given(seed=seeds, source=st.lists(st.integers(3, 30), min_size=1, max_size=20).map(tuple))
def test_beam_of_one_equals_greedy(seed: int, source: tuple[int, ...]) -> None:
    model, options, request = model_of(seed), DecodeOptions(beam_size=1, guards="off"), Request(source)
    candidates = CandidateSource([request], options, SPECIAL, VOCAB_SIZE, 1, 1)
    search = Search([request], options, candidates, BeamChooser(EOS, 1), 1)
    for _ in search_steps(model, [request], search, SPECIAL, Control()):
        pass
    assert facts(search.answers[0]) == facts(decode(model, [source], options, SPECIAL)[0])


@settings(max_examples=40)
@given(seed=seeds, request=requests.filter(lambda r: r.source), options=st.one_of(searches, samplings))
def test_scoring_a_found_target_gives_its_own_log_probs(
    seed: int, request: Request, options: DecodeOptions
) -> None:
    model = model_of(seed)
    [found] = decode(model, [request], options, SPECIAL)
    [scored] = score(model, [request.source], [found.best.ids], options, SPECIAL)
    assert scored.ids == found.best.ids and scored.finished
    tokens = len(found.best.log_probs)
    assert scored.log_probs[:tokens].tobytes() == found.best.log_probs.tobytes()
    assert scored.attention[:tokens].tobytes() == found.best.attention.tobytes()
    if found.best.finished and options.repetition_penalty == 1.0 and options.sampling is None:
        assert scored.score == pytest.approx(found.best.score, abs=1e-6)


@settings(max_examples=40)
@given(seed=seeds, request=constrained, options=searches)
def test_prefix_comes_first_and_constraints_are_met(
    seed: int, request: Request, options: DecodeOptions
) -> None:
    options = replace(options, no_repeat_ngram_size=0, suppressed_ids=())
    [found] = decode(model_of(seed), [replace(request, source=(5, 6, *request.source))], options, SPECIAL)
    assert all(h.ids[: len(request.prefix)] == request.prefix for h in found.hypotheses)
    text = ",".join(map(str, (0, *found.best.ids, 0)))
    assert all("," + ",".join(map(str, phrase)) + "," in text for (phrase,) in request.constraints)


@settings(max_examples=40)
@given(
    seed=seeds,
    source=st.lists(st.integers(3, 30), min_size=1, max_size=9).map(tuple),
    low=st.integers(0, 12),
    room=st.integers(0, 4),
    beam=st.integers(1, 4),
)
def test_lengths_stay_within_their_limits(
    seed: int, source: tuple[int, ...], low: int, room: int, beam: int
) -> None:
    high = max(1, low + room)
    options = DecodeOptions(
        beam_size=beam, num_hypotheses=beam, min_length=low, max_length=high, max_length_ratio=100.0
    )
    [found] = decode(model_of(seed), [source], options, SPECIAL)
    assert all(low <= len(h.ids) <= high for h in found.hypotheses)
    assert all(h.finished or len(h.ids) == high for h in found.hypotheses)
    assert all(len(h.log_probs) == len(h.attention) == len(h.ids) + h.finished for h in found.hypotheses)
    assert all(h.attention.shape[1] == len(source) for h in found.hypotheses)
    assert all(np.isfinite(h.score) for h in found.hypotheses)


@given(
    seed=seeds,
    sentences=st.lists(requests, min_size=1, max_size=5),
    options=st.sampled_from(
        [
            DecodeOptions(beam_size=1),
            DecodeOptions(beam_size=1, max_length_ratio=0.5, max_length_offset=1, suppressed_ids=(EOS,)),
            DecodeOptions(beam_size=1, min_length=3, max_length=20, guards="flag", suppressed_ids=(4, 5)),
        ]
    ),
)
def test_going_on_with_the_best_token_at_once_changes_no_greedy_answer(
    seed: int, sentences: list[Request], options: DecodeOptions
) -> None:
    model = ScriptedModel(random_script(seed, VOCAB_SIZE), VOCAB_SIZE)
    found = decode(model, sentences, options, SPECIAL)
    with patch.object(GreedyChooser, "takes_best", False):
        expected = decode(model, sentences, options, SPECIAL)
    for mine, theirs in zip(found, expected, strict=True):
        assert (mine.flags, mine.steps, mine.best.ids) == (theirs.flags, theirs.steps, theirs.best.ids)
        assert mine.best.score == theirs.best.score
        np.testing.assert_array_equal(mine.best.log_probs, theirs.best.log_probs)
        np.testing.assert_array_equal(mine.best.attention, theirs.best.attention)
