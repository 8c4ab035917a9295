"""How a user's own typed code sees traverba: `make types` checks it, nothing runs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

from traverba import (
    CancelToken,
    Control,
    DecodeOptions,
    Detection,
    LanguageError,
    Sampling,
    TextOptions,
    Translation,
    TranslationHypothesis,
    Translator,
    detect,
    load_translator,
)
from traverba.errors import BundleError


def one_text_in_one_translation_out(translator: Translator) -> str:
    translation = translator.translate("the machines win", source="en", target="fr")
    assert_type(translation, Translation)
    return str(translation)


def a_list_in_a_list_out(translator: Translator, texts: list[str]) -> list[str]:
    translations = translator.translate(texts, target="fr", options=DecodeOptions(beam_size=4))
    assert_type(translations, list[Translation])
    return [translation.text for translation in translations]


def a_stream_of_lines_stays_lazy(translator: Translator, lines: Iterator[str]) -> Iterator[Translation]:
    return translator.translate_iter(lines, target="fr")


def pieces_are_text(translator: Translator) -> str:
    return "".join(translator.stream("the machines win", target="fr"))


def a_pair_that_was_not_trained_says_its_way(translator: Translator) -> str | None:
    return translator.translate("Guten Tag", source="de", target="fr", via="en").via


async def another_thread_can_cancel(translator: Translator, cancel: CancelToken) -> Translation:
    control = Control(cancel=cancel)
    return await translator.atranslate("the machines win", target="fr", control=control)


async def pieces_can_be_awaited(translator: Translator, texts: list[str]) -> str:
    assert_type(await translator.atranslate(texts, target="fr"), list[Translation])
    return "".join([piece async for piece in translator.astream("win", target="fr", prefix="ga")])


def words_can_be_wanted_and_unwanted(translator: Translator) -> Translation:
    return translator.translate("the machines win", target="fr", require=["gagnent"], suppress=["les"])


def a_text_can_be_read_in_other_ways(translator: Translator) -> Translation:
    options = TextOptions(split="lines", wrap="join", patterns=(r"[A-Z]+-[0-9]+",), keep=("Win",))
    return translator.translate("the machines win", target="fr", text_options=options)


def several_hypotheses_with_scores(translator: Translator) -> dict[str, float]:
    options = DecodeOptions(num_hypotheses=3, sampling=Sampling(temperature=0.8, seed=7))
    hypotheses = translator.translate("the machines win", target="fr", options=options).hypotheses
    assert_type(hypotheses, tuple[TranslationHypothesis, ...])
    return {hypothesis.text: hypothesis.score for hypothesis in hypotheses}


def a_translator_closes_itself(path: str) -> tuple[tuple[str, str], ...]:
    with load_translator(path, device="cpu", threads=1) as translator:
        assert_type(translator, Translator)
        return translator.info.directions


def a_standard_except_clause_catches_the_typed_error(error: LanguageError) -> ValueError:
    return error


def the_branch_of_an_error_says_where_the_trouble_is(error: BundleError) -> Exception:
    return error


def a_language_may_stay_open(translator: Translator, text: str) -> str | None:
    assert_type(detect(text, languages=["en", "fr"]), Detection)
    translation = translator.translate(text, target="fr", source="auto")
    assert_type(translation.detected, Detection | None)
    return translator.detect(text).language
