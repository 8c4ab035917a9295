"""Files that are damaged or made to do harm: a typed error that names the file, or a right result."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.runtime.files.samples import SAMPLES, Sample, archive, parts_of, translated, word_document
from tests.runtime.files.scripted import identity

from traverba.documents.formats.xmltree import parse_xml
from traverba.errors import DocumentError, InputError, LibraryMissingError, OptionError

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>{}'
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>{}'
XLIFF = '<xliff version="1.2"><file><body><trans-unit><source>{}</source></trans-unit></body></file></xliff>'


def error_of(path: Path, data: bytes, kind: type[Exception] = DocumentError, **options: object) -> str:
    with pytest.raises(kind) as raised:
        translated(path, data, **options)  # type: ignore[arg-type]
    assert str(path) in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("head", [BOMB, EXTERNAL])
def test_entities_are_not_unfolded(head: str, tmp_path: Path) -> None:
    assert "'a'" in error_of(tmp_path / "a.xlf", head.format(XLIFF.format("&c;")).encode())
    broken = parts_of(word_document()) | {"word/document.xml": head.format("<x>&a;</x>").encode()}
    assert "word/document.xml" in error_of(tmp_path / "a.docx", archive(broken))


def test_malformed_xml_is_an_error_with_its_place(tmp_path: Path) -> None:
    assert "line 2, column 6" in error_of(tmp_path / "a.xlf", b"<xliff>\n<b></a></xliff>")
    assert "not XLIFF" in error_of(tmp_path / "a.xlf", b"<html/>")
    assert "not TMX" in error_of(tmp_path / "a.tmx", b"<html/>")
    error_of(tmp_path / "a.xlf", b"")
    error_of(tmp_path / "a.xlf", b"<?xml version='1.0' encoding='utf-7'?><xliff/>\xff")


def test_elements_nested_without_end_are_an_error(tmp_path: Path) -> None:
    nested = "<g>" * 100_000 + "x" + "</g>" * 100_000
    assert "deep" in error_of(tmp_path / "a.xlf", XLIFF.format(nested).encode())


def test_json_nested_without_end_is_an_error(tmp_path: Path) -> None:
    assert "too deep" in error_of(tmp_path / "a.json", b"[" * 200_000)
    assert "line 2, column 2" in error_of(tmp_path / "a.json", b'{"a":\n "x}')
    assert translated(tmp_path / "a.json", b'["a", ' + b"9" * 10_000 + b"]")[:4] == b'["A"'


@pytest.mark.parametrize("value", ["\\ud800", "a\\uDC00b", "\\ud83d x"])
def test_half_of_a_surrogate_pair_is_an_error_with_its_line(value: str, tmp_path: Path) -> None:
    assert "line 2" in error_of(tmp_path / "a.json", f'{{"a": 1,\n "b": "{value}"}}'.encode())


def test_a_whole_surrogate_pair_is_a_character(tmp_path: Path) -> None:
    assert translated(tmp_path / "a.json", b'["a \\ud83d\\ude00"]') == b'["A \\ud83d\\ude00"]'


@pytest.mark.parametrize("ending", [".txt", ".srt", ".vtt", ".json", ".csv", ".tsv", ".po"])
def test_bytes_that_are_not_utf_8_are_an_error_with_their_place(ending: str, tmp_path: Path) -> None:
    message = error_of(tmp_path / f"a{ending}", b"abc,d\n\nab\xe9,c\n", columns=("1",))
    assert "line 3, byte 3" in message and "--encoding" in message


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert translated(path, "été €".encode("cp1252"), encoding="cp1252") == "ÉTÉ €".encode("cp1252")
    error_of(path, b"\x81", encoding="cp1252")
    with pytest.raises(OptionError, match="no-such"):
        translated(path, b"a", encoding="no-such")


def zip_bomb(size_bytes: int) -> bytes:
    """A .docx whose text unfolds to this size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(size_bytes // 2**20)) + packer.flush()
    name, sizes = b"word/document.xml", (0, len(packed), size_bytes)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, len(name), 0)
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes, len(name), 0, 0, 0, 0, 0, 0)
    start = len(local) + len(name) + len(packed)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central) + len(name), start, 0)
    return local + name + packed + central + name + end


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    assert "zip bomb" in error_of(tmp_path / "a.docx", zip_bomb(64 * 2**20))


def test_a_part_that_is_larger_than_it_says_is_an_error(tmp_path: Path) -> None:
    bomb = bytearray(zip_bomb(2**20))
    for place in (22, bomb.rindex(b"PK\1\2") + 24):
        bomb[place : place + 4] = struct.pack("<L", 1000)
    assert "damaged" in error_of(tmp_path / "a.docx", bytes(bomb))


def test_archives_that_are_none_are_errors(tmp_path: Path) -> None:
    for ending in (".docx", ".odt", ".epub"):
        path = tmp_path / f"a{ending}"
        error_of(path, b"")
        error_of(path, b"PK\3\4 not an archive")
        assert "no part" in error_of(path, archive({"a": "b"}))


def test_an_encrypted_archive_is_an_error(tmp_path: Path) -> None:
    data = bytearray(word_document())
    for start in (data.index(b"PK\3\4") + 6, data.index(b"PK\1\2") + 8):
        data[start] |= 1
    assert "password" in error_of(tmp_path / "a.docx", bytes(data))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_an_error(tmp_path: Path) -> None:
    sink = io.BytesIO(word_document())
    with zipfile.ZipFile(sink, "a") as file:
        file.writestr("word/document.xml", "<x/>")
    assert "of one name" in error_of(tmp_path / "a.docx", sink.getvalue())


