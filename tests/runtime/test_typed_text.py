"""What a translator with lists of words makes of text as people type it; its model copies what it reads."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from traverba import BundleFormatError, DecodeOptions, Glossary, TextOptions, Translator, load_translator
from traverba.bundle import Direction, Manifest, find_bundle
from traverba.bundle.installed import BUILT_IN
from traverba.call_making import WordsFor
from traverba.text import BpeTokenizer, Dictionary, KnownWords, Spelling, WordList

COUNTS = {
    "the": 900,
    "machines": 300,
    "machine": 20,
    "été": 1,
    "win": 200,
    "don't": 90,
    "Tom": 80,
    "kiosk": 9,
}
TYPED = "hte machiness win, tom! `hte` https://hte.org/machiness"
with_the_built_in_model = pytest.mark.skipif(
    not BUILT_IN.exists(), reason="the built-in model is not in this checkout"
)
DICTIONARIES = {
    "en": Dictionary({"machine": ("machine", "machines"), "win": ("win", "gagner")}),
    "de": Dictionary({"win": ("win", "win")}),
}
READ = "the machines win, Tom! `hte` https://hte.org/machiness"


def words_for(lists: dict[str, Spelling]) -> WordsFor:
    """What a bundle with these lists knows."""

    def known(sources: Sequence[str], target: str) -> KnownWords:
        spelling = lists.get(sources[0]) if len(sources) == 1 else None
        found = [DICTIONARIES[source] for source in sources if source in DICTIONARIES and target == "fr"]
        return KnownWords(spelling, tuple(found))

    return known


def made(model: Any, tokenizer: BpeTokenizer, manifest: Manifest, words: WordsFor) -> Translator:
    """One whose model copies."""
    return Translator(
        lambda _: model,
        tokenizer,
        manifest,
        options=DecodeOptions(beam_size=2, guards="off"),
        provider="scripted",
        precision="fp32",
        threads=1,
        words=words,
    )


@pytest.fixture
def translator(model: Any, tokenizer: BpeTokenizer, manifest: Manifest) -> Translator:
    """Knows words of English and none of French."""
    return made(
        model,
        tokenizer,
        replace(manifest, words={"en": "words.en.txt.gz"}),
        words_for({"en": Spelling("en", WordList(COUNTS))}),
    )


def test_unknown_words_are_read_as_known_ones_and_the_result_says_so(translator: Translator) -> None:
    result = translator.translate(TYPED, source="en", target="fr")
    assert result.text == READ and result.flags == ("respelt",)
    assert result.source_text == TYPED
    right = translator.translate(READ, source="en", target="fr")
    assert right.text == READ and right.flags == ()


def test_what_is_protected_stays_as_it_was_typed(translator: Translator) -> None:
    kept = TextOptions(keep=("machiness",))
    assert (
        "the machiness win" in translator.translate(TYPED, source="en", target="fr", text_options=kept).text
    )


def test_spans_are_those_of_what_was_typed(translator: Translator) -> None:
    result = translator.translate("hte machiness win", source="en", target="fr")
    pairs = {
        (result.source_text[slice(*pair.source)], result.text[slice(*pair.target)])
        for pair in result.alignment
    }
    assert {("hte", "the"), ("machiness", "machines"), ("win", "win")} <= pairs


def test_nothing_is_respelt_where_that_is_not_wanted_or_no_words_are_known(translator: Translator) -> None:
    off = TextOptions(fix_spelling=False)
    for source, target, options in (("en", "fr", off), ("fr", "en", TextOptions())):
        result = translator.translate(TYPED, source=source, target=target, text_options=options)
        assert result.text == TYPED and result.flags == ()


def test_alone_streamed_and_in_a_list_it_is_the_same(translator: Translator) -> None:
    texts = [TYPED, READ, "", "i dont win"]
    together = [result.text for result in translator.translate(texts, source="en", target="fr")]
    assert together == [translator.translate(text, source="en", target="fr").text for text in texts]
    assert together == ["".join(translator.stream(text, source="en", target="fr")) for text in texts]


def test_a_term_of_a_glossary_is_no_slip(translator: Translator) -> None:
    glossary = Glossary.of({"machiness": "grimoire"}, source="en", target="fr")
    result = translator.translate("hte machiness win", source="en", target="fr", glossary=glossary)
    assert [(use.term, use.met) for use in result.terms] == [("machiness", True)]
    assert "the" in result.text and "respelt" in result.flags


def test_the_second_of_two_legs_reads_what_the_first_wrote(
    model: Any, tokenizer: BpeTokenizer, manifest: Manifest
) -> None:
    """English has a list here and is only the way between: what a model wrote is no typing."""
    three = replace(
        manifest, languages=("de", "en", "fr"), directions=(Direction("de", "en"), Direction("en", "fr"))
    )
    lists = {
        "en": Spelling("en", WordList(COUNTS)),
        "de": Spelling("de", WordList({"win": 200, "machines": 50})),
    }
    translator = made(model, tokenizer, three, words_for(lists))
    result = translator.translate("hte machiness win", source="de", target="fr")
    assert result.via == "en" and result.text == "hte machines win"


@with_the_built_in_model
def test_the_built_in_model_knows_the_words_of_all_its_languages() -> None:
    typed = {
        "en": ("I have a qestion.", "I have a question."),
        "fr": ("L'ete dernier, nous etions en Italie.", "L'été dernier, nous étions en Italie."),
        "de": ("das ist meine schwester.", "das ist meine Schwester."),
        "es": ("Manana no trabajo.", "Mañana no trabajo."),
        "ru": ("Моя сетра живёт здесь.", "Моя сестра живёт здесь."),
    }
    with load_translator(threads=1) as translator:
        for source, (wrong, right) in typed.items():
            target = "fr" if source == "en" else "en"
            results = translator.translate([wrong, right], source=source, target=target)
            assert results[0].text == results[1].text
            assert [result.flags for result in results] == [("respelt",), ()]


def test_a_language_is_detected_before_its_words_are_looked_up(translator: Translator) -> None:
    typed = "I have waited for hte machiness, but they dont come until tomorrow morning."
    result = translator.translate(typed, source="auto", target="fr")
    assert "the machines" in result.text and "don't" in result.text


@with_the_built_in_model
def test_a_bundle_whose_list_is_damaged_says_so_when_it_is_needed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find_bundle(), tmp_path / "bundle"))
    path = folder / "words.en.txt.gz"
    path.write_bytes(b"x" * path.stat().st_size)
    with load_translator(folder, threads=1) as translator:
        assert translator.translate(
            "Hallo.", source="de", target="en", options=DecodeOptions(beam_size=1)
        ).text
        for source, target in (("en", "fr"), ("fr", "en")):
            with pytest.raises(BundleFormatError, match=r"words\.en\.txt\.gz is no list of words"):
                translator.translate("Hello.", source=source, target=target)


@pytest.mark.parametrize(
    ("text", "translation", "flags"),
    [
        ("machine", "machines", {"looked_up"}),
        ("  Machine\n", "  Machines\n", {"looked_up"}),
        ("MACHINE", "MACHINES", {"looked_up"}),
        ("mahcine", "machines", {"looked_up", "respelt"}),
        ("Win", "Gagner", {"looked_up"}),
        ("the", "the", set()),
        ("the machine", "the machine", set()),
        ("- machine\n- the", "- machines\n- the", {"looked_up"}),
    ],
)
def test_a_single_word_is_looked_up(
    translator: Translator, text: str, translation: str, flags: set[str]
) -> None:
    for options in (DecodeOptions(beam_size=1), DecodeOptions(beam_size=4, num_hypotheses=2), None):
        result = translator.translate(text, source="en", target="fr", options=options)
        assert result.text == translation and set(result.flags) == flags
    assert "".join(translator.stream(text, source="en", target="fr")) == translation
    assert translator.translate([text, "the", text], source="en", target="fr")[2].text == translation


def test_of_a_word_of_several_languages_the_model_takes_what_it_finds_most_probable(
    model: Any, tokenizer: BpeTokenizer, manifest: Manifest
) -> None:
    into_french = (Direction("de", "fr"), Direction("en", "fr"))
    translator = made(
        model,
        tokenizer,
        replace(manifest, languages=("de", "en", "fr"), directions=into_french),
        words_for({}),
    )
    results = [translator.translate("win", source=source, target="fr").text for source in ("en", "de", None)]
    assert results == ["gagner", "win", "win"]


def test_a_word_is_not_looked_up_against_the_callers_wishes(translator: Translator) -> None:
    def translated(**wishes: Any) -> str:
        return translator.translate("machine", source="en", target="fr", **wishes).text

    assert translated(text_options=TextOptions(look_up=False)) == "machine"
    assert translated(prefix="les ").startswith("les ")
    assert "win" in translated(require=["win"])
    assert "machines" not in translated(suppress=["machines"])
    glossary = Glossary.of({"machine": "grimoire"}, source="en", target="fr")
    assert "grimoire" in translated(glossary=glossary).lower()
    assert translator.alternatives("machine", source="en", target="fr", count=2)[0].text == "machine"


@with_the_built_in_model
def test_the_built_in_model_has_the_words_that_people_try_first() -> None:
    expected = {
        ("en", "fr"): {"dog": {"chien"}, "black": {"noir", "noire"}, "Yesterday": {"Hier"}},
        ("en", "de"): {"yes": {"ja"}, "bread": {"Brot"}, "table": {"Tisch"}},
        ("en", "es"): {"bread": {"pan"}, "window": {"ventana"}},
        ("en", "ru"): {"milk": {"молоко", "молока"}, "house": {"дом"}},
        ("fr", "en"): {"chien": {"dog"}, "rouge": {"red"}},
        ("de", "en"): {"Tisch": {"table"}, "tisch": {"Table", "table"}},
        ("es", "en"): {"perro": {"dog"}, "rojo": {"red"}},
        ("ru", "en"): {"да": {"yes"}, "дом": {"house", "home"}},
        ("de", "fr"): {"Hund": {"chien", "Chien"}},
    }
    with load_translator(threads=1) as translator:
        for (source, target), words in expected.items():
            for word, right in words.items():
                found = translator.translate(word, source=source, target=target).text
                assert found.lower() in {each.lower() for each in right}, (source, target, word, found)
