"""Nothing is lost on the way through a model, however it treats the stand-ins."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from traverba import (
    CancelToken,
    Control,
    DecodeOptions,
    Sampling,
    TextDecodingError,
    TextOptions,
    Translation,
    Translator,
    load_translator,
)
from traverba.bundle.installed import BUILT_IN
from traverba.text import BpeTokenizer

GREEDY = DecodeOptions(beam_size=1, guards="off")
BEAM = DecodeOptions(beam_size=3, guards="off")
SPANS = [
    "https://example.org/a?b=1",
    "me@example.org",
    "/usr/lib/x.py",
    "C:\\Users\\x",
    "%s",
    "%1$d",
    "{name}",
    "{{x}}",
    "${VAR}",
    "<br/>",
    "`a = b`",
    "README.md",
    "#winning",
    "@joe",
    "👩‍👩‍👧",
    "🇫🇷",
    "5 km",
    "20 %",
    "€350",
]
WORDS = ["the", "machines", "win", "les", "gagnent", "été", "déjà"]
anywhere = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)

Rewrite = Callable[[str], str]


class RewritingModel:
    """Copies what a rule makes of the source, as a model does that does not know stand-ins.

    Each token that the rule gives has probability 1/2, those of the source a little of the rest, so that a
    search which is made to write them can.
    """

    def __init__(self, copying: Any, tokenizer: BpeTokenizer, rule: Rewrite) -> None:
        self._copying, self._tokenizer, self._rule = copying, tokenizer, rule
        self.vocab_size, self.shortlist = copying.vocab_size, None

    def encode(self, src_ids: NDArray[np.int64], src_lengths: NDArray[np.int32]) -> Any:
        rows = [self._rewritten(row[:length]) for row, length in zip(src_ids, src_lengths, strict=True)]
        width = max(src_ids.shape[1], *(len(row) for row in rows))
        padded = np.array([[*row, *[2] * (width - len(row))] for row in rows], np.int64)
        return self._copying.encode(padded, src_lengths)

    def _rewritten(self, row: NDArray[np.int64]) -> list[int]:
        text = self._tokenizer.decode([int(i) for i in row[1:-1]])
        return [int(row[0]), *self._tokenizer.encode(self._rule(text)), int(row[-1])]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._copying, name)


def rewrite(translator: Translator, tokenizer: BpeTokenizer, rule: Rewrite) -> None:
    """Put the rule in front of the translator's model."""
    model = RewritingModel(translator._models(""), tokenizer, rule)  # type: ignore[misc]
    translator._models = lambda _: model  # type: ignore[assignment, return-value]


def drop(text: str) -> str:
    return "".join(c for c in text if c not in "{}") if "{" in text else text


def double(text: str) -> str:
    return text.replace("{0}", "{0} {0} {3}")


def swap(text: str) -> str:
    return text.replace("{0}", "{9}").replace("{1}", "{0}").replace("{9}", "{1}")


def glue(text: str) -> str:
    return text.replace(" {", "{")


@pytest.fixture(params=[str, drop, double, swap, glue], ids=lambda rule: rule.__name__)
def wayward(request: pytest.FixtureRequest, translator: Translator, tokenizer: BpeTokenizer) -> Translator:
    """A translator whose model mistreats stand-ins in one way; its attention is that of the copying one."""
    rewrite(translator, tokenizer, request.param)
    return translator


def sentence(rng: random.Random, most: int = 4) -> tuple[str, list[str]]:
    """Words with up to so many spans between them, and the spans."""
    spans = rng.sample(SPANS, rng.randint(1, most))
    words = [[rng.choice(WORDS) for _ in range(rng.randint(1, 3))] for _ in range(len(spans) + 1)]
    parts = [" ".join(words[0]).capitalize()]
    for span, following in zip(spans, words[1:], strict=True):
        parts += [span, *following]
    return " ".join(parts) + ".", spans


def assert_all_once(translation: Translation, spans: list[str]) -> None:
    for span in spans:
        assert translation.text.count(span) == 1, (translation.source_text, translation.text, span)


@pytest.mark.parametrize("options", [GREEDY, BEAM, DecodeOptions(sampling=Sampling(seed=3), guards="off")])
def test_every_span_comes_out_once_whatever_the_model_does(
    wayward: Translator, options: DecodeOptions
) -> None:
    rng = random.Random(7)
    for text, spans in (sentence(rng) for _ in range(5)):
        translation = wayward.translate(text, target="fr", options=options)
        assert_all_once(translation, spans)
        streamed = wayward.stream(text, target="fr", options=options)
        assert "".join(streamed) == translation.text
        assert streamed.translation is not None and streamed.translation.flags == translation.flags


