"""Placeholders, layout, case and terms go through both legs, however a model treats them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traverba import DecodeOptions, Glossary, TextOptions
from traverba.documents import translate_html, translate_markdown
from traverba.pivoting.between import still_protecting

GREEDY = DecodeOptions(beam_size=1, guards="off")
BEAM = DecodeOptions(beam_size=4, guards="off")
SPANS = [
    "https://example.org/a?b=1",
    "%s",
    "{name}",
    "${VAR}",
    "README.md",
    "`a = b`",
    "5 km",
    "@joe",
    "<br/>",
]
WORDS = ["the", "machines", "win", "les", "gagnent"]
GAPS = [" ", "  ", "\n", "\r\n\t", "\n\n- ", "\u2028"]
together = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def drop(text: str) -> str:
    return re.sub(r"\{\d\} ?", "", text)


def double(text: str) -> str:
    return text.replace("{0}", "{0} {0} {3}")


def glue(text: str) -> str:
    return text.replace(" {", "{")


RULES = {rule.__name__: rule for rule in (str, drop, double, glue)}


@together
@given(text=st.text(max_size=30))
def test_any_text_keeps_its_shape(make: Any, text: str) -> None:
    assert make().translate(text, source="de", target="fr", options=GREEDY).text == text


@together
@given(
    parts=st.lists(
        st.tuples(st.sampled_from([*WORDS, *SPANS]), st.sampled_from(GAPS)), min_size=1, max_size=8
    ),
    rules=st.tuples(*[st.sampled_from(sorted(RULES))] * 2),
)
def test_each_placeholder_comes_out_as_often_as_it_went_in(
    make: Any, parts: list[tuple[str, str]], rules: tuple[str, str]
) -> None:
    text = "".join(word + gap for word, gap in parts)
    translator = make(*(RULES[name] for name in rules))
    translation = translator.translate(text, source="de", target="fr", options=GREEDY)
    for span in SPANS:
        assert translation.text.count(span) == text.count(span), (span, translation.text)
    breaks = re.compile(r"[\n\r\u2028]")
    assert breaks.findall(translation.text) == breaks.findall(text)
    streamed = translator.stream(text, source="de", target="fr", options=GREEDY)
    assert "".join(streamed) == translation.text


def test_the_words_between_may_change_as_they_like(make: Any) -> None:
    translator = make(lambda text: text.replace("les", "the"), lambda text: text.replace("the", "été"))
    text = "les {name} machines.\n\n  les https://example.org win!"
    assert translator.translate(text, source="de", target="fr").text == (
        "été {name} machines.\n\n  été https://example.org win!"
    )


def test_what_only_its_neighbours_protected_stays_protected() -> None:
    options = TextOptions(patterns=(r"(?<=Ref )\w+",))
    kept = still_protecting(options, "Ref win zwei", "the reference win and winning")
    assert [re.findall(p, "the reference win and winning") for p in kept.patterns] == [[], ["win"]]
    assert still_protecting(options, "ohne", "without") is options
    assert still_protecting(options, "Ref win", "Ref win") is options


def test_capitals_go_through_both_legs(make: Any) -> None:
    translator = make(lambda text: text.replace("les", "the"), lambda text: text.replace("the", "été"))
    assert translator.translate("WIN LES!", source="de", target="fr").text == "WIN ÉTÉ!"


def test_a_paragraph_of_several_lines_becomes_one(make: Any) -> None:
    joined = TextOptions(wrap="join")
    found = make().translate("the\nmachines\n\nwin", source="de", target="fr", text_options=joined)
    assert found.text == "the machines\n\nwin"


def test_terms_lead_from_the_source_to_the_last_leg(make: Any) -> None:
    """English says "the" for "les"; the last leg would keep it, and is asked for the term instead."""
    translator = make(lambda text: text.replace("les", "the"))
    glossary = Glossary.of({"les": "gagnent"}, source="de", target="fr")
    text = "machines les win\nwin"
    plain = translator.translate(text, source="de", target="fr", options=BEAM)
    assert plain.text == "machines the win\nwin" and plain.terms == ()
    found = translator.translate(text, source="de", target="fr", options=BEAM, glossary=glossary)
    assert "gagnent" in found.text and found.text.endswith("\nwin") and found.via == "en"
    assert [(text[slice(*use.source)], use.term, use.met) for use in found.terms] == [("les", "les", True)]
    assert "term_retried" in found.flags
    streamed = translator.stream(text, source="de", target="fr", options=BEAM, glossary=glossary)
    assert "".join(streamed) == found.text
    assert streamed.translation is not None and streamed.translation.terms == found.terms


def test_a_term_that_comes_by_itself_changes_nothing(make: Any) -> None:
    translator = make(lambda text: text.replace("les", "the"))
    glossary = Glossary.of({"les": "the"}, source="de", target="fr")
    found = translator.translate("machines les", source="de", target="fr", glossary=glossary)
    assert (found.text, found.flags, [use.met for use in found.terms]) == ("machines the", (), [True])


@pytest.mark.parametrize(("source", "target"), [("en", "fr"), ("de", "en")])
def test_terms_of_one_leg_are_not_used(make: Any, source: str, target: str) -> None:
    glossary = Glossary.of({"the": "gagnent"}, source=source, target=target)
    found = make().translate("the win", source="de", target="fr", glossary=glossary)
    assert (found.text, found.terms) == ("the win", ())


def test_markup_follows_its_words_through_both_legs(make: Any) -> None:
    page = '<p>les <b>machines</b> win <code>x</code> <a href="y">les</a></p>'
    assert translate_html(make(), page, source="de", target="fr") == page
    text = "# les\n\n- machines **les** `x`\n"
    assert translate_markdown(make(), text, source="de", target="fr") == text
