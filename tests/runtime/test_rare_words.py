"""Rare words in sentences: the dictionary's word takes the place of what a model wrote, which copies here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

import traverba.second_tries.rare_words
from traverba import (
    CancelToken,
    Control,
    DecodeOptions,
    Glossary,
    Sampling,
    TextOptions,
    Translator,
    load_translator,
)
from traverba.bundle import Manifest
from traverba.bundle.installed import BUILT_IN
from traverba.text import BpeTokenizer, KnownWords, RareWord, RareWords

RARE = RareWords("en", {"machines": "les", "win": "the"})
"""One token each, as the words themselves: the copying model counts tokens."""


def known(sources: Sequence[str], target: str) -> KnownWords:
    """What a bundle has that names two English words in French."""
    return KnownWords(rare=RARE if tuple(sources) == ("en",) and target == "fr" else None)


@pytest.fixture
def translator(model: Any, tokenizer: BpeTokenizer, manifest: Manifest) -> Translator:
    return Translator(
        lambda _: model,
        tokenizer,
        manifest,
        options=DecodeOptions(beam_size=2, guards="off"),
        provider="scripted",
        precision="fp32",
        threads=1,
        words=known,
    )


def test_rare_words_are_found_as_they_are_written_and_with_a_capital_where_any_word_has_one() -> None:
    text = "Machines win; the machine's win, winning: Win Machines"
    assert RARE.find(text) == (
        RareWord((0, 8), "les"),
        RareWord((9, 12), "the"),
        RareWord((28, 31), "the"),
        RareWord((42, 45), "the"),
    )
    names = RareWords("fr", {"Pierre": "Pierre", "pierre": "stone"})
    assert [word.translation for word in names.find("Pierre, la pierre")] == ["Pierre", "stone"]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("été machines", "été les"),
        ("été machines win", "été les the"),
        ("été win, été machines", "été the, été les"),
        ("été machines. Été win", "été les. Été the"),
        ("ÉTÉ MACHINES WIN", "ÉTÉ LES THE"),
        ("- été machines\n- été win\n", "- été les\n- été the\n"),
    ],
)
def test_what_the_model_wrote_for_a_rare_word_becomes_the_dictionarys(
    translator: Translator, text: str, translation: str
) -> None:
    for options in (DecodeOptions(beam_size=1), DecodeOptions(beam_size=4), None):
        result = translator.translate(text, source="en", target="fr", options=options)
        assert (result.text, result.flags) == (translation, ("looked_up",))
    assert "".join(translator.stream(text, source="en", target="fr")) == translation
    texts = [text, "été", text]
    assert [r.text for r in translator.translate(texts, source="en", target="fr")] == [
        translation,
        "été",
        translation,
    ]


@pytest.mark.parametrize(
    ("rounds", "tokens", "translation"),
    [(2, 1000, "été les the"), (1, 1000, "été les win"), (2, 1, "été les win")],
)
def test_only_so_many_words_of_a_sentence_are_put_right_and_fewer_of_a_long_one_but_one_at_least(
    translator: Translator, monkeypatch: pytest.MonkeyPatch, rounds: int, tokens: int, translation: str
) -> None:
    monkeypatch.setattr(traverba.second_tries.rare_words, "ROUNDS", rounds)
    monkeypatch.setattr(traverba.second_tries.rare_words, "ROUND_TOKENS", tokens)
    assert translator.translate("été machines win", source="en", target="fr").text == translation


def test_what_the_model_says_by_itself_is_left_alone(translator: Translator) -> None:
    for text in ("été les", "été machines les"):  # no rare word; and one that is said, elsewhere
        result = translator.translate(text, source="en", target="fr")
        assert (result.text, result.flags) == (text, ())


def test_a_word_that_the_model_is_sure_of_stays(
    translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copying model gives every token the probability 1/2."""
    for sure, translation in ((0.49, "été machines"), (0.51, "été les")):
        monkeypatch.setattr(traverba.second_tries.rare_words, "SURE", sure)
        assert translator.translate("été machines", source="en", target="fr").text == translation


