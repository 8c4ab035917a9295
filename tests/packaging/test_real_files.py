"""Files that others wrote, through the built-in model: other parsers compare their structure.

``TRAVERBA_REAL_FILES`` names a folder into which Debian's packages gaupol, debian-faq and
vim-subtitles were unpacked, as `.ci/run` does where there are apt and a network; without it, one
README that comes with an installed library is left.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import lxml.html
import pysubs2
import pytest
from lxml.etree import _Element as Element
from markdown_it import MarkdownIt
from markdown_it.token import Token

from traverba.bundle.installed import BUILT_IN
from traverba.cli import main

UNPACKED = os.environ.get("TRAVERBA_REAL_FILES")
NOT_FETCHED = "TRAVERBA_REAL_FILES names no folder of files from Debian's packages; .ci/run fetches them"
URL_OR_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]*[\w/]|[\w.]+@[\w.]+\w")
TRANSLATED_ATTRIBUTES = {"alt", "title", "summary", "placeholder", "aria-label", "lang"}
MARKDOWN_PARSER = MarkdownIt("commonmark").enable("table")

pytestmark = pytest.mark.skipif(not BUILT_IN.exists(), reason="the built-in model is not in this checkout")

Translate = Callable[[str, str], str]


@pytest.fixture
def translate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Translate:
    """What the command makes of a text under a file name."""

    def translate(name: str, text: str) -> str:
        source, output = tmp_path / name, tmp_path / f"out-{name}"
        source.write_bytes(text.encode())
        command = ["translate-file", str(source), str(output), "--from", "en", "--to", "fr"]
        status = main([*command, "--beam", "1", "--threads", "1"])
        assert status == 0, capsys.readouterr().err
        return output.read_bytes().decode()

    return translate


def packaged(path: str) -> str:
    """A file of one of the packages."""
    if not UNPACKED:
        pytest.skip(NOT_FETCHED)
    return (Path(UNPACKED) / path).read_bytes().decode()


def readme_of_a_library() -> str:
    """That of markdown-it-py, which its metadata carry."""
    return str(metadata.metadata("markdown-it-py").json["description"])


@pytest.mark.parametrize(
    "read", [readme_of_a_library, lambda: packaged("usr/share/doc/gaupol/README.md")], ids=["pip", "debian"]
)
def test_a_readme_keeps_its_markup(read: Callable[[], str], translate: Translate) -> None:
    source = read()
    result = translate("README.md", source)
    before, after = MARKDOWN_PARSER.parse(source), MARKDOWN_PARSER.parse(result)
    assert [blocks(token) for token in after] == [blocks(token) for token in before]
    assert inline_markup(after) == inline_markup(before)
    assert URL_OR_ADDRESS.findall(result) != [] and addresses(result) == addresses(source)
    assert says_something_else(source, result)


def test_a_web_page_keeps_its_tree(translate: Translate) -> None:
    source = packaged("usr/share/doc/debian/FAQ/nextrelease.en.html")
    result = translate("page.html", source)
    before, after = (lxml.html.document_fromstring(page.encode()) for page in (source, result))
    assert tree(after) == tree(before)
    assert addresses(after.text_content()) == addresses(before.text_content()) != Counter()
    assert says_something_else(before.text_content(), after.text_content())


def test_subtitles_keep_their_cues_and_times(translate: Translate) -> None:
    source = packaged("usr/share/doc/vim-subtitles/examples/subtitle.srt")
    result = translate("film.srt", source)
    before, after = (pysubs2.SSAFile.from_string(text, format_="srt") for text in (source, result))
    assert [(cue.start, cue.end) for cue in after] == [(cue.start, cue.end) for cue in before]
    assert all(cue.plaintext.strip() for cue in after)
    assert addresses(result) == addresses(source) != Counter()
    assert says_something_else(source, result)


def blocks(token: Token) -> tuple[str, str, int, int, str]:
    """A block with what must be as it was; text is not."""
    is_text = token.type == "inline"
    return token.type, token.tag, token.level, token.nesting, "" if is_text else token.content


def inline_markup(tokens: list[Token]) -> Counter[tuple[str, str]]:
    """Code, images and links with their targets, which alignment may put in another order."""
    children = [child for token in tokens for child in token.children or ()]
    return Counter(
        (child.type, child.content if child.type == "code_inline" else str(child.attrGet(target)))
        for child in children
        for kind, target in (("code_inline", ""), ("image", "src"), ("link_open", "href"))
        if child.type == kind
    )


def tree(element: Element) -> tuple[object, ...]:
    """An element, its attributes and what is in it; words may have changed places, and elements with them."""
    attributes = {
        name: "" if name in TRANSLATED_ATTRIBUTES else value for name, value in element.attrib.items()
    }
    attributes.pop("lang", None)
    return str(element.tag), sorted(attributes.items()), sorted((tree(child) for child in element), key=repr)


def addresses(text: str) -> Counter[str]:
    return Counter(URL_OR_ADDRESS.findall(text))


def says_something_else(before: str, after: str) -> bool:
    """Whether most words changed: a file that was only copied has kept its structure too.

    Addresses and code are kept on purpose, and count for nothing; names and terms are many in a README.
    """
    texts = (re.sub(r"`[^`]*`|https?://\S+", " ", text.lower()) for text in (before, after))
    words, kept = (Counter(re.findall(r"[a-z]{3,}", text)) for text in texts)
    return (words & kept).total() < words.total() * 0.75
