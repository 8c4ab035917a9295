"""A small file of every format, as programs write them, and what is to become of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.runtime.files.scripted import WordByWord, shouting

from traverba.documents.formats import FileOptions, Reading, open_document
from traverba.documents.inline import translate_inline

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True)
class Sample:
    """A file that contains no words in the target language and nothing that names its language."""

    name: str
    data: bytes
    shouted: bytes | Mapping[str, bytes]
    """With every word in capitals: the file, or those parts of an archive that change."""
    options: FileOptions = field(default_factory=FileOptions)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip file; a mimetype is stored, the rest is packed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name, content in parts.items():
            packing = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            file.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, packing)
    return sink.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def word_document(*paragraphs: str, **others: str) -> bytes:
    """A .docx of paragraphs as XML, with the prefix w."""
    document = f'<w:document xmlns:w="{W}"><w:body>{"".join(paragraphs)}</w:body></w:document>'
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **others})


def translated(
    path: Path, data: bytes, translator: WordByWord | None = None, *, target: str = "fr", **options: object
) -> bytes:
    """What a file becomes, without a job around it."""
    path.write_bytes(data)
    document = open_document(Reading(path, target, "en", FileOptions(**options)))  # type: ignore[arg-type]
    sink = io.BytesIO()
    document.write(translate_inline(translator or shouting(), document.units(), target=target), sink)
    return sink.getvalue()


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)
OPF = (
    '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{}</dc:title><dc:language>fr</dc:language></metadata><manifest>"
    '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="a" href="a%201.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="i" href="i.png" media-type="image/png"/>'
    '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PAGE = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml">'
    "<head><title>{}</title><style>p {{}}</style></head>\n"
    "<body>\n  <p>{}</p>\n<pre>as is</pre></body></html>\n"
)
SENTENCE = "It&nbsp;was <code>dark()</code>,<br/>he\n  said &amp; left."
SAMPLES = (
    Sample(
        "plain.txt",
        "\ufeffA line.\r\nAnother\r\n\r\n\r\n\t indented  \r\n\x0c\r\nno end".encode(),
        "\ufeffA LINE.\r\nANOTHER\r\n\r\n\r\n\t INDENTED  \r\n\x0c\r\nNO END".encode(),
    ),
    Sample("wide.txt", "\ufeffété 👍\nb".encode("utf-16-le"), "\ufeffÉTÉ 👍\nB".encode("utf-16-le")),
    Sample(
        "page.html",
        b"<h1>One</h1>\r\n<p class=x>two <b>three &amp; four</b><br>five<pre>as is</pre>\r\n",
        b"<h1>ONE</h1>\r\n<p class=x>TWO <b>THREE &amp; FOUR</b><br>FIVE<pre>as is</pre>\r\n",
    ),
    Sample(
        "page.xhtml",
        PAGE.format("One", "two <b>three</b>").encode(),
        PAGE.format("ONE", "TWO <b>THREE</b>").encode(),
    ),
    Sample(
        "entries.xml",
        "<?xml version='1.0' encoding='latin-1'?>\r\n<a k='v'><b>é <i>two</i></b><c/></a>".encode("latin-1"),
        "<?xml version='1.0' encoding='latin-1'?>\r\n<a k='v'><b>É <i>TWO</i></b><c/></a>".encode("latin-1"),
    ),
    Sample(
        "notes.md",
        b"# One\r\n\r\ntwo **three** [four](five.html) `six`\r\n\r\n    as is\r\n",
        b"# ONE\r\n\r\nTWO **THREE** [FOUR](five.html) `six`\r\n\r\n    as is\r\n",
    ),
    Sample(
        "movie.srt",
        b"1\r\n00:00:01,000 --> 00:00:02,500 X1:20\r\n<i>Hello, <b>you</b> there</i>\r\n\r\n\r\n"
        b"3\r\n00:00:03,000 --> 00:00:04,000\r\n{\\an8}- Where are you?\r\n- Here.",
        b"1\r\n00:00:01,000 --> 00:00:02,500 X1:20\r\n<i>HELLO, <b>YOU</b> THERE</i>\r\n\r\n\r\n"
        b"3\r\n00:00:03,000 --> 00:00:04,000\r\n{\\an8}- WHERE ARE YOU?\r\n- HERE.",
    ),
    Sample(
        "movie.vtt",
        b"WEBVTT - kept\n\nNOTE kept\nkept --> too\n\nSTYLE\n::cue { color: red }\n\nid 1\n"
        b"00:01.000 --> 00:02.000 align:start\n<v Bob>Tom &amp; <c.red>Jerry</c> &lt;here&gt;\n",
        b"WEBVTT - kept\n\nNOTE kept\nkept --> too\n\nSTYLE\n::cue { color: red }\n\nid 1\n"
        b"00:01.000 --> 00:02.000 align:start\n<v Bob>TOM &amp; <c.red>JERRY</c> &lt;HERE&gt;\n",
    ),
    Sample(
        "values.json",
        b'{"a" : "Hello",\r\n "b": [1, 2.50, -0, "x \\u00e9", {"c": null, "k":"Tom \\"Q\\""}], "n": "4"}\n',
        b'{"a" : "HELLO",\r\n "b": [1, 2.50, -0, "X \\u00c9", {"c": null, "k":"TOM \\"Q\\""}], "n": "4"}\n',
    ),
    Sample(
        "table.csv",
        b'id;title;text\r\nx1;"Hello; you";plain\r\n\r\nx2;no quote;"a ""b""\r\nc"\r\nx3\r\n',
        b'id;title;text\r\nx1;"HELLO; YOU";PLAIN\r\n\r\nx2;NO QUOTE;"A ""B""\r\nC"\r\nx3\r\n',
        FileOptions(columns=("text", "title")),
    ),
    Sample("table.tsv", b"one\ttwo\nthree\tfour", b"one\tTWO\nthree\tFOUR", FileOptions(columns=("2",))),
    Sample(
        "letter.docx",
        word_document(
            '<w:p><w:pPr/><w:r><w:t xml:space="preserve">Dear </w:t></w:r>'
            "<w:r><w:rPr><w:b/></w:rPr><w:t>dear friend</w:t></w:r></w:p>",
            **{"word/header1.xml": f'<w:hdr xmlns:w="{W}"><w:p><w:r><w:t>top</w:t></w:r></w:p></w:hdr>'},
        ),
        {
            "word/document.xml": (
                f'<w:document xmlns:w="{W}"><w:body><w:p><w:pPr/>'
                '<w:r><w:t xml:space="preserve">DEAR </w:t></w:r>'
                '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">DEAR FRIEND</w:t></w:r></w:p>'
                "</w:body></w:document>"
            ).encode(),
            "word/header1.xml": (
                f'<w:hdr xmlns:w="{W}"><w:p><w:r><w:t xml:space="preserve">TOP</w:t></w:r></w:p></w:hdr>'
            ).encode(),
        },
    ),
    Sample(
        "letter.odt",
        archive(
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "content.xml": f"<office:document-content {ODF}><office:body><office:text><text:p>\n"
                "Dear  <text:span>friend<text:line-break/>of mine</text:span></text:p></office:text>"
                "</office:body></office:document-content>",
                "Pictures/a.png": b"\x89PNG",
            }
        ),
        {
            "content.xml": (
                f"<office:document-content {ODF}><office:body><office:text><text:p>\n"
                "DEAR <text:span>FRIEND<text:line-break/>OF MINE</text:span></text:p></office:text>"
                "</office:body></office:document-content>"
            ).encode()
        },
    ),
    Sample(
        "book.epub",
        archive(
            {
                "mimetype": "application/epub+zip",
                "META-INF/container.xml": CONTAINER,
                "OEBPS/book.opf": OPF.format("A book"),
                "OEBPS/b.xhtml": PAGE.format("Two", "The <em>end</em>."),
                "OEBPS/a 1.xhtml": PAGE.format(
                    "One", "It&nbsp;was <code>dark()</code>,<br/>he\n  said &amp; left."
                ),
                "OEBPS/i.png": b"\x89PNG",
            }
        ),
        {
            "OEBPS/book.opf": OPF.format("A BOOK").encode(),
            "OEBPS/b.xhtml": PAGE.format("TWO", "THE <em>END</em>.").encode(),
            "OEBPS/a 1.xhtml": PAGE.format(
                "ONE", "IT\u00a0WAS <code>dark()</code>,<br/>HE SAID &amp; LEFT."
            ).encode(),
        },
    ),
)