@pytest.mark.parametrize("beam_size", [1, 2, 4])
def test_no_letter_is_written_behind_the_dictionarys_word(
    translator: Translator, tokenizer: BpeTokenizer, beam_size: int
) -> None:
    """Four tokens, of which the model would go on with the last two."""
    text, options = "machinesité", DecodeOptions(beam_size=beam_size, guards="off")
    assert tokenizer.piece(tokenizer.encode(text)[2])[:1].isalnum()
    rare = RareWords("en", {text: "les"})
    translator._calls._words = lambda *_: KnownWords(rare=rare)
    for before, said in (("été ", "été les"), ("", "Les")):
        written = translator.translate(before + text, source="en", target="fr", options=options).text
        assert re.match(rf"{said}(?!\w)", written)


def test_the_callers_wishes_come_before_the_dictionary(translator: Translator) -> None:
    def translated(**wishes: Any) -> str:
        return translator.translate("été machines", source="en", target="fr", **wishes).text

    assert translated(text_options=TextOptions(look_up=False)) == "été machines"
    assert translated(prefix="les ").startswith("les ")
    assert "win" in translated(require=["win"]) and "les" not in translated(suppress=["les"])
    assert translated(options=DecodeOptions(sampling=Sampling(seed=1, top_k=1))) == "été machines"
    glossary = Glossary.of({"machines": "win"}, source="en", target="fr")
    assert translated(glossary=glossary) == "été win"
    other = Glossary.of({"déjà": "win"}, source="en", target="fr")
    assert translated(glossary=other) == "été les"


def test_a_call_that_was_stopped_is_not_asked_again(translator: Translator) -> None:
    token = CancelToken()
    token.cancel()
    result = translator.translate("été machines", source="en", target="fr", control=Control(cancel=token))
    assert "looked_up" not in result.flags and "cancelled" in result.flags


def built_in_translations(
    expected: Mapping[tuple[str, str], Mapping[str, str]], beam_size: int
) -> Iterator[tuple[str, str]]:
    """What the built-in model makes of each sentence of each direction, and the word that it should have."""
    options = DecodeOptions(beam_size=beam_size)
    with load_translator(threads=1) as translator:
        for (source, target), sentences in expected.items():
            for text, word in sentences.items():
                yield translator.translate(text, source=source, target=target, options=options).text, word


@pytest.mark.skipif(not BUILT_IN.exists(), reason="the built-in model is not in this checkout")
@pytest.mark.parametrize("beam_size", [1, 5])
def test_the_built_in_model_knows_words_by_its_dictionary(beam_size: int) -> None:
    """Sentences of this test alone; what the words are called is any dictionary's."""
    expected = {
        ("en", "fr"): {"My sister hates spiders.": "araignées", "The shark is hungry.": "requin"},
        ("en", "de"): {"We sat under the oak.": "Eiche"},
        ("de", "en"): {"Der Koch schält Zwiebeln.": "onions", "Wir fliegen nach München.": "Munich"},
        ("ru", "en"): {"Монах живёт в монастыре.": "monk"},
    }
    for written, word in built_in_translations(expected, beam_size):
        assert word.lower() in written.lower()


@pytest.mark.skipif(not BUILT_IN.exists(), reason="the built-in model is not in this checkout")
@pytest.mark.parametrize("beam_size", [1, 5])
def test_the_built_in_model_knows_words_of_manuals_as_well(beam_size: int) -> None:
    expected = {
        ("de", "en"): {"Das Tastfeld ist kaputt.": "touchpad"},
        ("en", "de"): {"The touchpad is broken.": "Tastfeld"},
    }
    for written, word in built_in_translations(expected, beam_size):
        assert word.lower() in written.lower()


@pytest.mark.skipif(not BUILT_IN.exists(), reason="the built-in model is not in this checkout")
@pytest.mark.parametrize("beam_size", [1, 5])
def test_the_built_in_model_says_names_that_it_never_met(beam_size: int) -> None:
    expected = {
        ("en", "fr"): {"I spoke with Higgins yesterday.": "Higgins", "Beaulieu is my neighbour.": "Beaulieu"},
        ("en", "de"): {"We flew from Reykjavik to Tallinn.": "Tallinn"},
        ("es", "en"): {"Goicoechea es mi vecino.": "Goicoechea"},
        ("de", "en"): {"Kennst du Goethe?": "Goethe"},
        ("ru", "en"): {"Чехов родился здесь.": "Chekhov"},
    }
    for written, name in built_in_translations(expected, beam_size):
        assert name in written