@pytest.mark.parametrize("data", [b"\0", b"a\0b\0", b"\n" * 100_000, b"\r" * 1000 + b"\n", b" \t\n" * 1000])
@pytest.mark.parametrize("name", ["a.txt", "a.srt", "a.vtt", "a.po"])
def test_nuls_and_empty_lines_come_through(name: str, data: bytes, tmp_path: Path) -> None:
    if name == "a.po" and b"\0" in data:
        error_of(tmp_path / name, data)
    else:
        assert translated(tmp_path / name, data, identity()) == data


def test_a_text_on_one_line_of_a_megabyte_comes_through(tmp_path: Path) -> None:
    data = b"many words and no end " * 50_000
    assert translated(tmp_path / "a.txt", data, identity()) == data
    cue = b"1\n00:00:01,000 --> 00:00:02,000\n" + b"many words " * 20_000
    assert len(translated(tmp_path / "a.srt", cue).split()) == len(cue.split())


def test_a_table_whose_quotes_do_not_end_is_an_error(tmp_path: Path) -> None:
    assert "line 2" in error_of(tmp_path / "a.csv", b'a,b\n"c,d\n', columns=("1",))


@pytest.mark.parametrize(("columns", "said"), [((), "columns must"), (("x",), "'x'"), (("0",), "'0'")])
def test_columns_that_are_not_there_are_an_error_that_lists_those_that_are(
    columns: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    message = error_of(tmp_path / "a.csv", b"id,title\n1,b\n", OptionError, columns=columns)
    assert said in message and "id, title" in message


def test_a_library_that_is_not_installed_is_named_with_the_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polib", None)
    with pytest.raises(LibraryMissingError, match=r'polib.*pip install "traverba\[files\]"'):
        translated(tmp_path / "a.po", b"")


WHAT_FORMATS_ARE_MADE_OF = (
    *("\n", "\r\n", "\r", " ", "\t", "\0", "\u2028", "\x85", "\ufeff", "é", "a", "Word ", "1", "."),
    *("00:00:01,000 --> 00:00:02,000\n", "00:01.000 --> 00:02.000\n", "WEBVTT\n", "NOTE ", "- ", "♪"),
    *("<i>", "</i>", "<b>", "{\\an8}", "<00:01.000>", "&amp;", "&lt;", "<", ">", "&", '"', "'"),
    *("\\", "\\n", '\\"', "#, fuzzy\n", "#~ ", 'msgid "a"\n', 'msgstr ""\n', 'msgctxt "c"\n'),
    *('msgid_plural "b"\n', 'msgstr[0] ""\n', 'msgstr[1] ""\n', "{", "}", "[", "]", ",", ":", ";"),
    *('"a"', '"b c": ', "null", "1e9", "\\ud800", "\\u00e9"),
)
texts = st.lists(st.sampled_from(WHAT_FORMATS_ARE_MADE_OF), max_size=25).map("".join)
CASES = 300
ARCHIVES = [sample for sample in SAMPLES if not isinstance(sample.shouted, bytes)]


@pytest.mark.parametrize("name", ["a.txt", "a.srt", "a.vtt", "a.json", "a.csv", "a.tsv", "a.po"])
@settings(max_examples=CASES)
@given(text=texts | st.text(max_size=60), broken=st.binary(max_size=3))
@example(text='msgid "a\u2028"\nmsgstr ""\n', broken=b"")
def test_any_text_comes_through_or_is_an_input_error(
    name: str, text: str, broken: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"fuzz-{name}"
    data = text.encode("utf-8", "surrogatepass") + broken
    try:
        out = translated(path, data, identity(), columns=("1", "2"))
        shouted = translated(path, data, columns=("1", "2"))
    except InputError:
        return
    if name != "a.po":
        assert out == data
        assert shouted.upper() == data.upper() or name in ("a.srt", "a.vtt") or not data.isascii()
    assert translated(path, shouted, identity(), columns=("1", "2")) == shouted


@pytest.mark.parametrize("sample", ARCHIVES, ids=lambda sample: sample.name)
@settings(max_examples=CASES)
@given(seed=st.integers(0, 2**32))
def test_an_archive_with_wrong_bytes_is_read_or_is_an_input_error(
    sample: Sample, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(seed)
    data = bytearray(sample.data)
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with contextlib.suppress(InputError):
        translated(tmp_path_factory.getbasetemp() / f"fuzz-{sample.name}", bytes(data))


XML_PARTS = (
    *("<g id='1'>", "</g>", "<x id='1'/>", "<x equiv-text='{{a}}'/>", "<ph>%s</ph>", "<!-- c -->", "<?pi?>"),
    *("<![CDATA[ x<y ]]>", "text", " ", "\n", "&amp;", "&#233;", "&nbsp;", "&bad;", "é", "&", "<", "\0"),
)


@settings(max_examples=CASES)
@given(parts=st.lists(st.sampled_from(XML_PARTS), max_size=15))
def test_any_xml_is_an_input_error_or_keeps_its_elements(
    parts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = XLIFF.format("".join(parts)).encode()
    path = tmp_path_factory.getbasetemp() / "fuzz.xlf"
    try:
        out = translated(path, data)
    except InputError:
        return
    again = parse_xml(out, "again")
    sources = [e for e in again.root.walk() if e.name == "source"]
    targets = [e for e in again.root.walk() if e.name == "target"]
    assert len(targets) <= len(sources) == 1
    for target in targets:
        assert sorted(e.name for e in target.walk()) == sorted(
            e.name if e.name != "source" else "target" for e in sources[0].walk()
        )
