"""A bad option is a typed error that names the option and its range."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.runtime.decoding.scripted import EOS, SPECIAL, ScriptedModel, random_script

from traverba.decoding import Batching, DecodeOptions, Request, Sampling, alternatives, decode, diverse
from traverba.errors import OptionError

MODEL = ScriptedModel(random_script(0, 8), 8)


def test_what_options_leave_to_the_model_is_taken_from_it_and_nothing_else() -> None:
    own = DecodeOptions(beam_size=3, length_penalty=1.3, coverage_penalty=0.1, shortlist=False)
    assert DecodeOptions(beam_size=2).completed(own) == replace(own, beam_size=2)
    chosen = DecodeOptions(length_penalty=0.0, coverage_penalty=0.0, shortlist=True)
    assert chosen.completed(own) == chosen


def test_without_anybody_to_say_otherwise_the_penalties_are_those_of_small_beams_in_the_literature() -> None:
    assert (DecodeOptions().alpha, DecodeOptions().beta) == (0.6, 0.0)


@pytest.mark.parametrize(
    ("options", "name", "bound"),
    [
        ({"beam_size": 0}, "beam_size", "1 to 1024"),
        ({"beam_size": 1025}, "beam_size", "1 to 1024"),
        ({"beam_size": 2.0}, "beam_size", "whole number"),
        ({"beam_size": True}, "beam_size", "whole number"),
        ({"length_penalty": -0.1}, "length_penalty", "0 to 10"),
        ({"length_penalty": float("nan")}, "length_penalty", "0 to 10"),
        ({"length_penalty": "1"}, "length_penalty", "0 to 10"),
        ({"coverage_penalty": 11}, "coverage_penalty", "0 to 10"),
        ({"num_hypotheses": 0}, "num_hypotheses", "1 to 1024"),
        ({"num_hypotheses": 6}, "num_hypotheses", "beam_size (5)"),
        ({"patience": 0}, "patience", "0.01 to 100"),
        ({"min_length": -1}, "min_length", "0 to 100000"),
        ({"min_length": 5, "max_length": 4}, "min_length", "max_length (4)"),
        ({"min_length_ratio": -1.0}, "min_length_ratio", "0 to 100"),
        ({"max_length": 0}, "max_length", "1 to 100000"),
        ({"max_length_ratio": float("inf")}, "max_length_ratio", "0 to 1000"),
        ({"max_length_offset": -1}, "max_length_offset", "0 to 100000"),
        ({"repetition_penalty": 0.9}, "repetition_penalty", "1 to 100"),
        ({"no_repeat_ngram_size": -1}, "no_repeat_ngram_size", "0 to 1000"),
        ({"suppressed_ids": (-1,)}, "suppressed_ids", "0 to"),
        ({"forced_ids": ((0, -1),)}, "forced_ids", "0 to"),
        ({"forced_ids": ((-1, 4),)}, "forced_ids position", "0 to"),
        ({"suppressed_ids": 4}, "suppressed_ids", "a tuple of ids"),
        ({"forced_ids": (4,)}, "forced_ids", "pairs of a position and an id"),
        ({"guards": "on"}, "guards", "'retry', 'flag' or 'off'"),
    ],
)
def test_a_bad_option_names_itself_and_its_range(options: dict[str, Any], name: str, bound: str) -> None:
    with pytest.raises(OptionError) as error:
        DecodeOptions(**options)
    assert str(error.value).startswith(name) and bound in str(error.value)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"temperature": 0}, "temperature"),
        ({"top_k": -1}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_bad_sampling_option_names_itself(options: dict[str, Any], name: str) -> None:
    with pytest.raises(OptionError, match=f"^{name} must be"):
        Sampling(**options)


@pytest.mark.parametrize("name", ["token_budget", "window"])
@pytest.mark.parametrize("value", [0, 1.5, True, "8"])
def test_a_bad_batching_option_names_itself(name: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"^{name} must be"):
        Batching(**{name: value})


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request((3,), prefix=(8,)), "prefix must hold target ids from 0 to 7"),
        (Request((3,), prefix=(2,)), "end token 2"),
        (Request((3,), constraints=(((5, -1),),)), "constraints must hold target ids"),
        (Request((3,), constraints=((),)), "at least 1 token"),
        (Request((3,), constraints=(((),),)), "at least 1 token"),
    ],
)
def test_steering_that_no_search_can_follow_is_refused(request_: Request, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        decode(MODEL, [request_], DecodeOptions(), SPECIAL)


@pytest.mark.parametrize("name", ["suppressed_ids", "forced_ids"])
def test_ids_beyond_the_vocabulary_are_refused(name: str) -> None:
    options = (
        DecodeOptions(suppressed_ids=(8,))
        if name == "suppressed_ids"
        else DecodeOptions(forced_ids=((0, 8),))
    )
    with pytest.raises(OptionError, match=f"^{name} must hold target ids from 0 to 7, not 8"):
        decode(MODEL, [(3,)], options, SPECIAL)


def test_constraints_cannot_be_sampled() -> None:
    with pytest.raises(OptionError, match="sampling"):
        decode(MODEL, [Request((3,), constraints=(((5,),),))], DecodeOptions(sampling=Sampling()), SPECIAL)


def test_alternatives_need_a_count_and_a_source() -> None:
    with pytest.raises(OptionError, match=r"^count"):
        alternatives(MODEL, (3,), (), 0, DecodeOptions(), SPECIAL)
    with pytest.raises(OptionError, match=r"^source"):
        diverse(MODEL, (), 2, DecodeOptions(), SPECIAL)


def test_lengths_follow_the_source() -> None:
    options = DecodeOptions(min_length_ratio=0.5, max_length=50, max_length_ratio=2.0, max_length_offset=3)
    assert (options.shortest(9), options.longest(9)) == (4, 21)
    assert options.longest(1000) == 50
    assert DecodeOptions(max_length_ratio=0.0, max_length_offset=0).longest(7) == 1


def test_the_shortest_length_never_exceeds_the_longest() -> None:
    options = DecodeOptions(min_length_ratio=5.0, max_length_ratio=1.0, max_length_offset=0)
    assert options.shortest(6) == options.longest(6) == 6


@pytest.mark.parametrize("beam_size", [1, 3])
def test_without_an_end_token_there_are_as_many_steps_as_tokens(beam_size: int) -> None:
    """One step more could only tell whether the sentence ends there."""
    model = ScriptedModel(random_script(1, 12), 12)
    options = DecodeOptions(beam_size=beam_size, max_length=7, suppressed_ids=(EOS,), guards="flag")
    [answer] = decode(model, [(5, 6, 7)], options, SPECIAL)
    assert len(answer.best.ids) == len(answer.best.log_probs) == answer.steps == len(model.step_shapes) == 7
    assert not answer.best.finished and answer.flags == ("truncated",)
