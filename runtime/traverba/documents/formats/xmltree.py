"""An XML file as a tree that knows which bytes each node came from.

Parsed with expat, which comes with Python, has no entity loader and bounds amplification;
entity declarations, which no document needs, are refused outright. Because every node has
its place, a translation can be spliced in and every other byte stays as it was.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5
from xml.parsers import expat

from traverba.errors import DocumentError

DEEPEST = 200
"""Levels of elements; real documents stay below 50, and recursion must not run out."""
LARGEST_BYTES = 64 * 2**20
"""Of one XML file: a tree in memory is some twenty times as large."""

_DECLARED = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_XML = "http://www.w3.org/XML/1998/namespace"
XML_SPACE, XML_LANG = f"{_XML} space", f"{_XML} lang"


@dataclass(slots=True)
class Text:
    """Characters, their references resolved."""

    start: int
    end: int
    parts: list[str]

    @property
    def text(self) -> str:
        return "".join(self.parts)


@dataclass(slots=True)
class Raw:
    """A comment, a processing instruction or a reference that only a reader of the DTD can resolve."""

    start: int
    end: int


@dataclass(slots=True)
class Element:
    """``start`` to ``inner`` is its start tag, ``close`` to ``end`` its end tag, all in bytes."""

    name: str
    """Without prefix."""
    space: str
    """The namespace's URI, or an empty string."""
    attributes: dict[str, str]
    """By name; those of a namespace by URI, a space and name."""
    start: int
    inner: int = 0
    close: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)

    def elements(self) -> Iterator[Element]:
        """Its children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def find(self, name: str) -> Element | None:
        """Its first child of this name."""
        return next((child for child in self.elements() if child.name == name), None)

    def walk(self) -> Iterator[Element]:
        """It and all elements in it, in the order of the file."""
        yield self
        for child in self.elements():
            yield from child.walk()

    def walk_text(self) -> Iterator[str]:
        """All texts in it that are not only white space."""
        for child in self.children:
            if isinstance(child, Text) and child.text.strip():
                yield child.text
            elif isinstance(child, Element):
                yield from child.walk_text()


Node = Element | Text | Raw


@dataclass(frozen=True)
class XmlFile:
    """A parsed file: its bytes in UTF-8, which the tree's places count, and its own encoding."""

    data: bytes
    encoding: str
    root: Element

    def encoded(self, data: bytes) -> bytes:
        """Changed bytes in the file's own encoding; what it cannot express becomes a reference."""
        if self.encoding == "utf-8":
            return data
        return data.decode("utf-8").encode(self.encoding, "xmlcharrefreplace")


def parse_xml(data: bytes, name: str) -> XmlFile:
    """The tree of a file; DocumentError with ``name`` and place if it is malformed or unsafe."""
    if len(data) > LARGEST_BYTES:
        raise DocumentError(f"{name} has {len(data)} bytes of XML; at most {LARGEST_BYTES} are read")
    encoding = xml_encoding(data)
    text = decode_xml(data, encoding, name)
    utf8 = data if encoding == "utf-8" else text.encode("utf-8")
    return XmlFile(utf8, encoding, _Builder(name).parse(utf8))


def parse_xml_text(text: str, name: str) -> XmlFile:
    """The same for text, whatever encoding it says it once had."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError(f"{name} holds half of a character (a lone surrogate): {error}") from error
    if len(data) > LARGEST_BYTES:
        raise DocumentError(f"{name} has {len(data)} bytes of XML; at most {LARGEST_BYTES} are read")
    return XmlFile(data, "utf-8", _Builder(name).parse(data))


def decode_xml(data: bytes, encoding: str, name: str) -> str:
    """The characters of a file, its byte order mark among them."""
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise DocumentError(f"{name} cannot be read as {encoding}: {error}") from error


def xml_encoding(data: bytes) -> str:
    """What the first bytes of a file say that it is encoded in."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return encoding
    declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8))
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    return "utf-8" if encoding in ("utf-8", "utf8", "us-ascii", "ascii") else encoding


class _Builder:
    """Grows the tree from expat's events; a node ends where the next event begins."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._root = Element("", "", {}, 0)
        self._open = [self._root]
        self._unended: list[tuple[Node, str]] = []

    def parse(self, data: bytes) -> Element:
        parser = self._parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = False
        # References to entities of a DTD that is not read (&nbsp;) then are skipped, not an error.
        parser.UseForeignDTD(True)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartCdataSectionHandler = lambda: self._text("")
        parser.EndCdataSectionHandler = lambda: self._text("")
        parser.SkippedEntityHandler = self._skipped
        parser.CommentHandler = lambda _: self._raw()
        parser.ProcessingInstructionHandler = lambda target, _: self._raw()
        parser.DefaultHandlerExpand = lambda _: self._settle()
        parser.EntityDeclHandler = self._refuse
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            place = f"line {error.lineno}, column {error.offset + 1}"
            reason = expat.ErrorString(error.code)
            raise DocumentError(f"{self._name} is not well-formed XML: {reason} ({place})") from error
        self._settle()
        return next(self._root.elements())

    def _settle(self) -> int:
        """Where this event begins, which is where what came before it ends."""
        here = self._parser.CurrentByteIndex
        for node, edge in self._unended:
            setattr(node, edge, here)
        self._unended.clear()
        return here

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        here = self._settle()
        if len(self._open) > DEEPEST:
            raise DocumentError(f"{self._name} nests elements more than {DEEPEST} deep (byte {here})")
        space, _, local = name.rpartition(" ")
        element = Element(local, space, attributes, here)
        self._open[-1].children.append(element)
        self._open.append(element)
        self._unended.append((element, "inner"))

    def _end(self, name: str) -> None:
        element = self._open.pop()
        element.close = self._settle()
        self._unended.append((element, "end"))

    def _text(self, text: str) -> None:
        here = self._settle()
        siblings = self._open[-1].children
        last = siblings[-1] if siblings else None
        if isinstance(last, Text):
            last.parts.append(text)
        else:
            last = Text(here, here, [text])
            siblings.append(last)
        self._unended.append((last, "end"))

    def _skipped(self, name: str, is_parameter: bool) -> None:
        text = html5.get(f"{name};")
        if text is None:
            self._raw()
        else:
            self._text(text)

    def _raw(self) -> None:
        here = self._settle()
        node = Raw(here, here)
        self._open[-1].children.append(node)
        self._unended.append((node, "end"))

    def _refuse(self, name: str, *declaration: object) -> None:
        raise DocumentError(
            f"{self._name} declares the entity {name!r} (line {self._parser.CurrentLineNumber}): files that "
            "do are not read, because such entities can unfold without end; resolve them first"
        )
