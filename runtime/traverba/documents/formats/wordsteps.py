"""What a paragraph of a Word document is made of: text of one format each, marks, links around some.

Formats that differ in the language or in editing sessions only are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traverba.documents.formats.xmltree import XML_SPACE, Element, Node, Text

AROUND_RUNS = {"hyperlink", "ins", "moveTo", "smartTag", "sdt", "customXml", "dir", "bdo"}
BREAKS = {"br", "cr", "tab"}
HINTS = {"lastRenderedPageBreak", "proofErr", "softHyphen", "rPr"}
"""What word processors make anew."""
NOT_FORMAT = re.compile(rb"<(?:\w+:)?(?:lang|noProof)\b[^<>]*/>")
EMPTY_FORMAT = re.compile(rb"<(?:\w+:)?rPr\s*(?:/>|>\s*</(?:\w+:)?rPr>)")


@dataclass(frozen=True)
class Piece:
    """Text of one format."""

    text: str
    format: bytes


@dataclass(frozen=True)
class Mark:
    """What is no text: a range of the file, inside a run of its own if it has a format."""

    start: int
    end: int
    format: bytes | None
    breaks: bool = False
    """Whether it ends a line or leaps to a tab stop, and with it ends a sentence."""


@dataclass(frozen=True)
class Around:
    """What begins (``opening``) or ends something around runs, such as a link."""

    opening: tuple[int, int]
    closing: tuple[int, int]
    begins: bool


Step = Piece | Mark | Around


class UnbalancedFieldError(ValueError):
    """A field begins in one paragraph and ends in another, as in a table of contents."""


class StepReader:
    """Reads runs, what stands around them and between them, in the order of the file."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, nodes: Sequence[Node]) -> Iterator[Step]:
        """The steps of nodes that lie side by side; `UnbalancedFieldError` if a field goes beyond them."""
        at = 0
        while at < len(nodes):
            node = nodes[at]
            kinds = _field_kinds(node)
            if kinds:
                end = _field_end(nodes, at)
                yield from self._field(nodes[at : end + 1])
                at = end
            elif is_element(node, "r"):
                yield from self._run(node)
            elif isinstance(node, Element) and node.name in AROUND_RUNS:
                yield from self._around(node)
            elif not isinstance(node, Text) and not is_element(node, "proofErr"):
                yield Mark(node.start, node.end, None)
            at += 1

    def _around(self, element: Element) -> Iterator[Step]:
        inside = element.find("sdtContent") if element.name == "sdt" else element
        if inside is None or not inside.children:
            yield Mark(element.start, element.end, None)
            return
        opening, closing = (element.start, inside.inner), (inside.close, element.end)
        yield Around(opening, closing, begins=True)
        yield from self.read(inside.children)
        yield Around(opening, closing, begins=False)

    def _field(self, runs: Sequence[Node]) -> Iterator[Step]:
        """A link's text is text; what any other field shows, a program computes."""
        instruction = "".join(
            text
            for run in runs
            if isinstance(run, Element)
            for each in run.elements()
            if each.name == "instrText"
            for text in each.walk_text()
        )
        separate = [i for i, run in enumerate(runs) if "separate" in _field_kinds(run)]
        if instruction.split()[:1] == ["HYPERLINK"] and len(separate) == 1 and separate[0] < len(runs) - 2:
            middle = separate[0]
            opening, closing = (runs[0].start, runs[middle].end), (runs[-1].start, runs[-1].end)
            yield Around(opening, closing, begins=True)
            yield from self.read(runs[middle + 1 : -1])
            yield Around(opening, closing, begins=False)
        else:
            yield Mark(runs[0].start, runs[-1].end, None)

    def _run(self, run: Node) -> Iterator[Step]:
        assert isinstance(run, Element)
        properties = run.find("rPr")
        format = self._data[properties.start : properties.end] if properties else b""
        format = EMPTY_FORMAT.sub(b"", NOT_FORMAT.sub(b"", format))
        for child in run.children:
            if is_element(child, "t"):
                assert isinstance(child, Element)
                text = "".join(part.text for part in child.children if isinstance(part, Text))
                yield Piece(text if child.attributes.get(XML_SPACE) == "preserve" else text.strip(), format)
            elif is_element(child, "noBreakHyphen"):
                yield Piece("\u2011", format)
            elif isinstance(child, Element) and child.name not in HINTS:
                yield Mark(child.start, child.end, format, child.name in BREAKS)


def is_element(node: Node, name: str) -> bool:
    """Whether a node is an element of this name."""
    return isinstance(node, Element) and node.name == name


def _field_kinds(node: Node) -> list[str]:
    """What a run does to fields: begin, separate, end."""
    if not isinstance(node, Element) or node.name != "r":
        return []
    found = [child for child in node.elements() if child.name == "fldChar"]
    return [
        value for child in found for key, value in child.attributes.items() if key.endswith("fldCharType")
    ]


def _field_end(nodes: Sequence[Node], begin: int) -> int:
    """Where the field that begins at a node ends."""
    depth = 0
    for at in range(begin, len(nodes)):
        for kind in _field_kinds(nodes[at]):
            depth += {"begin": 1, "end": -1}.get(kind, 0)
            if depth < 0:
                raise UnbalancedFieldError
        if depth == 0:
            return at
    raise UnbalancedFieldError
