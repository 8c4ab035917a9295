"""Reading a translation back: its sum is that of the two scores that anybody can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from traverba import (
    CancelToken,
    Control,
    DecodeOptions,
    OptionError,
    Sampling,
    Translator,
    load_translator,
)
from traverba.bundle import Direction, Manifest
from traverba.text import BpeTokenizer

WEIGHT = 0.1
SENTENCES = {
    "fr-en": ("Je le garderai au chaud.", "Il a mangé une pomme hier.", "Où habite ta sœur ?"),
    "en-de": ("Tom and I usually speak French to each other.", "She has a very pretty face."),
    "ru-en": ("Вы ведь вчера дома были?", "Он купил хлеб и молоко."),
}
EVERY = [(direction, text) for direction, texts in SENTENCES.items() for text in texts]


@pytest.fixture(scope="module")
def translator() -> Iterator[Translator]:
    with load_translator() as loaded:
        yield loaded


def read(translator: Translator, direction: str, text: Any, **options: Any) -> Any:
    source, target = direction.split("-")
    asked = replace(translator.options, read_back=WEIGHT, **options)
    return translator.translate(text, source=source, target=target, options=asked)


def summed(translator: Translator, direction: str, text: str) -> list[tuple[float, str]]:
    """Every hypothesis of the beam with s(Y, X) + weight * log P(X | Y) / lp(X), by the public calls."""
    source, target = direction.split("-")
    options = replace(translator.options, num_hypotheses=5)
    found = translator.translate(text, source=source, target=target, options=options)
    bare = replace(translator.options, coverage_penalty=0.0)
    back = [
        translator.score(h.text, text, source=target, target=source, options=bare).score
        for h in found.hypotheses
    ]
    sums = [(h.score + WEIGHT * score, h.text) for h, score in zip(found.hypotheses, back, strict=True)]
    return sorted(sums, reverse=True)


@pytest.mark.parametrize(("direction", "text"), EVERY)
def test_hypotheses_come_in_the_order_of_the_sum(translator: Translator, direction: str, text: str) -> None:
    """All but those that lack what they must say, here the dictionary's word for a rare one."""
    found = read(translator, direction, text, num_hypotheses=5).hypotheses
    texts = {h.text for h in found}
    expected = [each for each in summed(translator, direction, text) if each[1] in texts]
    assert len(found) >= 4
    assert [h.text for h in found] == [text for _, text in expected]
    assert [h.score for h in found] == pytest.approx([score for score, _ in expected], abs=1e-4)


@pytest.mark.parametrize(("direction", "text"), EVERY)
def test_the_best_is_the_same_where_hopeless_ones_are_not_read(
    translator: Translator, direction: str, text: str
) -> None:
    assert read(translator, direction, text).text == summed(translator, direction, text)[0][1]


def test_it_finds_what_the_search_left_out(translator: Translator) -> None:
    """With this version of the built-in model; another one may have it right at once, or not at all."""
    changed = [
        (direction, text)
        for direction, text in EVERY
        if read(translator, direction, text).text
        != translator.translate(text, source=direction[:2], target=direction[3:]).text
    ]
    assert changed


@pytest.mark.parametrize("direction", SENTENCES)
def test_the_answer_is_the_same_alone_together_lazily_and_in_pieces(
    translator: Translator, direction: str
) -> None:
    source, target = direction.split("-")
    texts = [*SENTENCES[direction], "", " \n", " ".join(SENTENCES[direction])]
    alone = [read(translator, direction, text).text for text in texts]
    options = replace(translator.options, read_back=WEIGHT)
    assert [each.text for each in read(translator, direction, texts)] == alone
    lazily = translator.translate_iter(texts, source=source, target=target, options=options)
    assert [each.text for each in lazily] == alone
    streams = [translator.stream(text, source=source, target=target, options=options) for text in texts]
    assert ["".join(stream) for stream in streams] == alone


def test_what_must_be_said_is_still_said(translator: Translator) -> None:
    text = "Send 250 letters to {name} at ann@example.org."
    found = read(translator, "en-fr", text).text
    assert all(part in found for part in ("250", "{name}", "ann@example.org"))


def test_both_steps_of_a_way_through_english_are_read_back(translator: Translator) -> None:
    text = "Maria hat ein sehr schönes Gesicht."
    middle = read(translator, "de-en", text).text
    assert read(translator, "de-es", text).text == read(translator, "en-es", middle).text


def test_a_call_that_is_stopped_keeps_what_the_search_found(translator: Translator) -> None:
    token = CancelToken()
    token.cancel()
    options = replace(translator.options, read_back=WEIGHT)
    stopped = translator.translate(
        "The cat is asleep.", source="en", target="fr", options=options, control=Control(cancel=token)
    )
    assert stopped.flags == ("cancelled",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"read_back": -0.1},
        {"read_back": float("nan")},
        {"read_back": 0.1, "beam_size": 1},
        {"read_back": 0.1, "sampling": Sampling()},
    ],
)
def test_what_cannot_be_chosen_from_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="read_back"):
        DecodeOptions(**wrong)


def test_a_model_that_goes_one_way_says_that_it_cannot_read_back(
    model: Any, tokenizer: BpeTokenizer, manifest: Manifest
) -> None:
    one_way = Translator(
        lambda _: model,
        tokenizer,
        replace(manifest, directions=(Direction("en", "fr"),)),
        options=DecodeOptions(read_back=WEIGHT),
        provider="scripted",
        precision="fp32",
        threads=1,
    )
    with pytest.raises(OptionError, match="from fr to en as well"):
        one_way.translate("the machines", source="en", target="fr")
    assert one_way.translate("the machines", target="fr").text  # of unknown language: not read back
