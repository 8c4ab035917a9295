"""Pages: their texts are translated, their trees keep their shape, and all other bytes stay."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import Any

import justhtml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.markup_scripted import Rule, ScriptedTranslator, identity, reversing, saying, upper

from traverba.documents import translate_html
from traverba.errors import DocumentError, LibraryMissingError

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><title>Hello &amp; bye</title>
<meta name="description" content="A nice page"><meta name="viewport" content="width=device-width">
<style>p { color: red }</style><script>var a = "<b>hi</b>";</script></head>
<body class=home>
<!-- a note -->
<h1 title='The "top"'>Our page</h1>
<p>The <b>red</b> car</p>
<p>Run <code>make</code>&nbsp;now, <kbd>Ctrl</kbd> too</p>
<p>one<br>two <img src="dog.png" alt="a dog"> three</p>
<pre>left
  alone</pre>
<ul><li>no end<li>tags here</ul>
<form><input type="text" placeholder="your name" value="kept"><input type=submit value=Send>
<select><option>First</option></select><textarea>left alone</textarea></form>
<p translate="no" title="left">left alone</p><p>say <span class="x notranslate">Ada</span> now</p>
<q lang="fr">bonjour</q>
</body>
</html>
"""

LOUD_PAGE = """<!DOCTYPE html>
<html lang="fr">
<head><title>HELLO &amp; BYE</title>
<meta name="description" content="A NICE PAGE"><meta name="viewport" content="width=device-width">
<style>p { color: red }</style><script>var a = "<b>hi</b>";</script></head>
<body class=home>
<!-- a note -->
<h1 title='THE " TOP "'>OUR PAGE</h1>
<p>THE <b>RED</b> CAR</p>
<p>RUN <code>make</code> NOW , <kbd>Ctrl</kbd> TOO</p>
<p>ONE<br>TWO <img src="dog.png" alt="A DOG"> THREE</p>
<pre>left
  alone</pre>
<ul><li>NO END<li>TAGS HERE</ul>
<form><input type="text" placeholder="YOUR NAME" value="kept"><input type=submit value="SEND">
<select><option>FIRST</option></select><textarea>left alone</textarea></form>
<p translate="no" title="left">left alone</p><p>SAY <span class="x notranslate">Ada</span> NOW</p>
<q lang="fr">bonjour</q>
</body>
</html>
"""


def loud(page: str, rule: Rule = upper) -> str:
    return translate_html(ScriptedTranslator(rule), page, target="fr")


def test_texts_and_text_attributes_are_translated_and_nothing_else() -> None:
    assert loud(PAGE) == LOUD_PAGE


@pytest.mark.parametrize("page", [PAGE, PAGE.replace("\n", "\r\n"), "\ufeff" + PAGE])
def test_a_translation_into_the_same_words_gives_the_same_bytes(page: str) -> None:
    assert translate_html(ScriptedTranslator(identity), page, target="en") == page


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("the <b>red</b> car", "la voiture <b>rouge</b>"),
        ("<p>the <a href='x'>red car</a></p>", "<p>la <a href='x'>voiture rouge</a></p>"),
        (
            "<div>the red car<div>the red car</div></div>",
            "<div>la voiture rouge<div>la voiture rouge</div></div>",
        ),
    ],
)
def test_inline_tags_follow_their_words(page: str, expected: str) -> None:
    rule = saying({"the red car": [("la", 0), ("voiture", 2), ("rouge", 1)]})
    assert loud(page, rule) == expected


def test_lines_of_a_paragraph_are_one_sentence_for_the_translator() -> None:
    translator = ScriptedTranslator(upper)
    assert translate_html(translator, "<p>\n  one\n  two\n</p>", target="fr") == "<p>\n  ONE TWO\n</p>"
    assert translator.texts == ["one two"]


def test_entries_of_a_menu_are_texts_of_their_own() -> None:
    translator = ScriptedTranslator(upper)
    translate_html(translator, '<nav><a href="/">Home</a> | <a href="/x">About us</a></nav>', target="fr")
    assert [text for text in translator.texts if text] == ["Home", "About us"]


def test_a_part_of_a_page_stays_a_part() -> None:
    assert loud("one <i>two</i>") == "ONE <i>TWO</i>"
    assert loud("<tr><td>one</td></tr>") == "<tr><td>ONE</td></tr>"


def test_the_language_is_named_if_it_was_not() -> None:
    assert loud("<html><body>one</body></html>") == '<html lang="fr"><body>ONE</body></html>'


def test_characters_that_would_be_markup_are_escaped() -> None:
    assert loud("<p title='a'>a &lt;b&gt; c</p>") == "<p title='A'>A &lt; B &gt; C</p>"


