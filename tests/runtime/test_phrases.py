"""Phrases that are no sentence: what is read for them, what comes out, and when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba import DecodeOptions, Glossary, TextOptions, Translator, load_translator
from traverba.bundle.installed import BUILT_IN
from traverba.text import CarriedReading, KnownWords, Reading, Rewriting, Spelling, WordList
from traverba.text.carriers import carried

WORDS = {"red": 90, "car": 80, "phone": 20, "number": 30, "new": 50, "York": 9, "the": 900, "station": 9}
GERMAN = {"neuer": 50, "Stuhl": 20, "Haus": 90, "das": 900}


def sentence(text: str, source: str = "en", target: str = "fr") -> CarriedReading | None:
    """What is read in the place of a text whose language has the words above."""
    known = KnownWords(Spelling(source, WordList(GERMAN if source == "de" else WORDS)))
    return carried(Reading((0, len(text)), Rewriting(text)), text, None, source, target, known)


def restored(reading: CarriedReading | None, decoded: str) -> str:
    assert reading is not None
    return reading.restore(decoded, lambda span: 0).text


@pytest.mark.parametrize(
    ("source", "text", "read"),
    [
        ("en", "red car", "We have red car."),
        ("en", "Red car", "We have red car."),
        ("en", "Phone Number", "We have phone number."),
        ("en", "New York station", "We have New York station."),  # a name keeps all capitals
        ("de", "Neuer Stuhl", "Wir haben neuer Stuhl."),
        ("de", "Haus", None),  # words alone have lists of their own
        ("en", "red car red car red", None),  # too long
        ("en", "red car.", None),  # what has a mark may be a sentence
        ("en", "red, new", None),
        ("en", "2 new", None),
    ],
)
def test_two_to_four_words_without_a_mark_are_read_in_a_sentence(
    source: str, text: str, read: str | None
) -> None:
    reading = sentence(text, source, "en" if source == "de" else "fr")
    assert (reading and reading.text) == read


def test_a_language_that_no_sentence_is_known_of_is_read_as_it_is() -> None:
    assert sentence("red car", "en", "it") is None
    unknown = KnownWords()
    assert carried(Reading((0, 7), Rewriting("red car")), "red car", None, "en", "fr", unknown) is None


@pytest.mark.parametrize(
    ("text", "target", "decoded", "said"),
    [
        ("red car", "fr", "Nous avons une voiture rouge.", "voiture rouge"),
        ("Red car", "fr", "Nous avons une voiture rouge.", "Voiture rouge"),
        ("the red car", "fr", "Nous avons la voiture rouge.", "la voiture rouge"),
        ("red car", "fr", "Nous avons l'auto rouge !", "auto rouge"),
        ("red car", "fr", "Nous avons une.", "une"),  # an article alone is all there is
        ("red car", "fr", "Nous avons mon auto", "mon auto"),
        ("red car", "es", "Tenemos el coche rojo.", "coche rojo"),
        ("red car", "de", "Wir haben ein rotes Auto.", "ein rotes Auto"),  # its ending depends on the article
        ("red car", "ru", "У нас есть красная машина.", "красная машина"),
    ],
)
def test_what_carries_a_phrase_goes_again(text: str, target: str, decoded: str, said: str) -> None:
    reading = sentence(text, "en", target)
    assert restored(reading, decoded) == said
    assert reading is not None and reading.carries(decoded)


@pytest.mark.parametrize(
    "decoded", ["Nous avons.", "Nous avons", "Ils ont une voiture.", "", "Nous avonsons"]
)
def test_a_translation_without_the_beginning_or_anything_behind_it_carries_nothing(decoded: str) -> None:
    reading = sentence("red car")
    assert reading is not None and not reading.carries(decoded)


@given(st.text(max_size=40), st.booleans())
def test_what_comes_out_is_in_what_the_model_wrote_whatever_that_is(rest: str, behind: bool) -> None:
    decoded = f"Nous avons {rest}" if behind else rest
    said = restored(sentence("red car"), decoded)
    assert said in decoded
    if said:
        assert said[-1] not in " .!?…"


def test_spans_lead_from_the_phrase_to_the_sentence_and_back() -> None:
    reading = sentence("Red car")
    assert reading is not None
    assert reading.rewriting.to_new((0, 3)) == (8, 11) and reading.rewriting.to_new((4, 7)) == (12, 15)
    assert reading.source_span((12, 15)) == (4, 7)
    here = reading.restore("Nous avons une voiture rouge.", lambda span: 0).rewriting
    assert here.to_new((15, 22)) == (0, 7) and here.to_new((23, 28)) == (8, 13)
    assert here.to_new((0, 4)) == (0, 0), "what is gone is nowhere"


built_in = pytest.mark.skipif(not BUILT_IN.exists(), reason="the built-in model is not in this checkout")


@pytest.fixture(scope="module")
def translator() -> Iterator[Translator]:
    with load_translator(device="cpu", threads=1) as translator:
        yield translator


@built_in
@pytest.mark.parametrize(
    ("source", "target", "text", "translation"),
    [
        ("en", "fr", "red car", "voiture rouge"),
        ("en", "fr", "BLACK CAT", "CHAT NOIR"),
        ("en", "es", "black cat", "gato negro"),
        ("en", "de", "Hot soup", "Heiße Suppe"),
        ("de", "en", "schwarzer Kaffee", "black coffee"),
    ],
)
def test_it_knows_phrases(
    translator: Translator, source: str, target: str, text: str, translation: str
) -> None:
    found = translator.translate(text, source=source, target=target)
    assert (found.text, "carried" in found.flags) == (translation, True)


@built_in
@pytest.mark.parametrize("text", ["open the door", "Where is he", "my brother"])
def test_what_the_model_is_surer_of_as_it_is_stays(translator: Translator, text: str) -> None:
    found = translator.translate(text, source="en", target="fr")
    assert "carried" not in found.flags
    assert (
        found.text
        == translator.translate(text, source="en", target="fr", text_options=TextOptions(look_up=False)).text
    )


@built_in
@pytest.mark.parametrize("beam", [1, 5])
def test_a_phrase_comes_out_the_same_alone_together_and_in_lines(translator: Translator, beam: int) -> None:
    texts = ["red car", "I see a dog.", "black cat", "open the door", "Green apple"]
    options = DecodeOptions(beam_size=beam)
    alone = [translator.translate(text, source="en", target="es", options=options).text for text in texts]
    together = translator.translate(texts, source="en", target="es", options=options)
    assert [each.text for each in together] == alone
    in_lines = translator.translate("\n".join(texts), source="en", target="es", options=options)
    assert in_lines.text == "\n".join(alone)
    streamed = translator.stream("\n".join(texts), source="en", target="es", options=options)
    assert "".join(streamed) == in_lines.text


@built_in
def test_tokens_and_alignment_of_a_phrase_are_of_what_came_out(translator: Translator) -> None:
    found = translator.translate("red car", source="en", target="fr")
    best = found.hypotheses[0]
    assert all(found.text[slice(*token.span)] == token.text for token in best.tokens)
    assert "".join(token.text for token in best.tokens).strip() == found.text
    pairs = {("red car"[slice(*a.source)], found.text[slice(*a.target)]) for a in best.alignment}
    assert ("car", "voiture") in pairs
    assert all(a.source[0] < a.source[1] <= 7 and a.target[0] < a.target[1] for a in best.alignment)


@built_in
def test_who_says_how_a_translation_begins_or_wants_a_term_gets_no_sentence(translator: Translator) -> None:
    begun = translator.translate("red car", source="en", target="fr", prefix="Une")
    assert begun.text.startswith("Une") and "carried" not in begun.flags
    glossary = Glossary.of({"car": "bagnole"}, source="en", target="fr")
    found = translator.translate("red car", source="en", target="fr", glossary=glossary)
    assert "bagnole" in found.text and "carried" not in found.flags
