"""Two calls, one behind the other: what comes out is what the two legs make by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from traverba import (
    Batching,
    CancelToken,
    Control,
    DecodeOptions,
    LanguageError,
    OptionError,
    Sampling,
    Translation,
    Translator,
    load_translator,
)

DATA = Path(__file__).parents[2] / "data"
SCORE_TOLERANCE = 1e-4
"""A batch of another shape rounds its sums differently."""
LAYOUT = "  {0}  {1}\n\n\t- {2}\r\n{3} "


@pytest.fixture(scope="module")
def tiny() -> Iterator[Translator]:
    """Trained from qaa to qab and qac and from qab to qaa: qab becomes qac by way of qaa."""
    with load_translator(DATA / "tiny.traverba", device="cpu", threads=1) as translator:
        yield translator


@pytest.fixture(scope="module")
def sentences() -> list[tuple[str, str]]:
    """In qab, and what the rule of the languages makes of it in qac."""
    lines = (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()
    said: dict[str, dict[str, str]] = {"qab": {}, "qac": {}}
    for source, target, text, wanted in (line.split("\t") for line in lines):
        if source == "qaa":
            said[target][text] = wanted
    return [(said["qab"][meaning], said["qac"][meaning]) for meaning in said["qab"]]


def by_hand(tiny: Translator, text: str) -> str:
    middle = tiny.translate(text, source="qab", target="qaa").text
    return tiny.translate(middle, source="qaa", target="qac").text


def without_timings(translation: Translation) -> dict[str, Any]:
    value = translation.to_json()
    del value["timings"]
    return value


def test_a_pair_that_was_not_trained_says_what_the_rule_demands(
    tiny: Translator, sentences: list[tuple[str, str]]
) -> None:
    found = tiny.translate([text for text, _ in sentences], source="qab", target="qac")
    right = sum(t.text == wanted for t, (_, wanted) in zip(found, sentences, strict=True))
    assert right >= 0.9 * len(sentences)
    assert {t.via for t in found} == {"qaa"} and {(t.source, t.target) for t in found} == {("qab", "qac")}


def test_a_text_becomes_what_the_legs_make_of_its_sentences_one_by_one(
    tiny: Translator, sentences: list[tuple[str, str]]
) -> None:
    four = [text.rstrip(".?") + "." for text, _ in sentences[:4]]
    translation = tiny.translate(LAYOUT.format(*four), source="qab", target="qac")
    assert translation.text == LAYOUT.format(*(by_hand(tiny, text) for text in four))
    text = translation.source_text
    assert [text[slice(*segment.source)] for segment in translation.segments] == four
    said = [translation.text[slice(*segment.target)] for segment in translation.segments]
    assert said == [by_hand(tiny, text) for text in four]


def test_a_text_comes_out_alike_alone_in_a_batch_in_a_window_and_streamed(
    tiny: Translator, sentences: list[tuple[str, str]]
) -> None:
    texts = [text for text, _ in sentences[:24]] + ["", " \n", f"{sentences[0][0]}\n\n{sentences[1][0]}"]
    alone = [tiny.translate(text, source="qab", target="qac") for text in texts]
    together = tiny.translate(texts, source="qab", target="qac")
    lazily = list(tiny.translate_iter(iter(texts), source="qab", target="qac", batching=Batching(window=5)))
    streams = [tiny.stream(text, source="qab", target="qac") for text in texts]
    pieces = ["".join(stream) for stream in streams]
    expected = [t.text for t in alone]
    assert [t.text for t in together] == [t.text for t in lazily] == pieces == expected
    for others in (together, lazily, [stream.translation for stream in streams]):
        for one, other in zip(alone, others, strict=True):
            assert other is not None
            assert (other.via, other.segments[:1] == (), other.flags) == (
                "qaa",
                one.segments == (),
                one.flags,
            )
            assert other.score == pytest.approx(one.score, abs=SCORE_TOLERANCE)
            assert [p.source for p in other.alignment] == [p.source for p in one.alignment]


def test_scores_are_sums_over_both_legs_and_tokens_are_the_last_ones(
    tiny: Translator, sentences: list[tuple[str, str]]
) -> None:
    text = sentences[0][0]
    first = tiny.translate(text, source="qab", target="qaa")
    second = tiny.translate(first.text, source="qaa", target="qac")
    whole = tiny.translate(text, source="qab", target="qac")
    assert whole.score == pytest.approx(first.score + second.score, abs=SCORE_TOLERANCE)
    assert whole.hypotheses[0].log_prob == pytest.approx(
        first.hypotheses[0].log_prob + second.hypotheses[0].log_prob, abs=SCORE_TOLERANCE
    )
    assert [token.text for token in whole.tokens] == [token.text for token in second.tokens]
    assert whole.timings.steps == first.timings.steps + second.timings.steps


def test_words_align_with_the_words_they_come_from(
    tiny: Translator, sentences: list[tuple[str, str]]
) -> None:
    """qab says a sentence backwards, so the last word of one is the first word of the other."""
    right = total = 0
    for text, wanted in sentences[:30]:
        translation = tiny.translate(text, source="qab", target="qac")
        if translation.text != wanted:
            continue
        sources = [text[slice(*p.source)] for p in translation.alignment]
        expected = text.rstrip(".?").split()[::-1]
        right += sum(a == b for a, b in zip(sources, expected, strict=False))
        total += len(expected)
    assert right >= 0.9 * total > 50


def test_confidence_is_the_product_of_the_legs(make: Any) -> None:
    translator = make()
    legs = [
        translator.translate("the machines win", source=source, target=target).confidence
        for source, target in (("de", "en"), ("en", "fr"))
    ]
    whole = translator.translate("the machines win", source="de", target="fr").confidence
    assert whole == pytest.approx(legs[0] * legs[1])


def test_several_hypotheses_are_those_of_the_last_leg(make: Any) -> None:
    options = DecodeOptions(beam_size=4, num_hypotheses=3, guards="off")
    whole = make().translate("the machines", source="de", target="fr", options=options)
    last = make().translate("the machines", source="en", target="fr", options=options)
    assert [h.text for h in whole.hypotheses] == [h.text for h in last.hypotheses]
    scores = [h.score for h in whole.hypotheses]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True)


def test_what_is_asked_of_the_words_is_asked_of_the_last_leg(make: Any) -> None:
    translator = make(lambda text: text.replace("les", "the"))
    begun = translator.translate("les machines", source="de", target="fr", prefix="win ")
    assert begun.text.startswith("win ")
    required = translator.translate("les machines", source="de", target="fr", require=["gagnent"])
    assert "gagnent" in required.text
    banned = translator.translate("les machines", source="de", target="fr", suppress=["the"])
    assert not banned.text.startswith("the ")
    with pytest.raises(OptionError, match="prefix needs a text of one line, not of 2"):
        translator.translate("the\nwin", source="de", target="fr", prefix="a")


def test_draws_are_those_of_the_last_leg(make: Any) -> None:
    """The first leg says the same for every seed: English words are never drawn."""
    options = DecodeOptions(sampling=Sampling(temperature=0.01), guards="off")
    assert make().translate("the win", source="de", target="fr", options=options).text == "the win"


def test_alternatives_are_other_ways_to_say_what_the_first_leg_understood(
    tiny: Translator, sentences: list[tuple[str, str]]
) -> None:
    text = sentences[0][0]
    middle = tiny.translate(text, source="qab", target="qaa").text
    found = tiny.alternatives(text, source="qab", target="qac", count=3)
    expected = tiny.alternatives(middle, source="qaa", target="qac", count=3)
    assert [t.text for t in found] == [t.text for t in expected] and {t.via for t in found} == {"qaa"}
    with pytest.raises(OptionError, match="a text of one line, not of 2"):
        tiny.alternatives(f"{text}\n{text}", source="qab", target="qac")


def test_one_step_is_scored_at_a_time(make: Any) -> None:
    with pytest.raises(LanguageError, match="de to fr via en takes two steps"):
        make().score("win", "win", source="de", target="fr")
    straight = make().score("win", "win", source="de", target="fr", via="none")
    assert straight.log_prob == make().score("win", "win", source="en", target="fr").log_prob


def test_progress_counts_a_sentence_in_both_legs(make: Any) -> None:
    told: list[tuple[int, int | None]] = []
    control = Control(on_progress=lambda done, total: told.append((done, total)))
    make().translate(["the win", "machines\nwin"], source="de", target="fr", control=control)
    assert told[-1] == (6, 6) and [done for done, _ in told] == sorted(done for done, _ in told)
    assert {total for _, total in told} == {6}


def test_a_cancelled_call_says_so_and_keeps_the_layout(make: Any) -> None:
    cancel = CancelToken()
    cancel.cancel()
    found = make().translate(["win\n\nwin", "the"], source="de", target="fr", control=Control(cancel=cancel))
    assert [t.text for t in found] == ["\n\n", ""]
    assert all("cancelled" in t.flags and not t.hypotheses[0].finished for t in found)


def test_a_call_that_is_cancelled_between_the_legs_is_flagged(make: Any) -> None:
    cancel = CancelToken()
    control = Control(cancel=cancel, on_progress=lambda done, total: cancel.cancel())
    translation = make().translate("win", source="de", target="fr", control=control)
    assert translation.text == "" and "cancelled" in translation.flags


def test_an_endless_stream_of_texts_is_read_only_as_far_as_needed(make: Any) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "the\nmachines" if read % 2 else " "

    found = make().translate_iter(endless(), source="de", target="fr", batching=Batching(window=4))
    assert [t.text for t in islice(found, 5)] == ["the\nmachines", " "] * 2 + ["the\nmachines"]
    assert read < 20


def test_empty_in_gives_empty_out_without_running_the_model(make: Any, model: Any) -> None:
    translator = make()
    assert translator.translate([], source="de", target="fr") == []
    empty = translator.translate(" \n\t", source="de", target="fr")
    assert (empty.text, empty.via, empty.segments, empty.flags) == (" \n\t", "en", (), ())
    assert model.encoder_runs == 0


def test_pieces_come_before_the_whole_is_done(make: Any) -> None:
    stream = make().stream("the\nwin", source="de", target="fr")
    assert next(stream) == "the"
    assert "".join(stream) == "\nwin"
    expected = make().translate("the\nwin", source="de", target="fr")
    assert stream.translation is not None
    assert without_timings(stream.translation) == without_timings(expected)