@pytest.mark.parametrize(
    "page",
    [
        "<p>one <b>two <p>three</b> four",
        "<b>one <i>two</b> three</i> four",
        "one </foo> two <bar two",
        "<table>one<tr><td>two</table>",
        "<a href=1>one<div>two</div>three</a>",
        "a < b > c & d &amp e &eacute f",
        "<!-- one <p>two",
        "<script>one</script",
        "<svg><title>one</title><p>two</svg>",
        "<template><p>one</template><noscript><p>two</p></noscript>",
        "<p>one\0two</p>three",
        "</p>one<br/></br>two",
        "<title>one <b>two</title>three",
        "<![CDATA[one]]> two <?php echo 'three' ?> four",
        '<p a="<b>" b=\'>\' c=d"e>one</p>',
        "<frameset><frame></frameset>one",
        "<?xml version='1.0'?>\n<!DOCTYPE html><html lang='en'><title>one</title><?x?>two</html>",
        "<script>if (a <!b) {}</script>one <a title='<?x'>two</a> <!-- <?x --> three",
    ],
)
def test_a_page_with_mistakes_keeps_its_tree(page: str) -> None:
    assert translate_html(ScriptedTranslator(identity), page, target="en") == page
    assert shape(loud(page)) == shape(page)


@pytest.mark.parametrize("depth", [100, 350])
def test_deep_pages_are_translated(depth: int) -> None:
    page = "<div>" * depth + "<b>" * 20 + "one" + "</b>" * 20 + "</div>" * depth
    assert loud(page) == page.replace("one", "ONE")


@pytest.mark.parametrize(
    "page",
    ["<div>" * 10_000, "<b>" * 10_000 + "one", "<i><b>" * 3_000 + "one", "\ud800"],
    ids=["blocks", "inline", "mixed", "surrogate"],
)
def test_what_cannot_be_read_is_a_typed_error(page: str) -> None:
    with pytest.raises(DocumentError):
        loud(page)


@pytest.mark.parametrize(
    "part", ["<!--", "<a ", "</", "&", "<", "<p>", "<b></i>", "<p title='", "</b>", "x <br> "]
)
def test_hostile_pages_come_to_an_end(part: str) -> None:
    page = part * 3_000
    with suppress(DocumentError):  # too deep
        assert translate_html(ScriptedTranslator(identity), page, target="en") == page


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "justhtml", None)
    with pytest.raises(LibraryMissingError, match=re.escape('pip install "traverba[files]"')):
        loud("<p>one</p>")


WORDS = st.sampled_from(["one ", "two", " three. ", "l'eau ", "a &amp; b ", " ", "4 ", "x&nbsp;y "])
INLINE = st.sampled_from(["b", "i", "a", "span", "em"])
BLOCKS = st.sampled_from(["p", "div", "li", "td", "h2", "blockquote"])
VOIDS = st.sampled_from(
    ['<img alt="a dog">', "<br>", "<wbr>", "<code>x y</code>", "<!--n-->", "<span></span>"]
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Well-formed parts of pages: blocks, with sentences and nested inline markup in them."""

    def phrase(depth: int) -> str:
        parts = []
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(["words", "words", "tag", "void"]))
            if kind == "tag" and depth < 3:
                name = draw(INLINE.filter(lambda name: name != "a" or depth == 0))
                parts.append(f"<{name}>{phrase(depth + 1)}</{name}>")
            else:
                parts.append(draw(VOIDS if kind == "void" else WORDS))
        return "".join(parts)

    def block(depth: int) -> str:
        name = draw(BLOCKS.filter(lambda name: depth == 0 or name != "td"))
        inner = block(depth + 1) if depth < 2 and name == "div" and draw(st.booleans()) else ""
        return f"<{name}>{phrase(0)}{inner}</{name}>"

    return "".join(block(0) for _ in range(draw(st.integers(1, 3))))


TAGS = (
    "<b> </b> <i> </i> <p> </p> <div> </div> <br> <td> <table> </table> <ul> <li> <select> <option> </select>"
)
OTHERS = [
    "<a href=x>",
    "</a>",
    "<span title='a b'>",
    "</span>",
    "<script>",
    "</script>",
    "<code>x</code>",
    "<!--c-->",
]
TEXTS = ["one ", "two", " &amp; ", "<", "&lt;", "<!x>"]
SOUP = st.lists(st.sampled_from([*TAGS.split(), *OTHERS, *TEXTS, *TEXTS]), max_size=14).map("".join)


@settings(max_examples=60, deadline=None)
@given(pages())
def test_reordered_words_keep_the_tree(page: str) -> None:
    assert shape(loud(page, reversing), ordered=False) == shape(page, ordered=False)


@settings(max_examples=150, deadline=None)
@given(SOUP)
def test_any_soup_of_tags_keeps_its_bytes_and_its_tree(page: str) -> None:
    assert translate_html(ScriptedTranslator(identity), page, target="en") == page
    assert shape(loud(page)) == shape(page)


def shape(page: str, *, ordered: bool = True) -> Any:
    """The tree that a parser makes of a page: elements and comments; texts without spaces and in capitals."""
    tree = justhtml.JustHTML(page, sanitize=False, fragment="<html" not in page).root

    def of(node: Any) -> Any:
        attributes = sorted((node.attrs or {}).items()) if isinstance(node.name, str) else ()
        kept = [(k, v) for k, v in attributes if k not in ("alt", "title", "placeholder", "lang")]
        children = [of(child) for child in node.children or () if child.name != "#text"]
        texts = (
            "".join(child.data for child in node.children or () if child.name == "#text") if ordered else ""
        )
        return (
            node.name,
            str(kept),
            "".join(texts.upper().split()),
            children if ordered else sorted(children, key=str),
        )

    return of(tree)
