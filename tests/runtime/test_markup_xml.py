"""XML of any vocabulary: sentences are found, marked ones left alone, unsafe documents refused."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.markup_scripted import ScriptedTranslator, identity, reversing, upper

from traverba.cli.main import main
from traverba.documents import translate_xml
from traverba.errors import DocumentError

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"

DOCUMENT = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE doc SYSTEM "doc.dtd">
<doc xml:lang="en" label="a label">
  <!-- a note --><?left alone?>
  <para>The <b>red <i>car</i></b> &amp; <ref id="1"/> more
     text</para>
  <para>See <list><item>one</item><item>two</item></list> end</para>
  <lines xml:space="preserve">  one
   two </lines>
  <c><![CDATA[one < two]]></c>
  <left translate="no">alone</left><p>say <n translate="no">Ada</n> now</p>
</doc>
"""

LOUD_DOCUMENT = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE doc SYSTEM "doc.dtd">
<doc xml:lang="fr" label="a label">
  <!-- a note --><?left alone?>
  <para>THE <b>RED <i>CAR</i></b> &amp; <ref id="1"/> MORE TEXT</para>
  <para>SEE <list><item>ONE</item><item>TWO</item></list> END</para>
  <lines xml:space="preserve">  ONE
   TWO </lines>
  <c><![CDATA[ONE < TWO]]></c>
  <left translate="no">alone</left><p>SAY <n translate="no">Ada</n> NOW</p>
</doc>
"""


def test_texts_are_translated_and_nothing_else() -> None:
    assert translate_xml(ScriptedTranslator(upper), DOCUMENT, target="fr") == LOUD_DOCUMENT


def test_a_translation_into_the_same_words_gives_the_same_bytes() -> None:
    assert translate_xml(ScriptedTranslator(identity), DOCUMENT, target="en") == DOCUMENT


def test_named_attributes_are_translated() -> None:
    result = translate_xml(
        ScriptedTranslator(upper), "<a x='one' y=\"two\">three</a>", target="fr", attributes=["y"]
    )
    assert result == "<a x='one' y=\"TWO\">THREE</a>"


def test_named_elements_are_part_of_the_sentence_and_others_end_it() -> None:
    translator = ScriptedTranslator(upper)
    translate_xml(translator, "<a>one <b>two</b> three <c>four</c> five</a>", target="fr", inline=["b"])
    assert translator.texts == ["one two three", "four", "five"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('<!DOCTYPE a [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><a>&b;</a>', "declares the entity"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "declares the entity"),
        ('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://x.invalid/p"> %p;]><a/>', "declares the entity"),
        ("<a>" * 10_000 + "</a>" * 10_000, "deep"),
        ("<a><b></a>", "line 1"),
        ("", "not well-formed"),
        ("<a>\0</a>", "not well-formed"),
        ("<a>\udcff</a>", "surrogate"),
    ],
)
def test_an_unsafe_or_broken_document_is_a_typed_error(document: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        translate_xml(ScriptedTranslator(upper), document, target="fr")


TREES = st.recursive(
    st.sampled_from(["one ", "two", " &lt;three&gt; ", "<x/>", "<!--n-->", "four. five"]),
    lambda inner: st.tuples(st.sampled_from("bcd"), st.lists(inner, max_size=4)).map(
        lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(TREES)
def test_any_tree_keeps_its_shape(tree: str) -> None:
    document = f"<a>{tree}</a>"
    assert translate_xml(ScriptedTranslator(identity), document, target="fr") == document
    result = translate_xml(ScriptedTranslator(reversing), document, target="fr")
    assert shape(ET.fromstring(result)) == shape(ET.fromstring(document))


def shape(element: ET.Element) -> str:
    return f"{element.tag}({','.join(sorted(shape(child) for child in element))})"


@pytest.mark.parametrize(
    ("kind", "text", "outside"),
    [
        ("html", "<p>the <b>machines</b> win</p>", ("<p>", "</p>")),
        ("markdown", "# the *machines* win", ("# ", "")),
        ("xml", "<a>the <b>machines</b> win</a>", ("<a>", "</a>")),
    ],
)
def test_the_command_keeps_the_markup(
    kind: str, text: str, outside: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["translate", "--model", str(TINY), "--to", "qab", "--format", kind, text]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(outside[0]) and printed.endswith(outside[1] + "\n")
    assert printed.count("<b>") == text.count("<b>") == printed.count("</b>")


def test_the_command_reads_a_document_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = b"<pre>\nleft\n\nalone</pre>\n<!-- a\nb -->"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(page)))
    assert main(["translate", "--model", str(TINY), "--to", "qab", "--format", "html"]) == 0
    assert capsys.readouterr().out == page.decode()


@pytest.mark.parametrize(
    "more", [["--json"], ["--stream"], ["--n-best", "2"], ["--prefix", "a"], ["--require", "a"]]
)
def test_options_about_lines_do_not_go_with_documents(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["translate", "--model", str(TINY), "--to", "qab", "--format", "html", *more, "a"]) == 2
    assert "format" in capsys.readouterr().err


def test_a_document_that_cannot_be_read_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", "--model", str(TINY), "--to", "qab", "--format", "xml", "<a>"]) == 2
    assert "not well-formed" in capsys.readouterr().err


def test_a_wrong_language_is_an_error_even_if_there_is_nothing_to_translate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["translate", "--model", str(TINY), "--to", "xx", "--format", "html", "<p>4</p>"]) == 2
    assert "does not translate xx" in capsys.readouterr().err
