"""Search against the definition of what it searches for: every sequence of a tiny space, enumerated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.decoding.scripted import EOS, SPECIAL, Script, ScriptedModel, attend, random_script

from traverba.decoding import Decoded, DecodeOptions, decode

VOCAB_SIZE = 6
WORDS = range(3, VOCAB_SIZE)
MAX_LENGTH = 4
CUT = -1  # marks a sequence without an end token
WIDE_BEAM = 3**MAX_LENGTH * 4  # more than there are candidates at any step
SCORE_TOLERANCE = 1e-5  # scores are sums of float32 log-probabilities

alphas = st.sampled_from([0.0, 0.2, 0.6, 1.0, 2.0])
betas = st.sampled_from([0.0, 0.2, 1.0])
seeds = st.integers(0, 10_000)
sources = st.lists(st.integers(3, 20), min_size=1, max_size=12).map(tuple)


def paper_score(
    script: Script, source: tuple[int, ...], ids: tuple[int, ...], a: float, b: float, *, cut: bool = False
) -> float:
    """Equation 14 of Wu et al. 2016, written out for one sequence, with its end token unless it was cut."""
    tokens = ids if cut else (*ids, EOS)
    log_prob = sum(float(script(source, tokens[:t])[token]) for t, token in enumerate(tokens))
    lp = (5 + len(tokens)) ** a / (5 + 1) ** a
    attention = [attend(source, (1, *tokens[:t]), len(source)) for t in range(len(tokens))]
    covered = [min(sum(float(p[i]) for p in attention), 1.0) for i in range(len(source))]
    return log_prob / lp + b * sum(math.log(max(c, 1e-10)) for c in covered)


def all_sequences() -> Iterator[tuple[int, ...]]:
    for length in range(MAX_LENGTH + 1):
        yield from product(WORDS, repeat=length)


def same(found: Decoded, other: Decoded) -> bool:
    return [(h.ids, h.score, h.finished) for h in found.hypotheses] == [
        (h.ids, h.score, h.finished) for h in other.hypotheses
    ]


@settings(max_examples=30)
@given(seed=seeds, source=sources, alpha=alphas, beta=betas, n=st.integers(1, 5))
def test_a_beam_as_wide_as_the_space_finds_the_true_optimum(
    seed: int, source: tuple[int, ...], alpha: float, beta: float, n: int
) -> None:
    script = random_script(seed, VOCAB_SIZE)
    options = DecodeOptions(
        beam_size=WIDE_BEAM,
        num_hypotheses=n,
        length_penalty=alpha,
        coverage_penalty=beta,
        max_length=MAX_LENGTH,
        guards="off",
    )
    [found] = decode(ScriptedModel(script, VOCAB_SIZE), [source], options, SPECIAL)
    scored = {ids: paper_score(script, source, ids, alpha, beta) for ids in all_sequences()}
    best = sorted(scored, key=lambda ids: -scored[ids])[:n]
    assert [h.ids for h in found.hypotheses] == best
    assert [h.score for h in found.hypotheses] == pytest.approx(
        [scored[i] for i in best], abs=SCORE_TOLERANCE
    )


@settings(max_examples=60)
@given(
    seed=seeds,
    source=sources,
    alpha=alphas,
    beta=betas,
    beam=st.integers(1, 8),
    patience=st.sampled_from([0.5, 1.0, 3.0]),
    data=st.data(),
)
def test_early_stopping_changes_no_result(
    seed: int,
    source: tuple[int, ...],
    alpha: float,
    beta: float,
    beam: int,
    patience: float,
    data: st.DataObject,
) -> None:
    options = DecodeOptions(
        beam_size=beam,
        num_hypotheses=data.draw(st.integers(1, beam)),
        length_penalty=alpha,
        coverage_penalty=beta,
        patience=patience,
        max_length=12,
        guards="off",
    )
    model = ScriptedModel(random_script(seed, VOCAB_SIZE, end_bias=0.3), VOCAB_SIZE)
    [early] = decode(model, [source], options, SPECIAL)
    with pytest.MonkeyPatch.context() as patch:
        # With an infinite bound no hypothesis is ever given up; one that died stays dead.
        patch.setattr(
            "traverba.decoding.search.upper_bound", lambda live, _: np.where(live > -np.inf, 1e30, live)
        )
        [late] = decode(model, [source], options, SPECIAL)
    assert same(early, late)
    assert early.steps <= late.steps


def plain_beam(script: Script, source: tuple[int, ...], options: DecodeOptions) -> list[tuple[int, ...]]:
    """Beam search as one would write it on a blackboard: sets of sequences, no arrays, no early stop."""
    K, live, finished = options.beam_size, {(): 0.0}, {}
    for t in range(options.max_length + 1):
        candidates = {
            (*ids, token): log_prob + float(script(source, ids)[token])
            for ids, log_prob in live.items()
            for token in (EOS, *WORDS)
        }
        ranked = sorted(candidates, key=lambda ids: -candidates[ids])
        for ids in ranked[:K]:
            if ids[-1] == EOS:
                finished[ids[:-1]] = paper_score(
                    script, source, ids[:-1], options.length_penalty, options.coverage_penalty
                )
        last_live = live
        live = {ids: candidates[ids] for ids in [ids for ids in ranked if ids[-1] != EOS][:K]}
        standing = max(live.values()) / ((6 + t) / 6) ** options.length_penalty
        bare = [paper_score(script, source, ids, options.length_penalty, 0.0) for ids in finished]
        if sum(score >= standing for score in bare) >= options.patience * K:
            break
    else:
        finished |= {
            (*ids, CUT): paper_score(
                script, source, ids, options.length_penalty, options.coverage_penalty, cut=True
            )
            for ids in last_live
            if ids not in finished
        }
    return sorted(finished, key=lambda ids: -finished[ids])[: options.num_hypotheses]


@settings(max_examples=60)
@given(seed=seeds, source=sources, alpha=alphas, beta=betas, beam=st.integers(1, 8), data=st.data())
def test_beam_search_does_what_the_blackboard_says(
    seed: int, source: tuple[int, ...], alpha: float, beta: float, beam: int, data: st.DataObject
) -> None:
    options = DecodeOptions(
        beam_size=beam,
        num_hypotheses=data.draw(st.integers(1, beam)),
        length_penalty=alpha,
        coverage_penalty=beta,
        max_length=10,
        max_length_ratio=1000.0,
        guards="off",
    )
    script = random_script(seed, VOCAB_SIZE, end_bias=0.3)
    [found] = decode(ScriptedModel(script, VOCAB_SIZE), [source], options, SPECIAL)
    expected = plain_beam(script, source, options)
    assert [h.ids if h.finished else (*h.ids, CUT) for h in found.hypotheses] == expected


@settings(max_examples=30)
@given(seed=seeds, source=sources)
def test_greedy_takes_the_most_probable_token_each_time(seed: int, source: tuple[int, ...]) -> None:
    script = random_script(seed, VOCAB_SIZE, end_bias=0.2)
    options = DecodeOptions(beam_size=1, max_length=10, guards="off")
    ids: list[int] = []
    while len(ids) < 10:
        probs = script(source, tuple(ids))
        token = max((EOS, *WORDS), key=lambda token: float(probs[token]))
        if token == EOS:
            break
        ids.append(token)
    [found] = decode(ScriptedModel(script, VOCAB_SIZE), [source], options, SPECIAL)
    assert found.best.ids == tuple(ids)