def test_a_model_that_copies_gets_every_space_right(translator: Translator) -> None:
    rng = random.Random(1)
    texts = [sentence(rng)[0] for _ in range(20)] + ["Press <b>win</b> the {name}s, l'{name}; (%s)."]
    for translation in translator.translate(texts, target="fr", options=GREEDY):
        assert translation.text == translation.source_text and translation.flags == ()


def test_spans_have_a_place_in_the_alignment(translator: Translator) -> None:
    text = "the machines https://example.org/a win"
    pairs = translator.translate(text, target="fr").alignment
    assert [(text[slice(*p.source)], text[slice(*p.target)]) for p in pairs] == [
        (word, word) for word in text.split()
    ]


@pytest.mark.parametrize(
    ("rule", "flags", "text"),
    [
        (double, ("protected_copies",), "Win {name} the machines."),
        (str, (), "Win {name} the machines."),
    ],
)
def test_the_result_says_what_happened(
    translator: Translator, tokenizer: BpeTokenizer, rule: Rewrite, flags: tuple[str, ...], text: str
) -> None:
    rewrite(translator, tokenizer, rule)
    translation = translator.translate("Win {name} the machines.", target="fr", options=GREEDY)
    assert (translation.text, translation.flags) == (text, flags)


def test_a_dropped_span_is_asked_for_and_said(translator: Translator, tokenizer: BpeTokenizer) -> None:
    rewrite(translator, tokenizer, drop)
    retried = translator.translate("Win {name} the machines.", target="fr", options=BEAM)
    assert set(retried.flags) & {"protected_retried", "protected_placed"}
    drawn = DecodeOptions(sampling=Sampling(seed=1), guards="off")
    placed = translator.translate("Win {name} the machines.", target="fr", options=drawn)
    assert placed.flags == ("protected_placed",) and placed.text.count("{name}") == 1


def test_a_lost_number_is_asked_for(translator: Translator, tokenizer: BpeTokenizer) -> None:
    rewrite(translator, tokenizer, lambda text: text.replace("1998", "win"))
    translation = translator.translate("the machines 1998", target="fr", options=BEAM)
    assert ("1998" in translation.text) == ("number_retried" in translation.flags)
    assert "number_retried" in translation.flags or "number_lost" in translation.flags


def test_a_lost_number_is_put_where_it_belongs(translator: Translator, tokenizer: BpeTokenizer) -> None:
    rewrite(translator, tokenizer, lambda text: text.replace("1998", "77"))
    translation = translator.translate("machines 1998 win", target="fr", options=BEAM)
    assert translation.text.startswith("machines 1998") and "77" not in translation.text


@pytest.mark.parametrize("options", [GREEDY, BEAM])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the machines 1998 win", "the machines 1998 win"),
        ("{name} win 1998 at 14 h 45 the 12.", "{name} win 1998 at 14:45 the 12."),
        ("THE MACHINES WIN 1998", "THE MACHINES WIN 1998"),
        ("win 1998win. Win!", "win 1998win. Win!"),
    ],
)
def test_numbers_that_the_model_garbles_are_kept_from_it(
    translator: Translator, tokenizer: BpeTokenizer, options: DecodeOptions, text: str, expected: str
) -> None:
    rewrite(translator, tokenizer, lambda text: text.replace("1998", "1998, 19988"))
    translation = translator.translate(text, target="fr", options=options)
    assert translation.text == expected and translation.flags == ("number_retried",)
    streamed = translator.stream(text, target="fr", options=options)
    assert "".join(streamed) == expected and streamed.translation is not None
    assert streamed.translation.alignment == translation.alignment
    spans = [(text[slice(*p.source)], expected[slice(*p.target)]) for p in translation.alignment]
    assert all(target == source.replace("14 h 45", "14:45") for source, target in spans)


@pytest.mark.parametrize("text", ["the 12😀345 win", "the 12-345 win", "win 12 {name}345 the 14 h 45"])
def test_every_number_that_is_watched_has_its_place(
    translator: Translator, tokenizer: BpeTokenizer, text: str
) -> None:
    rewrite(translator, tokenizer, lambda text: "the")
    options = TextOptions(patterns=("-",))
    lost = translator.translate(text, target="fr", text_options=options, options=BEAM)
    assert set(lost.flags) & {"number_retried", "number_lost"}


