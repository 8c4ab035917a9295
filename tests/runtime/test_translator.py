"""The facade over a model that copies: what comes out is known to the character."""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traverba import (
    Batching,
    CancelToken,
    Control,
    DecodeOptions,
    LanguageError,
    OptionError,
    TextDecodingError,
    Translation,
    Translator,
    TranslatorClosedError,
)

GREEDY = DecodeOptions(beam_size=1, guards="off")
UNSTEADY = [
    "",
    " ",
    "\n",
    "the machines win",
    "  été \r\n\r\n\twin\x0b",
    "a\u2028b",
    "win\n",
    "\u00a0win\u3000",
]


def test_one_text_gives_one_translation_and_a_list_gives_a_list(translator: Translator) -> None:
    one = translator.translate("the machines win", source="en", target="fr")
    assert str(one) == one.text == "the machines win"
    several = translator.translate(["win", "the"], target="fr")
    assert [translation.text for translation in several] == ["win", "the"]


def test_empty_in_gives_empty_out_without_running_the_model(translator: Translator, model: Any) -> None:
    assert translator.translate([], target="fr") == []
    empty = translator.translate(" \n\t", target="fr")
    assert (empty.text, empty.tokens, empty.alignment, empty.segments) == (" \n\t", (), (), ())
    assert (empty.score, empty.flags, empty.timings.steps) == (0.0, (), 0)
    assert model.encoder_runs == 0


@pytest.mark.parametrize("text", UNSTEADY)
def test_white_space_and_line_breaks_stay(translator: Translator, text: str) -> None:
    assert translator.translate(text, target="fr").text == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30))
def test_any_text_keeps_its_shape(translator: Translator, text: str) -> None:
    """The copying model may not write special bytes inside a line, but lines are translated one by one."""
    assert translator.translate(text, target="fr", options=GREEDY).text == text


def test_lines_are_translated_one_by_one(translator: Translator) -> None:
    translation = translator.translate(" the machines\n\nwin ", target="fr")
    assert [(segment.source, segment.target) for segment in translation.segments] == [
        ((1, 13), (1, 13)),
        ((15, 18), (15, 18)),
    ]


def test_tokens_carry_the_models_log_probabilities_and_places(translator: Translator) -> None:
    translation = translator.translate("the machines\nwin", target="fr", options=GREEDY)
    assert all(token.log_prob == pytest.approx(math.log(0.5)) for token in translation.tokens)
    assert "".join(token.text for token in translation.tokens) == "the machineswin"
    assert [translation.text[slice(*token.span)] for token in translation.tokens] == [
        token.text for token in translation.tokens
    ]
    ends = 2  # one end token a line
    assert translation.hypotheses[0].log_prob == pytest.approx(
        (len(translation.tokens) + ends) * math.log(0.5)
    )


def test_words_align_with_the_words_they_copy(translator: Translator) -> None:
    text = "the machines, win\n  the"
    alignment = translator.translate(text, target="fr").alignment
    assert [(text[slice(*a.source)], text[slice(*a.target)]) for a in alignment] == [
        (word, word) for word in ("the", "machines", ",", "win", "the")
    ]
    assert all(a.source == a.target and a.weight == 1.0 for a in alignment)


def test_hypotheses_come_best_first(translator: Translator) -> None:
    options = DecodeOptions(beam_size=4, num_hypotheses=3)
    translation = translator.translate("the machines", target="fr", options=options)
    scores = [hypothesis.score for hypothesis in translation.hypotheses]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True)
    assert translation.text == translation.hypotheses[0].text == "the machines"
    assert len({hypothesis.text for hypothesis in translation.hypotheses}) == 3


@pytest.mark.parametrize("beam_size", [1, 3])
@pytest.mark.parametrize("text", [*UNSTEADY, "日本語 👍🏽\nété"])
def test_streamed_pieces_join_to_the_translation(translator: Translator, text: str, beam_size: int) -> None:
    options = DecodeOptions(beam_size=beam_size, guards="off")
    stream = translator.stream(text, target="fr", options=options)
    pieces = list(stream)
    assert "" not in pieces
    assert "".join(pieces) == text
    assert stream.translation is not None
    assert without_timings(stream.translation) == without_timings(
        translator.translate(text, target="fr", options=options)
    )


def test_greedy_text_streams_while_it_is_decoded(translator: Translator) -> None:
    stream = translator.stream("the machines win", target="fr", options=GREEDY)
    assert "the machines win".startswith(next(stream))
    assert stream.translation is None
    stream.close()
    assert list(stream) == []


def test_an_endless_stream_of_texts_is_read_only_as_far_as_needed(translator: Translator) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "the\nmachines" if read % 2 else " "

    translations = translator.translate_iter(endless(), target="fr", batching=Batching(window=4))
    assert [next(translations).text for _ in range(5)] == ["the\nmachines", " "] * 2 + ["the\nmachines"]
    assert read < 12


@pytest.mark.parametrize("texts", [[], [""], ["win", "", "a\nb", " "], ["win"] * 7])
def test_iterating_gives_what_translating_the_list_gives(translator: Translator, texts: list[str]) -> None:
    lazily = translator.translate_iter(iter(texts), target="fr", batching=Batching(window=2))
    assert [t.text for t in lazily] == [t.text for t in translator.translate(texts, target="fr")] == texts


def test_a_prefix_is_continued_even_in_the_middle_of_a_word(translator: Translator) -> None:
    prefixed = translator.translate("the machines win", target="fr", prefix="the mach", options=GREEDY)
    assert prefixed.text == "the machines win"
    other = translator.translate("the machines win", target="fr", prefix="les mach", options=GREEDY)
    assert other.text.startswith("les mach")


