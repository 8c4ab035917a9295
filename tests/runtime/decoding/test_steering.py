"""Prefixes, what may follow them, forced and suppressed tokens, penalties over the past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.runtime.decoding.scripted import EOS, SPECIAL, ScriptedModel, log_softmax, random_script, saying

from traverba.decoding import DecodeOptions, Request, decode
from traverba.decoding.shaping import block_repeated_ngrams, penalise_repetition

SOURCE = (9, 8, 7)
GREEDY = DecodeOptions(beam_size=1)
BEAM = DecodeOptions(beam_size=3)


def test_the_search_goes_on_from_the_prefix_as_from_its_own_words() -> None:
    model = ScriptedModel(saying(9, (4, 5, 6, 7)), 9)
    for options in (GREEDY, BEAM):
        [found] = decode(model, [Request(SOURCE, prefix=(4, 8))], options, SPECIAL)
        assert found.best.ids == (4, 8, 6, 7)
        assert found.best.log_probs == pytest.approx(np.log([0.9, 0.1 / 8, 0.9, 0.9, 0.9]), abs=1e-5)


def test_a_prefix_may_hold_what_is_never_produced() -> None:
    def script(source: tuple[int, ...], history: tuple[int, ...]) -> np.ndarray:
        logits = np.zeros(9)
        logits[5] = -np.inf
        logits[EOS] = len(history)
        return log_softmax(logits)

    options = replace(BEAM, suppressed_ids=(6,))
    [found] = decode(ScriptedModel(script, 9), [Request(SOURCE, prefix=(6, 5, 0))], options, SPECIAL)
    assert found.best.ids[:3] == (6, 5, 0)
    assert found.best.log_probs[1] == -np.inf and np.isfinite(found.best.score)


def test_a_prefix_longer_than_the_limit_is_kept_whole() -> None:
    model = ScriptedModel(saying(9, ()), 9)
    [found] = decode(model, [Request(SOURCE, prefix=(4, 5, 6, 7, 8))], replace(BEAM, max_length=2), SPECIAL)
    assert found.best.ids == (4, 5, 6, 7, 8) and found.best.finished


def test_the_hook_says_what_may_complete_a_word_and_lets_go_after() -> None:
    """A word half typed: it must go on with 6, then 7 or 8; afterwards anything may follow."""
    asked: list[tuple[int, ...]] = []

    def allowed_next(ids: tuple[int, ...]) -> set[int] | None:
        asked.append(ids)
        return {0: {6}, 1: {7, 8}}.get(len(ids))

    model = ScriptedModel(saying(9, (4, 5, 8, 7, 3)), 9)
    for options in (GREEDY, BEAM):
        asked.clear()
        request = Request(SOURCE, prefix=(4,), allowed_next=allowed_next)
        [found] = decode(model, [request], options, SPECIAL)
        assert found.best.ids == (4, 6, 8, 7, 3)
        assert max(map(len, asked)) == 2  # never asked again once it has let go


def test_suppressed_tokens_never_appear_and_forced_ones_do() -> None:
    model = ScriptedModel(random_script(4, 9), 9)
    options = replace(
        BEAM, num_hypotheses=3, suppressed_ids=(3, 5, 7), forced_ids=((1, 7), (3, 4)), min_length=5
    )
    [found] = decode(model, [SOURCE], options, SPECIAL)
    for hypothesis in found.hypotheses:
        assert (hypothesis.ids[1], hypothesis.ids[3]) == (7, 4)
        assert not {3, 5, 7} & ({*hypothesis.ids[:1], hypothesis.ids[2], *hypothesis.ids[4:]})


def test_only_steered_steps_ask_for_the_whole_distribution() -> None:
    model = ScriptedModel(saying(9, (4, 5, 6, 7)), 9)
    decode(model, [Request(SOURCE, prefix=(4, 5))], GREEDY, SPECIAL)
    assert (model.full_steps, len(model.step_shapes)) == (2, 5)


def test_no_ngram_comes_twice() -> None:
    model = ScriptedModel(saying(9, (4, 5) * 6), 9)
    for size in (1, 2, 3):
        options = replace(BEAM, no_repeat_ngram_size=size, min_length=6, guards="off")
        ids = decode(model, [SOURCE], options, SPECIAL)[0].best.ids
        ngrams = [ids[i : i + size] for i in range(len(ids) - size + 1)]
        assert len(ids) >= 6 and len(set(ngrams)) == len(ngrams)


def test_blocked_ngrams_are_those_that_occurred() -> None:
    scores = np.zeros((2, 6), np.float32)
    block_repeated_ngrams(scores, np.array([[3, 4, 5, 3, 4], [3, 3, 3, 3, 3]]), 3)
    assert np.argwhere(scores == -np.inf).tolist() == [[0, 5], [1, 3]]


def test_the_repetition_penalty_multiplies_once_what_was_said() -> None:
    scores = np.full((1, 5), -1.0, np.float32)
    penalise_repetition(scores, np.array([[3, 3, 4]]), 1.5)
    assert scores.tolist() == [[-1.0, -1.0, -1.0, -1.5, -1.5]]


def test_log_probs_stay_the_models_own_under_a_penalty() -> None:
    script = random_script(2, 9)
    [found] = decode(ScriptedModel(script, 9), [SOURCE], replace(BEAM, repetition_penalty=2.0), SPECIAL)
    tokens = (*found.best.ids, EOS)[: len(found.best.log_probs)]
    own = [script(SOURCE, tokens[:t])[token] for t, token in enumerate(tokens)]
    assert found.best.log_probs.tolist() == own


def test_options_that_leave_no_token_end_in_a_flag() -> None:
    """Three words, none twice, and at least five of them: it cannot be done."""
    model = ScriptedModel(random_script(0, 6), 6)
    for options in (GREEDY, BEAM):
        impossible = replace(options, no_repeat_ngram_size=1, min_length=5)
        [found] = decode(model, [SOURCE], impossible, SPECIAL)
        assert found.flags == ("dead_end",) and not found.best.finished and len(found.best.ids) == 3


@pytest.mark.parametrize("beam_size", [1, 4])
def test_what_is_banned_after_the_text_so_far_does_not_follow(beam_size: int) -> None:
    """5 may not follow 4, which the model would otherwise say."""
    model = ScriptedModel(saying(9, (4, 5, 6)), 9)
    request = Request((9,), banned_next=lambda ids: (5,) if ids[-1:] == (4,) else ())
    options = DecodeOptions(beam_size=beam_size, num_hypotheses=beam_size, guards="off")
    assert decode(model, [(9,)], options, SPECIAL)[0].best.ids == (4, 5, 6)
    [found] = decode(model, [request], options, SPECIAL)
    assert all((4, 5) not in zip(h.ids, h.ids[1:], strict=False) for h in found.hypotheses)
    fixed = replace(request, prefix=(4, 5))
    assert decode(model, [fixed], options, SPECIAL)[0].best.ids == (4, 5, 6)  # a prefix wins
