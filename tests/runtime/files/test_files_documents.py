"""Word documents, OpenDocument texts and books: formats move with their words, all else keeps its place."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path

import pytest
from tests.runtime.files.samples import (
    CONTAINER,
    ODF,
    OPF,
    PAGE,
    archive,
    parts_of,
    translated,
    word_document,
)
from tests.runtime.files.scripted import WordByWord


def run(text: str, format: str = "", tag: str = "t") -> str:
    space = ' xml:space="preserve"' if tag == "t" else ""
    return f"<w:r>{f'<w:rPr>{format}</w:rPr>' if format else ''}<w:{tag}{space}>{text}</w:{tag}></w:r>"


def field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def paragraph(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def shouted(path: Path, *paragraphs: str) -> str:
    """The body of a Word document in capitals, without what it does not say."""
    out = parts_of(translated(path, word_document(*paragraphs)))["word/document.xml"].decode()
    return re.sub(r' xml:space="preserve"|.*<w:body>|</w:body>.*', "", out)


BOLD, ITALIC = "<w:b/>", "<w:i/>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            paragraph(
                run("hel"), '<w:proofErr w:type="spellStart"/>', run("lo ", '<w:lang w:val="en"/>'),
                run("you"),
            ),
            paragraph("<w:r><w:t>HELLO YOU</w:t></w:r>"),
            id="runs that differ in language or history only are one",
        ),
        pytest.param(
            paragraph("<w:pPr><w:jc/></w:pPr>", run("a long text "), run("bold", BOLD), run(" it", ITALIC)),
            paragraph(
                "<w:pPr><w:jc/></w:pPr><w:r><w:t>A LONG TEXT </w:t></w:r>",
                "<w:r><w:rPr><w:b/></w:rPr><w:t>BOLD</w:t></w:r>",
                "<w:r><w:rPr><w:i/></w:rPr><w:t> IT</w:t></w:r>",
            ),
            id="formats move with their words",
        ),
        pytest.param(
            paragraph(
                run("see "), '<w:hyperlink w:anchor="x">', run("the page", BOLD), "</w:hyperlink>",
                run(" now"),
            ),
            paragraph(
                '<w:r><w:t>SEE </w:t></w:r><w:hyperlink w:anchor="x">',
                "<w:r><w:rPr><w:b/></w:rPr><w:t>THE PAGE</w:t></w:r></w:hyperlink><w:r><w:t> NOW</w:t></w:r>",
            ),
            id="a link stays around its words",
        ),
        pytest.param(
            paragraph(
                run("see "), field("begin"), run(' HYPERLINK "x" ', tag="instrText"), field("separate"),
                run("here"), field("end"), run(" now"),
            ),
            paragraph(
                "<w:r><w:t>SEE </w:t></w:r>", field("begin"), run(' HYPERLINK "x" ', tag="instrText"),
                field("separate"), "<w:r><w:t>HERE</w:t></w:r>", field("end"), "<w:r><w:t> NOW</w:t></w:r>",
            ),
            id="a link that is a field does so too",
        ),
        pytest.param(
            paragraph(
                run("page "), field("begin"), run(" PAGE ", tag="instrText"), field("separate"), run("seven"),
                field("end"),
            ),
            paragraph(
                "<w:r><w:t>PAGE </w:t></w:r>", field("begin"), run(" PAGE ", tag="instrText"),
                field("separate"), "<w:r><w:t>seven</w:t></w:r>", field("end"),
            ),
            id="what a program computes stays",
        ),
        pytest.param(
            paragraph(field("begin"), run(" TOC ", tag="instrText"), field("separate"), run("one")),
            paragraph(
                field("begin"), run(" TOC ", tag="instrText"), field("separate"), "<w:r><w:t>one</w:t></w:r>"
            ),
            id="a field that goes on in the next paragraph stays",
        ),
        pytest.param(
            paragraph(run("one"), "<w:r><w:br/></w:r>", run("two"), "<w:r><w:tab/><w:t>three</w:t></w:r>"),
            paragraph(
                "<w:r><w:t>ONE</w:t></w:r><w:r><w:br/></w:r><w:r><w:t>TWO</w:t></w:r>",
                "<w:r><w:tab/></w:r><w:r><w:t>THREE</w:t></w:r>",
            ),
            id="line breaks and tabs stay between their lines",
        ),
        pytest.param(
            paragraph(run("one"), '<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>', run(" two")),
            paragraph(
                "<w:r><w:t>ONE</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
                "<w:r><w:t> TWO</w:t></w:r>"
            ),
            id="what was deleted is not translated",
        ),
        pytest.param(
            paragraph(
                "<w:r><w:drawing><w:txbxContent>", paragraph(run("in a box")),
                "</w:txbxContent></w:drawing></w:r>", run("out"),
            ),
            paragraph(
                "<w:r><w:drawing><w:txbxContent>", paragraph("<w:r><w:t>IN A BOX</w:t></w:r>"),
                "</w:txbxContent></w:drawing></w:r><w:r><w:t>OUT</w:t></w:r>",
            ),
            id="a text box in a paragraph has texts of its own",
        ),
        pytest.param(
            paragraph(
                "<w:sdt><w:sdtPr/><w:sdtContent>", run("chosen"), "</w:sdtContent></w:sdt>",
                run(" text &amp; more"),
            ),
            paragraph(
                "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>CHOSEN</w:t></w:r></w:sdtContent></w:sdt>"
                "<w:r><w:t> TEXT &amp; MORE</w:t></w:r>"
            ),
            id="a form field stays around its words",
        ),
        pytest.param(paragraph(run("42")), paragraph("<w:r><w:t>42</w:t></w:r>"), id="a number stays"),
        pytest.param("<w:p/>", "<w:p/>", id="an empty paragraph stays"),
    ],
)  # fmt: skip
def test_word_documents(source: str, expected: str, tmp_path: Path) -> None:
    assert shouted(tmp_path / "a.docx", source) == expected.replace(' xml:space="preserve"', "")


def test_an_independent_reader_finds_the_same_word_document_in_capitals(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("A title", 1)
    text = document.add_paragraph("Hello ")
    text.add_run("bold words").bold = True
    text.add_run(" and a plain end.")
    table = document.add_table(1, 2)
    for i, cell in enumerate(table.rows[0].cells):
        cell.text = f"cell {i}"
    document.sections[0].header.paragraphs[0].text = "the header"
    document.add_picture(io.BytesIO(PIXEL))
    document.save(tmp_path / "in.docx")
    (tmp_path / "out.docx").write_bytes(translated(tmp_path / "a.docx", (tmp_path / "in.docx").read_bytes()))
    after = docx.Document(tmp_path / "out.docx")
    assert [p.text for p in after.paragraphs] == [p.text.upper() for p in document.paragraphs]
    assert [p.style.name for p in after.paragraphs] == [p.style.name for p in document.paragraphs]
    assert [(r.text, r.bold) for r in after.paragraphs[1].runs] == [
        ("HELLO ", None),
        ("BOLD WORDS", True),
        (" AND A PLAIN END.", None),
    ]
    assert [cell.text for cell in after.tables[0].rows[0].cells] == ["CELL 0", "CELL 1"]
    assert after.sections[0].header.paragraphs[0].text == "THE HEADER"
    assert len(after.inline_shapes) == 1


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    made = (
        struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


PIXEL = png(
    (b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0)),
    (b"IDAT", zlib.compress(b"\0\0")),
    (b"IEND", b""),
)


def odt(body: str) -> bytes:
    text = f"<office:body><office:text>{body}</office:text></office:body>"
    content = f"<office:document-content {ODF}>{text}</office:document-content>"
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def test_opendocument_texts(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:p>{}</text:p></text:tracked-changes><text:h>{}</text:h>"
        "<text:p>{}<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>{}</text:p>"
        "</text:note-body></text:note> {}</text:p>"
        "<text:list><text:list-item><text:p>{}</text:p></text:list-item></text:list>"
        "<text:p><draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
        '{}<text:s text:c="2"/></text:p>'
    )
    out = translated(
        tmp_path / "a.odt",
        odt(body.format("kept", "top", "a fact", "its note", "goes on", "item", "box", "out")),
    )
    expected = odt(body.format("kept", "TOP", "A FACT", "ITS NOTE", "GOES ON", "ITEM", "BOX", "OUT"))
    assert parts_of(out) == parts_of(expected)


def test_chapters_are_read_in_the_order_of_reading(tmp_path: Path) -> None:
    asked: list[str] = []
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": OPF.format("title").replace(">fr<", ">en<"),
        "OEBPS/b.xhtml": PAGE.format("second", "end"),
        "OEBPS/a 1.xhtml": PAGE.format("first", '<span lang="en">start</span>').replace(
            "<html ", '<html lang="en" '
        ),
    }
    out = parts_of(translated(tmp_path / "a.epub", archive(parts), WordByWord(str.upper, asked.append)))
    assert asked == ["title", "first", "start", "second", "end"]
    assert b"<dc:language>fr</dc:language>" in out["OEBPS/book.opf"]
    assert b'<html lang="fr"' in out["OEBPS/a 1.xhtml"]


def test_a_chapter_is_read_by_the_rules_of_a_page(tmp_path: Path) -> None:
    body = (
        '{} <a id="page7"/>{} <img src="a.png" alt="{}"/> {}</p><button>{}</button>'
        '<p xml:lang="fr">déjà</p><p translate="no">not this</p><pre>nor this</pre><p>{}'
    )

    def page(head: str, *words: str) -> bytes:
        return PAGE.format(head, body.format(*words)).encode()

    out = translated(tmp_path / "a.xhtml", page("head", "it", "was", "a cat", "there", "press", "end"))
    assert out == page("HEAD", "IT", "WAS", "A CAT", "THERE", "PRESS", "END")