def test_a_prefix_for_several_lines_is_refused(translator: Translator) -> None:
    with pytest.raises(OptionError, match="prefix needs a text of one line, not of 2"):
        translator.translate("a\nb", target="fr", prefix="c")


def test_scoring_a_translation_gives_its_tokens_their_probability(translator: Translator) -> None:
    good = translator.score("the machines\nwin", " the machines \n win", target="fr")
    found = translator.translate("the machines\nwin", target="fr", options=GREEDY).hypotheses[0]
    assert good.text == " the machines \n win"
    assert good.log_prob == pytest.approx(found.log_prob)
    assert [token.log_prob for token in good.tokens] == [token.log_prob for token in found.tokens]
    bad = translator.score("the machines", "win", target="fr")
    assert bad.log_prob < good.log_prob


def test_scoring_needs_as_many_lines_on_both_sides(translator: Translator) -> None:
    with pytest.raises(OptionError, match="as many lines as source_text: 2, not 1"):
        translator.score("a\nb", "c", target="fr")


def test_a_direction_the_model_lacks_is_refused_with_those_it_has(translator: Translator) -> None:
    with pytest.raises(LanguageError, match="does not translate fr to fr; it translates en to fr, fr to en"):
        translator.translate("a", source="fr", target="fr")
    with pytest.raises(LanguageError, match="does not translate de"):
        translator.stream("a", target="de")


@pytest.mark.parametrize("text", [None, 3, b"bytes"])
def test_what_is_no_text_is_refused(translator: Translator, text: Any) -> None:
    with pytest.raises(TypeError, match="text must be a string"):
        translator.translate([text], target="fr")


def test_half_a_surrogate_pair_is_refused(translator: Translator) -> None:
    with pytest.raises(TextDecodingError):
        translator.translate("a\ud800", target="fr")


def test_a_cancelled_call_says_so(translator: Translator) -> None:
    cancel = CancelToken()
    cancel.cancel()
    for translation in translator.translate(["win", "the"], target="fr", control=Control(cancel=cancel)):
        assert translation.flags == ("cancelled",)
        assert not translation.hypotheses[0].finished


def test_a_closed_translator_says_so(translator: Translator) -> None:
    with translator:
        translator.translate("win", target="fr")
    translator.close()
    with pytest.raises(TranslatorClosedError, match=r"load_translator\(\)"):
        translator.translate("win", target="fr")


def test_many_threads_get_what_one_gets(translator: Translator) -> None:
    texts = [f"the machines win {i}\n{i * i}" for i in range(96)]
    with ThreadPoolExecutor(24) as pool:
        results = list(pool.map(lambda text: translator.translate(text, target="fr").text, texts))
    assert results == texts


def test_awaiting_gives_the_same(translator: Translator) -> None:
    awaited = asyncio.run(translator.atranslate("the machines", target="fr"))
    assert without_timings(awaited) == without_timings(translator.translate("the machines", target="fr"))


def test_awaiting_a_list_gives_a_list(translator: Translator) -> None:
    awaited = asyncio.run(translator.atranslate(["the", "win"], target="fr", suppress=["machines"]))
    assert [translation.text for translation in awaited] == ["the", "win"]


def test_a_stream_can_be_awaited_piece_by_piece(translator: Translator) -> None:
    async def read() -> tuple[list[str], Translation | None]:
        stream = translator.astream("the machines\nwin", target="fr", options=GREEDY)
        return [piece async for piece in stream], stream.translation

    pieces, translation = asyncio.run(read())
    assert pieces == list(translator.stream("the machines\nwin", target="fr", options=GREEDY))
    assert translation is not None and translation.text == "".join(pieces)


def test_timings_are_those_of_the_texts_translated_together(
    translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first window of two texts, then the second: no text is charged for another window.

    The clock goes on by a second whenever it is read, so time counts the steps.
    """
    monkeypatch.setattr("time.perf_counter", map(float, count()).__next__)
    texts = ["the machines win " * 8, "the", "win", "win"]
    lazily = list(translator.translate_iter(texts, target="fr", batching=Batching(window=2)))
    steps_ms = [t.timings.steps_ms for t in lazily]
    assert steps_ms[0] == steps_ms[1] and steps_ms[2] == steps_ms[3]
    assert 0 < steps_ms[2] < steps_ms[0] / 8


def test_cancelling_the_task_stops_the_decoding(translator: Translator, model: Any) -> None:
    cancel, stepping, steps = CancelToken(), threading.Event(), 0
    step = model.step

    def slow_step(*args: Any, **options: Any) -> Any:
        nonlocal steps
        steps += 1
        stepping.set()
        while not cancel.cancelled:
            time.sleep(0.001)
        return step(*args, **options)

    async def cancel_while_decoding() -> None:
        control = Control(cancel=cancel)
        task = asyncio.create_task(translator.atranslate("the machines win", target="fr", control=control))
        await asyncio.to_thread(stepping.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    model.step = slow_step
    asyncio.run(cancel_while_decoding())  # waits for its threads
    assert steps == 1


def test_json_has_the_fields_of_the_result(translator: Translator) -> None:
    translation = translator.translate("the\nmachines", source="en", target="fr")
    value = json.loads(json.dumps(translation.to_json()))
    assert value["text"] == "the\nmachines"
    assert value["segments"][1]["source"] == [4, 12]
    assert value["hypotheses"][0]["tokens"][0].keys() == {"text", "log_prob", "span"}
    assert value["timings"]["steps"] == translation.timings.steps > 2
    assert (value["model"], value["provider"], value["precision"]) == ("tiny 1", "scripted", "fp32")


def without_timings(translation: Translation) -> dict[str, Any]:
    value = translation.to_json()
    del value["timings"]
    return value