def test_numbers_are_left_to_the_model_where_there_are_too_many_for_stand_ins(
    translator: Translator, tokenizer: BpeTokenizer
) -> None:
    rewrite(translator, tokenizer, lambda text: text.replace("1998", "1998, 19988"))
    text = "the 11 win 22 the 33 win 44 the 1998"
    assert translator.translate(text, target="fr").text == text
    text += " win 66"
    assert "number_added" in translator.translate(text, target="fr").flags


def test_a_number_beside_those_of_the_source_is_said(translator: Translator, tokenizer: BpeTokenizer) -> None:
    rewrite(translator, tokenizer, lambda text: f"{text} 1998 77")
    assert "number_added" in translator.translate("the machines 1998", target="fr", options=BEAM).flags
    assert "number_added" not in translator.translate("the machines", target="fr", options=BEAM).flags


def test_numbers_are_written_as_the_target_language_does(
    translator: Translator, tokenizer: BpeTokenizer
) -> None:
    def french(text: str, **wishes: Any) -> str:
        return translator.translate(text, target="fr", options=GREEDY, source="en", **wishes).text

    assert french("the 1,250 win 10,000.75 machines") == "the 1\u00a0250 win 10\u00a0000,75 machines"
    assert french("win 2.5 km for €1,999.99 the 3.5") == "win 2,5 km for €1\u00a0999,99 the 3.5"
    assert french("win 1,250 km", text_options=TextOptions(protect=False)) == "win 1,250 km"
    rewrite(translator, tokenizer, lambda text: text.replace("1,250", "1,2500, 77"))
    assert french("the 1,250 win") == "the 1\u00a0250 win"


def test_a_date_is_said_in_the_target_language(translator: Translator, model: Any) -> None:
    def french(text: str, source: str | None = "en", **wishes: Any) -> str:
        return translator.translate(text, target="fr", source=source, options=GREEDY, **wishes).text

    assert french("the machines win on May 1, 2020, {name}.") == "the machines win le 1er mai 2020, {name}."
    assert french("THE MACHINES WIN ON MAY 12.") == "THE MACHINES WIN LE 12 MAI."
    assert french("the win on May\n12", text_options=TextOptions(wrap="join")) == "the win le 12 mai"
    assert french("on May 12", text_options=TextOptions(protect=False)) != "le 12 mai"
    assert french("On May 12 👍🏽\nwin") == "Le 12 mai 👍🏽\nwin"
    assert french("SINCE MAY 12 on May 12", text_options=TextOptions(keep=("May",))).count("May 12") == 1


def test_more_spans_than_a_sentence_can_have_cut_it(translator: Translator) -> None:
    text = "Win " + " the ".join(f"{{n{i}}}" for i in range(23)) + " win."
    translation = translator.translate(text, target="fr", options=GREEDY)
    assert translation.text == text and translation.flags == ("cut",) and len(translation.segments) > 4


def test_a_text_without_words_needs_no_model(translator: Translator, model: Any) -> None:
    for text in ("https://example.org 👍🏽", "{name} - %s", "12 345.67 €", "€1,250.50", "1,250", "...", "☃☃"):
        assert translator.translate(text, target="fr").text == text
        assert translator.translate(text, target="fr", source="en").text == text
    assert model.encoder_runs == 0


def test_emoji_at_the_ends_are_not_for_the_model(translator: Translator) -> None:
    translation = translator.translate("🎉 the machines win 👍🏽🇫🇷", target="fr")
    assert translation.text == "🎉 the machines win 👍🏽🇫🇷"
    assert [segment.source for segment in translation.segments] == [(2, 18)]


def test_protection_can_be_switched_off_and_added_to(translator: Translator) -> None:
    def read(text: str, options: TextOptions) -> list[str]:
        call = translator.translate(text, target="fr", text_options=options, options=GREEDY)
        return [token.text.strip() for token in call.tokens if len(token.text.strip()) > 3]

    assert "{name}" not in read("win {name} the", TextOptions(protect=False))
    assert "{name}" in read("win {name} the", TextOptions())
    assert "AB-123" in read("win AB-123 the", TextOptions(patterns=(r"[A-Z]+-\d+",)))
    assert "machines" in read("the machines win", TextOptions(protect=False, keep=("machines",)))


