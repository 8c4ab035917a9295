"""Tags in a translation: each once, under the same parent, around the words that come from its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.markup_scripted import (
    Rule,
    ScriptedTranslator,
    forgetting_stand_ins,
    identity,
    read,
    reversing,
    saying,
    stammering,
    upper,
    written,
)

from traverba.documents.inline import InlineBuilder, InlineTag, InlineText, place_tags, translate_inline

RED_CAR = {"the red car": [("la", 0), ("voiture", 2), ("rouge", 1)]}


def placed(notation: str, rule: Rule, *, aligned: bool = True) -> str:
    """What becomes of a text in the tests' notation."""
    text, names = read(notation)
    translation = ScriptedTranslator(rule, aligned=aligned).translation(text.text)
    return written(place_tags(text, translation), names)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("the <b>red</b> car", "la voiture <b>rouge</b>"),
        ("the red <b>car</b>", "la <b>voiture</b> rouge"),
        ("the <b>red car</b>", "la <b>voiture rouge</b>"),
        ("<b>the red car</b>", "<b>la voiture rouge</b>"),
        ("the <i>red</i> <b>car</b>", "la <b>voiture</b> <i>rouge</i>"),
        ("the <a><i>red</i> <b>car</b></a>", "la <a><b>voiture</b> <i>rouge</i></a>"),
        ("<a><b>the</b> red</a> car", "<a><b>la</b></a> voiture rouge"),
        ("the <img/>red car", "la voiture <img/>rouge"),
        ("the red<sup/> car", "la voiture rouge<sup/>"),
        ("the red car<br/>", "la voiture rouge<br/>"),
        ("<br/>the red car", "<br/>la voiture rouge"),
    ],
)
def test_tags_follow_their_words(source: str, expected: str) -> None:
    assert placed(source, saying(RED_CAR)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one. <b>two three.</b> four", ". ONE <b>. THREE TWO</b> FOUR"),
        ("<b>one. two three.</b>", "<b>. ONE . THREE TWO</b>"),
        ("<b>one|two</b>", "<b>ONE|TWO</b>"),
        ("a b|<b>c d</b>", "B A|<b>D C</b>"),
        ("<b>a <i>b|</i></b>c", "<b><i>B A|</i></b>C"),
    ],
)
def test_a_tag_over_sentences_keeps_what_is_between_them(source: str, expected: str) -> None:
    assert placed(source, reversing) == expected


def test_a_tag_from_one_sentence_into_the_next_reaches_over_the_end() -> None:
    assert placed("one <b>two. three</b> four", upper) == "ONE <b>TWO . THREE</b> FOUR"


def test_a_word_is_never_cut() -> None:
    assert placed("un<b>happy</b> man", upper) == "<b>UNHAPPY</b> MAN"


def test_punctuation_stays_outside_if_it_was_outside() -> None:
    loose = saying({"click here .": [("cliquez", 0), ("ici", 1), (".", 1)]})
    assert placed("click <a>here</a> .", loose) == "cliquez <a>ici</a> ."


def test_a_link_whose_word_was_dropped_goes_around_the_nearest_word() -> None:
    rule = saying({"see the old red car": [("la", 0), ("voiture", 4), ("!", 2)]})
    assert placed("see the <a>old</a> red car", rule) == "<a>la</a> voiture !"


def test_spaces_at_the_edges_of_a_tag_stay_inside() -> None:
    assert placed("one <b>two </b>three", upper) == "ONE <b>TWO </b>THREE"
    assert placed("one<b> two</b> three", upper) == "ONE<b> TWO</b> THREE"


def test_stand_ins_move_with_the_words() -> None:
    assert placed("run [x] then <b>[y]</b>", reversing) == "<b>[y]</b> THEN [x] RUN"


@pytest.mark.parametrize("rule", [forgetting_stand_ins, stammering, upper, reversing])
def test_a_stand_in_comes_out_exactly_once_whatever_the_model_does(rule: Rule) -> None:
    result = placed("run [x] then <b>stop [y]</b> or [z].", rule)
    assert [result.count(name) for name in ("[x]", "[y]", "[z]", "{")] == [1, 1, 1, 0]
    assert result.index("<b>") < result.index("[y]") < result.index("</b>")


