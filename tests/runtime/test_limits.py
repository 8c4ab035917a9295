"""The shortest and the longest, one and a thousand, and every option at its bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from traverba import Batching, DecodeOptions, Sampling, TextOptions, Translation, Translator, load_translator
from traverba.text.options import LONGEST_EVER

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
TEXT, PLAIN = "lout bami baut.", "ethzar zarion ionion."
GREEDY = DecodeOptions(beam_size=1)


@pytest.fixture(scope="module")
def tiny() -> Iterator[Translator]:
    with load_translator(TINY, device="cpu", threads=1) as translator:
        yield translator


def assert_sound(translation: Translation) -> None:
    """Whatever was asked for: best first, and every figure is one."""
    scores = [hypothesis.score for hypothesis in translation.hypotheses]
    assert scores and scores == sorted(scores, reverse=True)
    for hypothesis in translation.hypotheses:
        assert math.isfinite(hypothesis.score) and hypothesis.log_prob <= 0
        assert [hypothesis.text[slice(*t.span)] for t in hypothesis.tokens] == [
            t.text for t in hypothesis.tokens
        ]


@pytest.mark.parametrize("text", [".", "b", "é", "👍🏽", "\u200b", "x" * 300])
def test_the_shortest_and_the_oddest_texts(tiny: Translator, text: str) -> None:
    for options in (GREEDY, DecodeOptions(beam_size=4, num_hypotheses=4)):
        assert_sound(tiny.translate(text, target="qab", options=options))


@pytest.mark.parametrize("text", ["lout bami " * 1000, "b" * 10_000])
def test_ten_thousand_characters(tiny: Translator, text: str) -> None:
    options, whole = DecodeOptions(beam_size=2, max_length=40), TextOptions(longest=LONGEST_EVER)
    translation = tiny.translate(text, target="qab", options=options, text_options=whole)
    assert_sound(translation)
    assert translation.flags == ("truncated",) and len(translation.tokens) == 40


@pytest.mark.parametrize("text", ["lout bami " * 200, "b" * 2_000])
def test_a_longer_sentence_than_the_model_can_take_is_cut(tiny: Translator, text: str) -> None:
    translation = tiny.translate(text, target="qab", options=DecodeOptions(beam_size=1, guards="off"))
    assert_sound(translation)
    assert "cut" in translation.flags and len(translation.segments) > 1
    assert "".join(text[slice(*segment.source)] for segment in translation.segments).replace(" ", "") == (
        text.replace(" ", "")
    )


def test_one_token_and_no_more(tiny: Translator) -> None:
    for beam_size in (1, 5):
        options = DecodeOptions(beam_size=beam_size, max_length=1)
        assert len(tiny.translate(TEXT, target="qab", options=options).tokens) == 1


@pytest.mark.parametrize("beam_size", [1, 64])
def test_a_thousand_sentences_that_are_all_the_same(tiny: Translator, beam_size: int) -> None:
    count = 1000 if beam_size == 1 else 20
    options = DecodeOptions(beam_size=beam_size)
    translations = tiny.translate([TEXT] * count, target="qab", options=options)
    assert {(t.text, t.score) for t in translations} == {(PLAIN, translations[0].score)}
    assert len(translations) == count


def test_a_thousand_empty_texts(tiny: Translator) -> None:
    assert [t.text for t in tiny.translate(["", " \n"] * 500, target="qab")] == ["", " \n"] * 500


@pytest.mark.parametrize("batching", [Batching(1, 1), Batching(2**31 - 1, 2**31 - 1)], ids=["least", "most"])
def test_batches_of_one_and_of_everything(tiny: Translator, batching: Batching) -> None:
    translations = tiny.translate_iter([TEXT, "", "bami"], target="qab", batching=batching)
    assert [t.text for t in translations] == [PLAIN, "", str(tiny.translate("bami", target="qab"))]


@pytest.mark.parametrize(
    "options",
    [
        DecodeOptions(beam_size=1024, num_hypotheses=1024, max_length=2),
        DecodeOptions(length_penalty=0.0),
        DecodeOptions(length_penalty=10.0),
        DecodeOptions(coverage_penalty=10.0),
        DecodeOptions(patience=0.01),
        DecodeOptions(patience=100.0, max_length=20),
        DecodeOptions(min_length=30, max_length=30, max_length_ratio=1000.0),
        DecodeOptions(min_length_ratio=100.0),
        DecodeOptions(max_length=100_000, max_length_ratio=1000.0, max_length_offset=100_000),
        DecodeOptions(max_length_ratio=0.0, max_length_offset=0),
        DecodeOptions(repetition_penalty=100.0),
        DecodeOptions(no_repeat_ngram_size=1),
        DecodeOptions(no_repeat_ngram_size=1000),
        DecodeOptions(suppressed_ids=tuple(range(390))),
        DecodeOptions(forced_ids=tuple((position, 7) for position in range(12))),
        DecodeOptions(forced_ids=((100_000, 7),)),
        DecodeOptions(sampling=Sampling(temperature=0.01)),
        DecodeOptions(sampling=Sampling(temperature=100.0)),
        DecodeOptions(sampling=Sampling(top_k=1)),
        DecodeOptions(sampling=Sampling(top_k=2**31 - 1, top_p=1e-6)),
        DecodeOptions(sampling=Sampling(seed=2**63 - 1), num_hypotheses=1024, max_length=2),
    ],
)
def test_every_option_at_its_bounds(tiny: Translator, options: DecodeOptions) -> None:
    options = replace(options, guards="flag")  # a stream cannot take back a runaway sentence
    for text in (TEXT, "b"):
        translation = tiny.translate(text, target="qab", options=options)
        assert_sound(translation)
        assert len(translation.hypotheses) <= options.num_hypotheses
        pieces = "".join(tiny.stream(text, target="qab", options=options))
        assert pieces == translation.text


def test_a_temperature_near_zero_is_greedy(tiny: Translator) -> None:
    cold = DecodeOptions(sampling=Sampling(temperature=0.01))
    assert tiny.translate(TEXT, target="qab", options=cold).text == PLAIN
