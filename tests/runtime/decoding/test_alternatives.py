"""What else could stand at a position, and translations that differ."""

from __future__ import annotations

import numpy as np
import pytest
from tests.runtime.decoding.scripted import EOS, SPECIAL, ScriptedModel, random_script

from traverba.decoding import DecodeOptions, Request, alternatives, decode, diverse, score

SOURCE = (9, 8, 7)
BEAM = DecodeOptions(beam_size=3, guards="off")


@pytest.mark.parametrize("prefix", [(), (4,), (4, 5, 6)])
def test_alternatives_are_the_most_probable_next_tokens_each_completed(prefix: tuple[int, ...]) -> None:
    script = random_script(1, 10, end_bias=0.4)
    model = ScriptedModel(script, 10)
    found = alternatives(model, SOURCE, prefix, 4, BEAM, SPECIAL)
    probs = script(SOURCE, prefix)
    expected = [t for t in np.argsort(-probs).tolist() if t not in SPECIAL.never][:4]
    assert [(*d.best.ids, EOS)[len(prefix)] for d in found] == expected
    for token, answer in zip(expected, found, strict=True):
        assert answer.best.ids[: len(prefix)] == prefix
        if token != EOS:
            [completed] = decode(model, [Request(SOURCE, prefix=(*prefix, token))], BEAM, SPECIAL)
            assert completed.best.ids == answer.best.ids


def test_stopping_here_is_an_alternative_only_where_it_is_allowed() -> None:
    model = ScriptedModel(random_script(1, 6), 6)
    assert (4,) in [d.best.ids for d in alternatives(model, SOURCE, (4,), 4, BEAM, SPECIAL)]
    longer = DecodeOptions(beam_size=3, min_length=2, guards="off")
    found = alternatives(model, SOURCE, (4,), 4, longer, SPECIAL)
    assert len(found) == 3 and all(len(d.best.ids) >= 2 for d in found)


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_diverse_translations_all_differ_and_the_best_comes_first(count: int) -> None:
    for seed in range(4):
        model = ScriptedModel(random_script(seed, 10, end_bias=0.4), 10)
        options = DecodeOptions(beam_size=3, min_length=2, guards="off")
        found = diverse(model, SOURCE, count, options, SPECIAL)
        assert len({d.best.ids for d in found}) == len(found) == count
        assert found[0].best.ids == decode(model, [SOURCE], options, SPECIAL)[0].best.ids
        scores = [d.best.score for d in found[1:] if not d.flags]
        assert scores == sorted(scores, reverse=True)


def test_scores_of_given_targets_come_in_their_order() -> None:
    script = random_script(1, 10)
    targets = [(4, 5), (), (6,), (3, 3, 3, 3)]
    found = score(ScriptedModel(script, 10), [SOURCE] * 4, targets, BEAM, SPECIAL)
    for target, hypothesis in zip(targets, found, strict=True):
        tokens = (*target, EOS)
        own = [script(SOURCE, tokens[:t])[token] for t, token in enumerate(tokens)]
        assert hypothesis.ids == target and hypothesis.log_probs.tolist() == own
        lp = ((5 + len(tokens)) / 6) ** 0.6
        assert hypothesis.score == pytest.approx(sum(map(float, own)) / lp)