def test_a_forgotten_stand_in_goes_beside_the_word_it_stood_beside() -> None:
    assert placed("run [x] then stop", forgetting_stand_ins) == "RUN [x] THEN STOP"


def test_a_text_that_looks_like_a_stand_in_stays() -> None:
    text, names = read("say {0} and [x]")
    assert text.text == "say {0} and {1}"
    translation = ScriptedTranslator(upper).translation(text.text)
    assert written(place_tags(text, translation), names) == "SAY {0} AND [x]"


def test_without_attention_words_are_taken_in_order() -> None:
    assert placed("one <b>two</b> three", upper, aligned=False) == "ONE <b>TWO</b> THREE"


def test_texts_without_letters_are_not_translated() -> None:
    translator = ScriptedTranslator(upper)
    texts = [read("12 %")[0], read("[x]")[0], read("ok <b>go</b>")[0], read("")[0]]
    results = list(translate_inline(translator, texts, target="fr"))
    assert results[:2] == texts[:2] and results[3] == texts[3]
    assert translator.texts == ["", "", "ok go", ""]


def test_tags_that_cross_are_refused() -> None:
    with pytest.raises(ValueError, match="does not nest"):
        InlineText("abc", (InlineTag(0, 2, 0), InlineTag(1, 3, 1, depth=1)))


@pytest.mark.parametrize("rule", [upper, reversing])
def test_ten_thousand_tags_keep_their_places(rule: Rule) -> None:
    deep, wide = InlineBuilder(), InlineBuilder()
    for _ in range(10_000):
        deep.open()
    for _ in range(3_000):
        wide.open()
        wide.text("word. ")
        wide.close()
    deep.text("one two")
    for _ in range(10_000):
        deep.close()
    for builder in (deep, wide):
        text = builder.build()
        result = place_tags(text, ScriptedTranslator(rule).translation(text.text))
        assert len(result.tags) == len(text.tags)


WORDS = st.sampled_from(["one", "two", "three", "l'eau", "x.", "y,", "«", "it's", "a-b", ".", " ", "  ", ""])


@st.composite
def notations(draw: st.DrawFn) -> str:
    """Any tree: nested, empty and adjacent tags, with and without spaces between."""

    def tree(depth: int) -> str:
        parts = []
        for _ in range(draw(st.integers(0, 4))):
            kind = draw(st.sampled_from(["text", "text", "tag", "empty", "protected", "break"]))
            if kind == "tag" and depth < 4:
                parts.append(f"<b>{tree(depth + 1)}</b>")
            else:
                words = draw(WORDS) + draw(st.sampled_from(["", " "]))
                parts.append({"empty": "<i/>", "protected": "[x]", "break": "|"}.get(kind, words))
        return "".join(parts)

    return tree(0)


def shape(text: InlineText) -> list[tuple[int, int, bool]]:
    """(tag, the tag around it, whether it is atomic), in the order of the keys."""
    parents: list[int] = []
    found = []
    for tag in text.tags:
        del parents[tag.depth :]
        found.append((tag.key, parents[-1] if parents else -1, tag.atomic))
        parents.append(tag.key)
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(notations(), st.sampled_from([upper, reversing, forgetting_stand_ins, stammering]), st.booleans())
def test_the_tree_keeps_its_shape(
    notation: str, rule: Callable[..., list[tuple[str, int]]], aligned: bool
) -> None:
    text, _ = read(notation)
    translation = ScriptedTranslator(rule, aligned=aligned).translation(text.text)
    result = place_tags(text, translation)
    assert shape(result) == shape(text)
    stand_ins = {text.text[tag.start : tag.end] for tag in text.tags if tag.atomic}
    for stand_in in stand_ins - {"\n"}:
        assert result.text.count(stand_in) == 1
    assert result.text.count("\n") == text.text.count("\n")
    assert words_of(result.text, stand_ins) == words_of(translation.text, stand_ins)


def words_of(text: str, stand_ins: set[str]) -> list[str]:
    """What the translator wrote, apart from what stands for something else."""
    for stand_in in stand_ins:
        text = text.replace(stand_in, " ")
    return text.split()


@settings(max_examples=100, deadline=None)
@given(notations())
def test_a_translation_into_the_same_text_changes_nothing(notation: str) -> None:
    text, _ = read(notation)
    assert place_tags(text, ScriptedTranslator(identity).translation(text.text)) == text
