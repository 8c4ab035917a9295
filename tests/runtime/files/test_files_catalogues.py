"""Catalogues and translation memories: what is there stays, what is missing comes, marked as a machine's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.runtime.files.samples import translated
from tests.runtime.files.scripted import WordByWord

from traverba.errors import DocumentError

PO = """\
# A catalogue.
msgid ""
msgstr ""
"Language: \\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

#. for the start page
#: a.c:1
#, c-format
msgid "hello %d\\n"
msgstr ""

msgctxt "menu"
msgid "file"
msgid_plural "files"
msgstr[0] ""
msgstr[1] ""

msgid "done"
msgstr "fini"

#| msgid "before"
msgid ""
"a long text \\n"
"with \\"quotes\\" and a back\\\\slash"
msgstr ""

#~ msgid "old"
#~ msgstr ""
"""
PO_SHOUTED = """\
# A catalogue.
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

#. for the start page
#: a.c:1
#, fuzzy, c-format
msgid "hello %d\\n"
msgstr "HELLO %D\\n"

#, fuzzy
msgctxt "menu"
msgid "file"
msgid_plural "files"
msgstr[0] "FILE"
msgstr[1] "FILES"

msgid "done"
msgstr "fini"

#, fuzzy
#| msgid "before"
msgid ""
"a long text \\n"
"with \\"quotes\\" and a back\\\\slash"
msgstr ""
"A LONG TEXT \\n"
"WITH \\"QUOTES\\" AND A BACK\\\\SLASH"

#~ msgid "old"
#~ msgstr ""
"""
XLIFF = """\
<?xml version='1.0'?>
<x:xliff version="1.2" xmlns:x="urn:oasis:names:tc:xliff:document:1.2"><x:file source-language="en"{}>
  <x:trans-unit id="1">
    <x:source> hello <x:g id="1">big</x:g> <x:x id="INTERPOLATION"/> <x:bpt id="2">[b]</x:bpt>co</x:source>{}
  </x:trans-unit>
  <x:trans-unit id="2"><x:source>done</x:source><x:target state="final">fini</x:target></x:trans-unit>
  <x:trans-unit id="3" translate="no"><x:source>name</x:source></x:trans-unit>
  <x:trans-unit id="4"><x:source>empty</x:source><x:target{}</x:trans-unit>
  <x:trans-unit id="5"><x:source> <x:x id="3"/></x:source></x:trans-unit>
</x:file></x:xliff>
"""
XLIFF_TARGET = """
    <x:target state="needs-review-translation"> HELLO <x:g id="1">BIG</x:g> <x:x id="INTERPOLATION"/> \
<x:bpt id="2">[b]</x:bpt>CO</x:target>"""
TMX = """\
<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en"/><body>
  <tu>
    <tuv xml:lang="en-US"><seg>café <hi>bar</hi></seg></tuv>{}
  </tu>
  <tu><tuv xml:lang="EN"><seg>done</seg></tuv><tuv xml:lang="fr"><seg>{}</seg></tuv></tu>
  <tu><tuv xml:lang="de"><seg>ja</seg></tuv></tu>
</body></tmx>
"""


def test_a_catalogue_gets_what_it_lacks_and_loses_nothing(tmp_path: Path) -> None:
    assert translated(tmp_path / "a.po", PO.encode()).decode() == PO_SHOUTED


def test_line_ends_and_a_missing_last_one_stay(tmp_path: Path) -> None:
    data = b'msgid "a"\r\nmsgstr ""\r\n\r\nmsgid "b"\r\nmsgstr ""'
    out = b'#, fuzzy\r\nmsgid "a"\r\nmsgstr "A"\r\n\r\n#, fuzzy\r\nmsgid "b"\r\nmsgstr "B"'
    assert translated(tmp_path / "a.po", data) == out


def test_translations_are_made_again_only_when_asked_for(tmp_path: Path) -> None:
    done = translated(tmp_path / "a.po", PO.encode())
    assert translated(tmp_path / "a.po", done, WordByWord(str.title)) == done
    again = translated(tmp_path / "a.po", done, WordByWord(str.title), retranslate=True).decode()
    assert 'msgstr "Done"' in again and 'msgstr[1] "Files"' in again
    assert again.count("fuzzy") == 4


def test_a_catalogue_keeps_its_own_encoding(tmp_path: Path) -> None:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=ISO-8859-1\\n"\n\n'
    data = f'{head}msgid "é"\nmsgstr ""\n'.encode("latin-1")
    assert translated(tmp_path / "a.po", data).endswith('msgstr "É"\n'.encode("latin-1"))


def test_a_long_string_is_broken_like_gettext_does(tmp_path: Path) -> None:
    polib = pytest.importorskip("polib")
    text = " ".join(f"word{i}" for i in range(60))
    out = translated(tmp_path / "a.po", f'msgid "{text}"\nmsgstr ""\n'.encode()).decode()
    assert max(map(len, out.splitlines()[2:])) <= 79
    assert polib.pofile(out)[0].msgstr == text.upper()


@pytest.mark.parametrize(
    "broken", ['msgid "a\nmsgstr ""\n', 'msgid "a" x\nmsgstr ""\n', 'nonsense\nmsgstr ""\n', 'msgstr ""\n']
)
def test_what_is_no_catalogue_is_an_error_with_its_line(broken: str, tmp_path: Path) -> None:
    good = 'msgid "a"\nmsgstr ""\n\n'
    with pytest.raises(DocumentError, match=r"a\.po, line \d+"):
        translated(tmp_path / "a.po", (good + broken).encode())


def test_xliff_gets_targets_with_the_same_markup(tmp_path: Path) -> None:
    source = XLIFF.format("", "", "/>")
    state = ' state="needs-review-translation"'
    expected = XLIFF.format(' target-language="fr"', XLIFF_TARGET, f"{state}>EMPTY</x:target>")
    assert translated(tmp_path / "a.xlf", source.encode()).decode() == expected


def test_xliff_2_gets_targets_too(tmp_path: Path) -> None:
    data = (
        '<xliff version="2.0" srcLang="en"{}><file id="f"><unit id="u"><segment>'
        '<source>hi <pc id="1">there <ph id="2"/>.</pc></source>{}</segment></unit></file></xliff>'
    )
    target = '<target>HI <pc id="1">THERE <ph id="2"/>.</pc></target>'
    out = translated(tmp_path / "a.xliff", data.format("", "").encode()).decode()
    assert out == data.format(' trgLang="fr"', target)


def test_a_memory_gets_variants_in_its_own_encoding(tmp_path: Path) -> None:
    added = '\n    <tuv xml:lang="fr"><seg>CAFÉ <hi>BAR</hi></seg></tuv>'
    out = translated(tmp_path / "a.tmx", TMX.format("", "fini").encode("latin-1")).decode("latin-1")
    assert out == TMX.format(added, "fini")
    again = translated(tmp_path / "a.tmx", out.encode("latin-1"), retranslate=True).decode("latin-1")
    assert again == TMX.format(added, "DONE")


def test_what_an_encoding_lacks_becomes_a_reference(tmp_path: Path) -> None:
    greek = WordByWord(lambda _: "Ω")
    out = translated(tmp_path / "a.tmx", TMX.format("", "fini").encode("latin-1"), greek)
    assert re.search(rb"<seg>&#937; <hi>&#937;</hi></seg>", out)
