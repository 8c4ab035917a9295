"""A paragraph of a Word document: runs of one format each, links around some, marks between them.

Its text is one; the format that most of it has is the paragraph's own, every other is a tag.
Formats that differ in the language or in editing sessions only are the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traverba.documents.formats.splices import Spliced, Unit, escaped
from traverba.documents.formats.xmltree import XML_SPACE, Element, Node, Text
from traverba.documents.inline import InlineBuilder, InlineText

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


class Paragraph:
    """Reads a ``w:p`` element and writes it with another text."""

    def __init__(self, element: Element, data: bytes) -> None:
        self._element, self._data = element, data
        tag = re.match(rb"<(\w+:)?p", data[element.start : element.inner])
        self._prefix = (tag and tag[1]) or b""

    def units(self) -> Iterator[Unit]:
        """One, or none if there is no text or a field goes beyond the paragraph."""
        children = [child for child in self._element.children if not _is(child, "pPr")]
        try:
            steps = list(self._steps(children))
        except UnbalancedFieldError:
            return
        texts = [i for i, step in enumerate(steps) if not isinstance(step, Mark)]
        if not any(isinstance(step, Piece) and step.text.strip() for step in steps):
            return
        low, high = texts[0], texts[-1] + 1
        lead, core, rest = steps[:low], steps[low:high], steps[high:]
        sizes: Counter[bytes] = Counter()
        for step in core:
            if isinstance(step, Piece):
                sizes[step.format] += len(step.text)
        base = sizes.most_common(1)[0][0]
        inline, keys = _inline(core, base)

        def write(translation: InlineText, unit: Unit, spliced: Spliced) -> bytes:
            parts = [self._mark(step, spliced) for step in lead if isinstance(step, Mark)]
            parts += self._woven(translation, keys, base, spliced)
            parts += [self._mark(step, spliced) for step in rest if isinstance(step, Mark)]
            return b"".join(parts)

        yield Unit(children[0].start, self._element.close, inline, (), write)

    def _steps(self, nodes: Sequence[Node]) -> Iterator[Step]:
        at = 0
        while at < len(nodes):
            node = nodes[at]
            kinds = _field_kinds(node)
            if kinds:
                end = _field_end(nodes, at)
                yield from self._field(nodes[at : end + 1])
                at = end
            elif _is(node, "r"):
                yield from self._run(node)
            elif isinstance(node, Element) and node.name in AROUND_RUNS:
                yield from self._around(node)
            elif not isinstance(node, Text) and not _is(node, "proofErr"):
                yield Mark(node.start, node.end, None)
            at += 1

    def _around(self, element: Element) -> Iterator[Step]:
        inside = element.find("sdtContent") if element.name == "sdt" else element
        if inside is None or not inside.children:
            yield Mark(element.start, element.end, None)
            return
        opening, closing = (element.start, inside.inner), (inside.close, element.end)
        yield Around(opening, closing, begins=True)
        yield from self._steps(inside.children)
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
            yield from self._steps(runs[middle + 1 : -1])
            yield Around(opening, closing, begins=False)
        else:
            yield Mark(runs[0].start, runs[-1].end, None)

    def _run(self, run: Node) -> Iterator[Step]:
        assert isinstance(run, Element)
        properties = run.find("rPr")
        format = self._data[properties.start : properties.end] if properties else b""
        format = EMPTY_FORMAT.sub(b"", NOT_FORMAT.sub(b"", format))
        for child in run.children:
            if _is(child, "t"):
                assert isinstance(child, Element)
                text = "".join(part.text for part in child.children if isinstance(part, Text))
                yield Piece(text if child.attributes.get(XML_SPACE) == "preserve" else text.strip(), format)
            elif _is(child, "noBreakHyphen"):
                yield Piece("\u2011", format)
            elif isinstance(child, Element) and child.name not in HINTS:
                yield Mark(child.start, child.end, format, child.name in BREAKS)

    def _woven(
        self, translation: InlineText, keys: Sequence[Step], base: bytes, spliced: Spliced
    ) -> Iterator[bytes]:
        formats = [base]
        for event in translation.events():
            step = keys[event.key] if event.key >= 0 else None
            if step is None:
                yield self._run_of(formats[-1], self._text(event.text))
            elif event.kind == "close":
                formats.pop()
                if isinstance(step, Around):
                    yield spliced.between(*step.closing)
            elif isinstance(step, Mark):
                if event.kind == "open":
                    formats.append(formats[-1])
                yield self._mark(step, spliced)
            elif isinstance(step, Around):
                formats.append(formats[-1])
                yield spliced.between(*step.opening)
            else:
                formats.append(step.format)

    def _mark(self, mark: Mark, spliced: Spliced) -> bytes:
        content = spliced.between(mark.start, mark.end)
        return content if mark.format is None else self._run_of(mark.format, content)

    def _text(self, text: str) -> bytes:
        tag = self._prefix + b"t"
        return b"<" + tag + b' xml:space="preserve">' + escaped(text) + b"</" + tag + b">"

    def _run_of(self, format: bytes, content: bytes) -> bytes:
        tag = self._prefix + b"r"
        return b"<" + tag + b">" + format + content + b"</" + tag + b">"


def _inline(steps: Sequence[Step], base: bytes) -> tuple[InlineText, list[Step]]:
    """The text of a paragraph, and the step that each key stands for."""
    builder, keys = InlineBuilder(), list[Step]()
    current = base

    def change(format: bytes, step: Step) -> None:
        nonlocal current
        if current not in (base, format):
            builder.close()
        if format not in (base, current):
            builder.open()
            keys.append(step)
        current = format

    for step in steps:
        if isinstance(step, Piece):
            change(step.format, step)
            builder.text(step.text)
        elif isinstance(step, Mark):
            if step.format != current:
                change(base, step)
            builder.line_break() if step.breaks else builder.empty()
            keys.append(step)
        else:
            change(base, step)
            if step.begins:
                builder.open()
                keys.append(step)
            else:
                builder.close()
    change(base, steps[-1])
    return builder.build(), keys


def _is(node: Node, name: str) -> bool:
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
