"""Draws: the distribution they come from, and what a seed promises."""

from __future__ import annotations

import numpy as np
import pytest
from tests.runtime.decoding.scripted import SPECIAL, History, ScriptedModel, Source, random_script

from traverba.decoding import DecodeOptions, Sampling, decode
from traverba.decoding.sampling import distribution

PROBS = np.array([0.5, 0.2, 0.15, 0.1, 0.05])
LOG_PROBS = np.log(PROBS)[np.newaxis].astype(np.float32)


def test_temperature_sharpens_and_flattens() -> None:
    [half] = distribution(LOG_PROBS, Sampling(temperature=0.5))
    assert half == pytest.approx(PROBS**2 / (PROBS**2).sum(), abs=1e-6)
    [flat] = distribution(LOG_PROBS, Sampling(temperature=100.0))
    assert flat == pytest.approx(np.full(5, 0.2), abs=0.01)


def test_top_k_keeps_the_k_best() -> None:
    assert distribution(LOG_PROBS, Sampling(top_k=2))[0] == pytest.approx([5 / 7, 2 / 7, 0, 0, 0], abs=1e-6)


def test_top_p_keeps_the_fewest_that_hold_the_mass() -> None:
    kept = distribution(LOG_PROBS[:, ::-1], Sampling(top_p=0.69))[0] > 0
    assert kept.tolist() == [False, False, False, True, True]
    assert (distribution(LOG_PROBS, Sampling(top_p=1e-6))[0] > 0).tolist() == [True] + [False] * 4


def test_draws_follow_the_distribution() -> None:
    probs = np.array([0.0, 0.0, 0.0, 0.55, 0.3, 0.15])

    def script(source: Source, history: History) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.log(probs).astype(np.float32)

    options = DecodeOptions(sampling=Sampling(seed=3), num_hypotheses=20, max_length=100, guards="off")
    found = decode(ScriptedModel(script, 6), [(9,) * 40], options, SPECIAL)[0]
    drawn = np.bincount([token for h in found.hypotheses for token in h.ids], minlength=6)
    assert drawn / drawn.sum() == pytest.approx(probs, abs=0.04)  # 2,000 draws: 3.5 standard deviations


def test_the_seed_decides_the_draw() -> None:
    model = ScriptedModel(random_script(0, 12), 12)

    def draw(seed: int, count: int = 1) -> list[tuple[int, ...]]:
        options = DecodeOptions(sampling=Sampling(seed=seed), num_hypotheses=count, guards="off")
        return [h.ids for h in decode(model, [(4, 5)], options, SPECIAL)[0].hypotheses]

    assert draw(1) == draw(1)
    assert len({draw(seed)[0] for seed in range(20)}) > 10
    assert draw(1)[0] in draw(1, 4)  # more draws beside it change nothing


def test_sentences_are_drawn_for_independently() -> None:
    """Were they not, a long text would be translated with the same luck at every beginning."""

    def script(source: Source, history: History) -> np.ndarray:
        return np.full(12, -np.log(12)).astype(np.float32)

    options = DecodeOptions(sampling=Sampling(), guards="off")
    found = decode(ScriptedModel(script, 12), [(number,) for number in range(20)], options, SPECIAL)
    assert len({d.best.ids for d in found}) > 10


def test_the_coldest_temperature_is_greedy() -> None:
    model = ScriptedModel(random_script(5, 12), 12)
    cold = DecodeOptions(sampling=Sampling(temperature=0.01))
    [greedy] = decode(model, [(4, 5)], DecodeOptions(beam_size=1), SPECIAL)
    assert decode(model, [(4, 5)], cold, SPECIAL)[0].best.ids == greedy.best.ids


def test_top_k_needs_no_whole_distribution() -> None:
    model = ScriptedModel(random_script(5, 12), 12)
    decode(model, [(4, 5)], DecodeOptions(sampling=Sampling(top_k=3), guards="off"), SPECIAL)
    assert model.full_steps == 0
    decode(model, [(4, 5)], DecodeOptions(sampling=Sampling(top_p=0.5)), SPECIAL)
    assert model.full_steps > 0


def test_a_draw_without_a_way_on_is_kept_while_the_others_go_on() -> None:
    """After 3 only 3 may follow, and no bigram may come twice: that row ends, the rest does not."""
    script = random_script(0, 6, sharpness=0.1)

    def trap(source: Source, history: History) -> np.ndarray:
        if history and history[-1] == 3:
            return np.where(np.arange(6) == 3, 0.0, -np.inf).astype(np.float32)
        return script(source, history)

    options = DecodeOptions(sampling=Sampling(), num_hypotheses=12, no_repeat_ngram_size=2, guards="off")
    [found] = decode(ScriptedModel(trap, 6), [(9,) * 5], options, SPECIAL)
    assert len(found.hypotheses) == 12
    assert {h.finished for h in found.hypotheses} == {True, False}
    assert all(h.ids[-2:] == (3, 3) for h in found.hypotheses if not h.finished)
