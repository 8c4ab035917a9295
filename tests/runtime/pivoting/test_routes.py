"""Which way a text takes: what the bundle says, what the caller says, what language it is in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from traverba import Batching, CancelToken, Control, LanguageError, OptionError, TextOptions, Translator
from traverba.bundle import Direction, Manifest, PairScores, UntrainedPair
from traverba.bundle.manifest import parse_manifest
from traverba.errors import BundleFormatError
from traverba.pivoting.routes import choose_route

ENGLISH = "The weather was so nice that we walked home."
FRENCH = "Il faisait si beau que nous sommes rentrés à pied."
GERMAN = "Das Wetter war so schön, dass wir nach Hause gelaufen sind."
SCORES = PairScores("chrF", 20.0, 50.0, 0.8, 1.0, 300, "made up")


def test_a_bundle_that_says_nothing_goes_through_a_language_it_was_trained_for(make: Any) -> None:
    translator = make()
    assert [str(route) for route in translator.info.routes] == ["de to en", "en to fr", "de to fr via en"]
    translation = translator.translate("win", source="de", target="fr")
    assert (translation.via, translation.source, translation.target) == ("en", "de", "fr")
    assert translator._models("").asked == [3, 4]  # English, then French
    assert translation.to_json()["via"] == "en"


def test_a_bundle_can_say_that_a_pair_goes_straight(make: Any) -> None:
    translator = make(untrained=(UntrainedPair("de", "fr", None, SCORES),))
    assert str(translator.info.routes[-1]) == "de to fr straight"
    translation = translator.translate("win", source="de", target="fr")
    assert translation.via is None and translator._models("").asked == [4]


def test_the_caller_can_say_otherwise(make: Any) -> None:
    translator = make(untrained=(UntrainedPair("de", "fr", None, SCORES),))
    assert translator.translate("win", source="de", target="fr", via="en").via == "en"
    assert make().translate("win", source="de", target="fr", via="none").via is None
    assert make().translate("win", source="en", target="fr", via="none").via is None


@pytest.mark.parametrize(
    ("source", "target", "via"),
    [
        ("fr", "de", "auto"),
        ("fr", "de", "none"),
        ("de", "de", "auto"),
        ("de", "de", "none"),
        ("en", "fr", "en"),
        ("de", "fr", "fr"),
        ("de", "fr", "xx"),
        (None, "fr", "xx"),
        ("auto", "de", "en"),
        ("xx", "fr", "auto"),
    ],
)
def test_a_way_that_is_not_there_is_an_error_that_lists_those_that_are(
    make: Any, source: str | None, target: str, via: str
) -> None:
    with pytest.raises(LanguageError, match="it translates de to en, en to fr, de to fr via en"):
        make().translate_iter([], source=source, target=target, via=via)


def test_a_model_that_has_every_pair_says_so_in_a_word(manifest: Manifest) -> None:
    pairs = (("en", "de"), ("de", "en"), ("en", "fr"), ("fr", "en"))
    directions = tuple(Direction(source, target) for source, target in pairs)
    whole = replace(manifest, languages=("de", "en", "fr"), directions=directions)
    with pytest.raises(
        LanguageError, match="x does not translate it to fr; it translates between any two of de, en, fr"
    ):
        choose_route(replace(whole, name="x"), "it", "fr")


@pytest.mark.parametrize("via", ["", None, 3])
def test_what_is_no_way_at_all_is_refused(make: Any, via: Any) -> None:
    with pytest.raises(OptionError, match="via must be"):
        make().translate("win", source="de", target="fr", via=via)


@pytest.mark.parametrize("source", [None, "auto"])
def test_the_language_of_each_text_decides_its_way(make: Any, source: str | None) -> None:
    translator = make()
    texts = [GERMAN, ENGLISH, GERMAN, "", FRENCH]
    found = translator.translate(texts, target="fr", source=source)
    assert [t.text for t in found] == texts
    assert [(t.via, t.source) for t in found] == [
        ("en", "de"),
        (None, "en"),
        ("en", "de"),
        (None, None),
        (None, "fr"),
    ]
    assert [t.detected for t in found] == [translator.detect(text) for text in texts]
    lazily = list(translator.translate_iter(iter(texts), target="fr", source=source))
    assert [(t.text, t.via, t.detected) for t in lazily] == [(t.text, t.via, t.detected) for t in found]
    stream = translator.stream(GERMAN, target="fr", source=source)
    assert "".join(stream) == GERMAN
    assert stream.translation is not None and stream.translation.via == "en"
    assert translator.alternatives(GERMAN, target="fr", source=source, count=1)[0].via == "en"


def test_a_doubtful_text_is_read_as_it_stands(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    translator = make()
    sure = translator.detect(GERMAN)
    monkeypatch.setattr(Translator, "detect", lambda self, text: replace(sure, probability=0.5))
    doubtful = make().translate(GERMAN, target="fr")
    assert (doubtful.via, doubtful.source) == (None, "de")
    assert make().translate(GERMAN, target="fr", via="en").via == "en"


def test_nothing_is_detected_where_the_way_does_not_depend_on_it(make: Any) -> None:
    """Into English there is one way, and into French there is one if it is to be straight."""
    for options in ({"target": "en"}, {"target": "fr", "via": "none"}):
        translation = make().translate(GERMAN, **options)
        assert (translation.source, translation.detected, translation.via) == (None, None, None)


def test_a_model_of_languages_the_identifier_does_not_know_reads_any_as_before(make: Any) -> None:
    translator = make(
        languages=("qaa", "en", "fr"), directions=(Direction("qaa", "en"), Direction("en", "fr"))
    )
    translator.info = replace(translator.info, languages=("qaa", "qab"))
    assert translator.translate(GERMAN, target="fr").via is None
    assert translator.translate(GERMAN, target="fr", source="qaa").via == "en"


def test_progress_of_texts_on_several_ways_only_rises(make: Any) -> None:
    told: list[tuple[int, int | None]] = []
    control = Control(on_progress=lambda done, total: told.append((done, total)))
    make().translate([GERMAN, ENGLISH, GERMAN], target="fr", control=control)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told.pop() == (5, None)
    make().translate([GERMAN, GERMAN], target="fr", control=control)
    assert told.pop() == (4, 4)


@pytest.mark.parametrize("text", [GERMAN, ENGLISH])
def test_an_endless_stream_of_texts_ends_when_it_is_cancelled(make: Any, text: str) -> None:
    cancel, read = CancelToken(), 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield text

    found = make().translate_iter(
        endless(), target="fr", control=Control(cancel=cancel), batching=Batching(window=2)
    )
    assert next(found).text == text
    cancel.cancel()
    assert len(list(found)) < 5 and read < 10


def test_paragraphs_in_the_target_language_stay(make: Any) -> None:
    text = f"{GERMAN}\n\n{FRENCH}\n"
    translation = make().translate(
        text, source="de", target="fr", text_options=TextOptions(only_foreign=True)
    )
    assert translation.text == text
    assert [text[slice(*segment.source)] for segment in translation.segments] == [GERMAN]


def test_a_manifest_with_untrained_pairs_survives_json(manifest_of_three: Manifest) -> None:
    pairs = (UntrainedPair("de", "fr", "en", SCORES),)
    files = [{"path": name, "size_bytes": 1, "sha256": "0" * 64} for name in FILES]
    value = replace(manifest_of_three, untrained=pairs).to_json() | {"files": files}
    assert parse_manifest(json.dumps(value)).untrained == pairs
    assert parse_manifest(json.dumps({**value, "untrained": []})).routes[-1].via == "en"


FILES = ("decoder_step.onnx", "encoder.onnx", "tokenizer.json")


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("de", "en", None), "de-en is one of the directions"),
        (("de", "xx", None), "de-xx is not of two of the languages"),
        (("fr", "fr", None), "fr-fr is not of two of the languages"),
        (("fr", "de", None), "fr-de has no target token"),
        (("fr", "de", "en"), "fr-de goes via en, which is not trained on both sides"),
    ],
)
def test_a_pair_that_cannot_run_is_refused(
    manifest_of_three: Manifest, pair: tuple[str, str, str | None], message: str
) -> None:
    files = [{"path": name, "size_bytes": 1, "sha256": "0" * 64} for name in FILES]
    value = replace(manifest_of_three, untrained=(UntrainedPair(*pair),)).to_json() | {"files": files}
    with pytest.raises(BundleFormatError, match=message):
        parse_manifest(json.dumps(value))