def test_capitals_come_out_as_capitals(translator: Translator) -> None:
    text = "THE MACHINES WIN {name} ÉTÉ!\nthe NATO wins\nGAGNENT"
    translation = translator.translate(text, target="fr", source="en", options=GREEDY)
    assert translation.text == text
    assert "machines" in translation.source_text.lower()
    assert len(translation.tokens) < len(translator.token_ids(text))


def test_wrapped_lines_are_kept_or_joined(translator: Translator) -> None:
    text = "the machines\n  win. The machines\ngagnent.\n\n- win"
    kept = translator.translate(text, target="fr", options=GREEDY)
    assert kept.text == text
    joined = translator.translate(text, target="fr", options=GREEDY, text_options=TextOptions(wrap="join"))
    assert joined.text == "the machines win. The machines gagnent.\n\n- win"
    assert [text[slice(*s.source)] for s in joined.segments] == [
        "the machines\n  win.",
        "The machines\ngagnent.",
        "win",
    ]


def test_sentences_or_lines(translator: Translator) -> None:
    text = "The machines win. Les machines gagnent."
    by_sentence = translator.translate(text, target="fr", options=GREEDY)
    by_line = translator.translate(text, target="fr", options=GREEDY, text_options=TextOptions(split="lines"))
    assert [len(t.segments) for t in (by_sentence, by_line)] == [2, 1]
    assert by_sentence.text == by_line.text == text


@anywhere
@given(
    text=st.text(
        alphabet=st.one_of(
            st.characters(exclude_categories=["Cs"]), st.sampled_from("aB. \n\t\r{}01%<>`😀\u200d\u202e\0")
        ),
        max_size=40,
    ),
    wrap=st.sampled_from(["keep", "join"]),
    split=st.sampled_from(["sentences", "lines"]),
)
def test_a_copying_model_gives_back_any_text(
    translator: Translator, text: str, wrap: Any, split: Any
) -> None:
    """With joined lines only white space may differ, without them nothing."""
    options = TextOptions(wrap=wrap, split=split, match_case=False)
    translation = translator.translate(text, target="fr", options=GREEDY, text_options=options)
    if wrap == "keep":
        assert translation.text == text
    assert "".join(translation.text.split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["a\ud800", "\udfff", "win \ud83d"])
def test_half_characters_are_a_typed_error_even_without_words(translator: Translator, text: str) -> None:
    with pytest.raises(TextDecodingError, match="half of a surrogate pair"):
        translator.translate(text, target="fr")


def test_texts_of_many_segments_stay_fast(translator: Translator) -> None:
    text = "\n" * 100_000
    assert translator.translate(text, target="fr").text == text


def test_a_stopped_call_gives_nothing_of_what_it_did_not_translate(translator: Translator) -> None:
    cancel = CancelToken()
    cancel.cancel()
    stopped = translator.translate("win {name} the.", target="fr", control=Control(cancel=cancel))
    assert (stopped.text, stopped.flags) == ("", ("cancelled",))


EVERYDAY = Path(__file__).parents[1] / "data" / "everyday.en.txt"


def generated(count: int, seed: int = 11) -> Iterator[tuple[str, list[str]]]:
    """Sentences that people say, with 1 to 4 spans between any of their words."""
    rng, sentences = random.Random(seed), EVERYDAY.read_text(encoding="utf-8").splitlines()
    for _ in range(count):
        words, spans = rng.choice(sentences).split(), rng.sample(SPANS, rng.randint(1, 4))
        for span in spans:
            words.insert(rng.randint(0, len(words)), span)
        yield " ".join(words), spans


@pytest.mark.skipif(not BUILT_IN.exists(), reason="the built-in model is not in this checkout")
def test_every_span_survives_the_built_in_model() -> None:
    """TRAVERBA_TEST_SPANS=5000 asks for more sentences than a test run has time for."""
    cases = list(generated(int(os.environ.get("TRAVERBA_TEST_SPANS", "12"))))
    with load_translator(device="cpu", threads=1) as translator:
        options = DecodeOptions(beam_size=1)
        texts = [text for text, _ in cases]
        translations = translator.translate(texts, source="en", target="fr", options=options)
    for translation, (_, spans) in zip(translations, cases, strict=True):
        assert_all_once(translation, spans)
