"""Markdown: what is prose is translated, what is markup stays, and means the same when it is parsed again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.markup_scripted import Rule, ScriptedTranslator, identity, reversing, saying, upper

from traverba.documents import translate_markdown
from traverba.documents.markup.markdown_source import MarkdownSource
from traverba.errors import DocumentError

DOCUMENT = """---
title: left alone
---
# Our *house* #

The **red** [car](http://x.y/a_b "left") runs `make  it` and ![a dog](dog.png)
goes <b>on</b> to <http://left.alone>\\
the end[^1].

> A quote with \\*stars\\* &amp; more
> lines

- [ ] a task
- two
  lines
1. [shortcut] and [named][left] and [both][]

| Name | Colour \\| shade |
|------|:------:|
| an *apple* | `a \\| b` |

Heading
=======

```python
left = "alone"
```

    left alone

<div>left alone</div>

> [!NOTE]
> a note

[shortcut]: http://left
[left]: http://left
[both]: http://left
[^1]: A foot note
"""

LOUD_DOCUMENT = """---
title: left alone
---
# OUR *HOUSE* #

THE **RED** [CAR](http://x.y/a_b "left") RUNS `make  it` AND ![A DOG](dog.png)
GOES <b>ON</b> TO <http://left.alone>\\
THE END[^1] .

> A QUOTE WITH * STARS * & MORE
> LINES

- [ ] A TASK
- TWO
  LINES
1. [SHORTCUT][shortcut] AND [NAMED][left] AND [BOTH][both]

| NAME | COLOUR \\| SHADE |
|------|:------:|
| AN *APPLE* | `a \\| b` |

HEADING
=======

```python
left = "alone"
```

    left alone

<div>left alone</div>

> [!NOTE]
> A NOTE

[shortcut]: http://left
[left]: http://left
[both]: http://left
[^1]: A FOOT NOTE
"""


def loud(text: str, rule: Rule = upper) -> str:
    return translate_markdown(ScriptedTranslator(rule), text, target="fr")


def test_prose_is_translated_and_nothing_else() -> None:
    assert loud(DOCUMENT) == LOUD_DOCUMENT


@pytest.mark.parametrize(
    "text", [DOCUMENT, DOCUMENT.replace("\n", "\r\n"), DOCUMENT.rstrip("\n"), "\ufeff# x\n"]
)
def test_a_translation_into_the_same_words_gives_the_same_bytes(text: str) -> None:
    assert translate_markdown(ScriptedTranslator(identity), text, target="fr") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the *red* car", "la voiture *rouge*"),
        ("the [red](x) **car**", "la **voiture** [rouge](x)"),
        ("> the\n> **red car**", "> la\n> **voiture\n> rouge**"),
        ("| the *red* car |\n|-|", "| la voiture *rouge* |\n|-|"),
    ],
)
def test_markup_follows_its_words(text: str, expected: str) -> None:
    rule = saying({"the red car": [("la", 0), ("voiture", 2), ("rouge", 1)]})
    assert loud(text, rule) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("*so*", "\\*so\\*"),
        ("a_b", "a_b"),
        ("_so_", "\\_so\\_"),
        ("- so", "\\- so"),
        ("1. so", "1\\. so"),
        ("# so", "\\# so"),
        ("a <b> [c] `d`", "a \\<b> \\[c\\] \\`d\\`"),
        ("&amp;", "&amp;amp;"),
        ("2 * 3", "2 * 3"),
    ],
)
def test_what_a_translation_says_is_not_taken_for_markup(said: str, expected: str) -> None:
    assert loud("word", saying({"word": [(said, 0)]})) == expected


def test_lines_wrap_where_the_source_did() -> None:
    source = "> one two three\n> four five six\n> seven\n"
    assert loud(source, reversing) == "> SEVEN SIX\n> FIVE FOUR\n> THREE TWO ONE\n"


def test_a_wrapped_line_never_begins_a_list() -> None:
    assert loud("one two 3\n- four", upper) == "ONE TWO 3\n- FOUR"
    wrapped = loud("aa bb\ncc dd", saying({"aa bb cc dd": [("aa", 0), ("bbbbb", 1), ("-", 2), ("dd", 3)]}))
    assert wrapped == "aa\nbbbbb -\ndd"


def test_emphasis_beside_letters_still_means_emphasis() -> None:
    rule = saying({"see ( note ) now": [("siehe(notiz)jetzt", 1)]})
    assert shape(loud("see **( note )** now", rule)) == shape("see **( note )** now")


@pytest.mark.parametrize(
    "part",
    ["*a ", "[", "![a](", "> ", "- ", "`", "<b>", "| a ", "&amp;", "\\", "[a]: b\n", "\n", "**a** _b_ "],
)
def test_hostile_texts_come_to_an_end(part: str) -> None:
    text = part * 2_000
    assert translate_markdown(ScriptedTranslator(identity), text, target="fr") == text


def test_half_a_character_is_a_typed_error() -> None:
    with pytest.raises(DocumentError):
        loud("\udcff")


WORDS = ["one", "two three", "l'eau", "a\\*b", "&copy;", "snake_case", "2 * 3", "end.\n"]
MARKUP = [
    "*so*",
    "**very**",
    "`code`",
    "<b>bold</b>",
    "~~no~~",
    "***both***",
    "[*in*](x)",
    "[ref]",
    "![alt](i.png)",
]
PHRASES = st.lists(st.sampled_from([*WORDS, *MARKUP, "[a link](x_y 'z')"]), min_size=1, max_size=5).map(
    " ".join
)
BLOCKS = st.lists(
    st.builds(
        lambda prefix, text: (
            prefix + text.replace("\n", "\n" + " " * (len(prefix) * (prefix in ("- ", "1. "))))
        ),
        st.sampled_from(["", "# ", "> ", "- ", "1. ", "    ", "```\n", "> - "]),
        PHRASES,
    ),
    min_size=1,
    max_size=4,
).map(lambda blocks: "\n\n".join(blocks) + "\n\n[ref]: http://x\n")


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_any_text_keeps_its_bytes_and_its_markup(text: str) -> None:
    assert translate_markdown(ScriptedTranslator(identity), text, target="fr") == text
    for rule in (upper, reversing):
        assert shape(loud(text, rule)) == shape(text)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab*_`[]()!<>#-+.1\n\\&;|~: \t\r"), max_size=40))
def test_any_characters_come_back_if_nothing_changes(text: str) -> None:
    assert translate_markdown(ScriptedTranslator(identity), text, target="fr") == text


def shape(text: str) -> list[Any]:
    """The blocks of a text, what is literal in them, and the inline markup of each, in any order."""
    source = MarkdownSource(text)
    found: list[Any] = []
    for token in source.parser.parse(text, source.environment):
        if token.type == "inline":
            kinds = [
                (child.type, str(child.attrs.get("href") or child.attrs.get("src") or ""))
                for child in token.children
                if child.type not in ("text", "text_special", "softbreak")
            ]
            found.append(sorted(kinds))
        else:
            found.append((token.type, token.content))
    return found
