"""Words that nobody knows, by hand and against every sequence of a tiny space."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.decoding.scripted import EOS, SPECIAL, History, ScriptedModel, Source, random_script

from traverba.decoding import DecodeOptions, Request, Sampling, TargetWords, WordPieces, decode

PIECES = ("", "", "", " win", "ner", "s")
WIN, NER, S = 3, 4, 5
WORDS = TargetWords(
    WordPieces(
        goes_on=np.array([piece[:1].isalpha() for piece in PIECES]),
        endings=tuple(piece.strip() for piece in PIECES),
        is_ending=tuple(piece.isalpha() for piece in PIECES),
    ),
    {"win", "wins", "winner", "winners", "s"}.__contains__,
)


def script(source: Source, history: History) -> np.ndarray:
    """ "winner" goes on with "ner" (0.6), which makes a word of no list, or ends (0.4)."""
    probs = {(): {WIN: 1.0}, (WIN,): {NER: 1.0}, (WIN, NER): {NER: 0.6, EOS: 0.4}}.get(history, {EOS: 1.0})
    return np.log(np.array([probs.get(token, 1e-9) for token in range(6)])).astype(np.float32)


def translated(options: DecodeOptions, words: TargetWords | None = WORDS) -> tuple[int, ...]:
    [found] = decode(ScriptedModel(script, 6), [Request((9,), words=words)], options, SPECIAL)
    return found.best.ids


def penalty(nats: float, beam_size: int = 3, sampling: Sampling | None = None) -> DecodeOptions:
    return DecodeOptions(
        beam_size=beam_size, length_penalty=0.0, guards="off", made_up_penalty=nats, sampling=sampling
    )


def test_a_word_nobody_knows_loses_to_a_less_likely_one_that_is_known() -> None:
    assert translated(penalty(0.0)) == (WIN, NER, NER)
    assert translated(penalty(0.4)) == (WIN, NER, NER), "ln 0.6 - 0.4 is more than ln 0.4"
    assert translated(penalty(0.41)) == (WIN, NER), "ln 0.6 - 0.41 is less"


def test_nothing_is_taken_where_nobody_knows_the_words_or_nothing_competes() -> None:
    assert translated(penalty(9.0), words=None) == (WIN, NER, NER)
    assert translated(penalty(9.0, beam_size=1)) == (WIN, NER, NER)
    assert translated(penalty(9.0, sampling=Sampling(top_k=1))) == (WIN, NER, NER)


def test_what_is_told_of_the_probabilities_is_the_models() -> None:
    options = DecodeOptions(
        beam_size=3, num_hypotheses=2, length_penalty=0.0, guards="off", made_up_penalty=2.0
    )
    [found] = decode(ScriptedModel(script, 6), [Request((9,), words=WORDS)], options, SPECIAL)
    known, unknown = found.hypotheses
    assert (known.ids, unknown.ids) == ((WIN, NER), (WIN, NER, NER))
    assert unknown.score == pytest.approx(math.log(0.6) - 2.0, abs=1e-5)
    assert unknown.log_probs.sum() == pytest.approx(math.log(0.6), abs=1e-5)


def made_up(ids: tuple[int, ...]) -> int:
    """Words of a sentence that are none."""
    return sum(not WORDS.knows(word) for word in "".join(PIECES[i] for i in ids).split())


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), nats=st.sampled_from([0.5, 2.0, 10.0]), together=st.booleans())
def test_a_beam_as_wide_as_the_space_finds_the_best_sum_of_words_and_probability(
    seed: int, nats: float, together: bool
) -> None:
    options = DecodeOptions(
        beam_size=200,
        num_hypotheses=5,
        length_penalty=1.0,
        max_length=3,
        guards="off",
        made_up_penalty=nats,
    )
    random = random_script(seed, 6)
    others = [Request((8, 7)), Request((7,), words=WORDS)] if together else []
    requests = [Request((9,), words=WORDS), *others]
    found = decode(ScriptedModel(random, 6), requests, options, SPECIAL)[0]
    scored = {}
    for length in range(4):
        for ids in product((WIN, NER, S), repeat=length):
            steps = [float(random((9,), ids[:t])[token]) for t, token in enumerate((*ids, EOS))]
            scored[ids] = (sum(steps) - nats * made_up(ids)) / ((6 + length) / 6)
    best = sorted(scored, key=lambda ids: -scored[ids])[:5]
    assert [h.ids for h in found.hypotheses] == best
    assert [h.score for h in found.hypotheses] == pytest.approx([scored[i] for i in best], abs=1e-5)
