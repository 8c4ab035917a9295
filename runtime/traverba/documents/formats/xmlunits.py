"""Which parts of an XML file are translated as one. `splices` puts them back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from traverba.documents.formats.splices import Fragment, Spliced, Unit, weave
from traverba.documents.formats.xmltree import Element, Node, Text
from traverba.documents.inline import InlineBuilder, InlineText

BLANKS = " \t\r\n"
_BLANK = re.compile(r"[ \t\r\n]+")


class Role(Enum):
    """What an element is to the text around it."""

    BLOCK = "its content stands on its own"
    INLINE = "its content belongs to the sentence around it"
    OPAQUE = "a mark in a sentence, such as a footnote; what is inside it stands on its own"
    MARK = "a mark in a sentence, such as an image; nothing inside it is translated"
    BREAK = "ends a line and with it a sentence"
    KEEP = "stands in a sentence like a word, such as a variable; nothing inside it is translated"


Roles = Callable[[Element], Role]


def content(
    element: Element, roles: Roles, data: bytes, place: tuple[int, int], before: bytes, after: bytes
) -> Iterator[Unit]:
    """The unit that writes the translation of an element's content elsewhere; none if it has no text."""
    for found in _unit(element.children, roles, data, collapse=False):
        lead, rest = data[element.inner : found.start], data[found.end : element.close]
        frame = (before + lead, rest + after)

        def write(
            translation: InlineText, unit: Unit, spliced: Spliced, frame: tuple[bytes, bytes] = frame
        ) -> bytes:
            return weave(translation, unit, spliced).join(frame)

        yield Unit(*place, found.inline, found.fragments, write, always=True)


def space_before(data: bytes, place: int) -> bytes:
    """The white space in front of a place: how its line is indented."""
    begin = place
    while begin and data[begin - 1 : begin].isspace():
        begin -= 1
    return data[begin:place]


def find_units(element: Element, roles: Roles, data: bytes, *, collapse: bool) -> Iterator[Unit]:
    """The units in an element; ``collapse`` makes white space one space, as a reader of the format would."""
    run: list[Node] = []
    for child in element.children:
        role = roles(child) if isinstance(child, Element) else Role.INLINE
        if role is Role.BLOCK:
            yield from _unit(run, roles, data, collapse)
            run = []
            assert isinstance(child, Element)
            yield from find_units(child, roles, data, collapse=collapse)
        else:
            run.append(child)
    yield from _unit(run, roles, data, collapse)


def _unit(run: Sequence[Node], roles: Roles, data: bytes, collapse: bool) -> Iterator[Unit]:
    """The unit that a run of inline nodes makes, if there is text in it, and those inside its markup."""
    run, within = _core(run, roles)
    if run:
        yield _Reader(run, roles, collapse).unit(data)
    for element in within:
        yield from find_units(element, roles, data, collapse=collapse)


def _core(run: Sequence[Node], roles: Roles) -> tuple[Sequence[Node], list[Element]]:
    """The run without markup around all of its text, and every opaque element in it."""
    within = [found for node in run for found in _opaque(node, roles)]
    while True:
        if not any(_has_text(node, roles) for node in run):
            return (), within
        full = [i for i, node in enumerate(run) if _has_text(node, roles) or _is(node, Role.KEEP, roles)]
        run = run[full[0] : full[-1] + 1]
        if len(run) > 1 or not isinstance(run[0], Element):
            return run, within
        run = run[0].children


def _opaque(node: Node, roles: Roles) -> Iterator[Element]:
    if isinstance(node, Element):
        role = roles(node)
        if role is Role.OPAQUE:
            yield node
        elif role in (Role.INLINE, Role.BLOCK):
            for child in node.children:
                yield from _opaque(child, roles)


def _is(node: Node, role: Role, roles: Roles) -> bool:
    return isinstance(node, Element) and roles(node) is role


def _has_text(node: Node, roles: Roles) -> bool:
    if isinstance(node, Text):
        return bool(node.text.strip())
    if isinstance(node, Element) and roles(node) in (Role.INLINE, Role.BLOCK):
        return any(_has_text(child, roles) for child in node.children)
    return False


class _Reader:
    """Reads the nodes of a run into a text with tags."""

    def __init__(self, run: Sequence[Node], roles: Roles, collapse: bool) -> None:
        self._run, self._roles, self._collapse = run, roles, collapse
        self._builder = InlineBuilder()
        self._last = " "
        self._fragments: list[Fragment] = []

    def unit(self, data: bytes) -> Unit:
        """The unit; white space at its ends stays outside where it is written as such."""
        first, last = self._run[0], self._run[-1]
        start, end = first.start, last.end
        if isinstance(first, Text):
            start += _blank_bytes(data[start : first.end])
        if isinstance(last, Text):
            end -= _blank_bytes(data[last.start : end][::-1])
        self._read(self._run)
        return Unit(start, end, self._builder.build(), self._fragments, weave)

    def _read(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self._text(node)
            elif (
                isinstance(node, Element) and node.children and self._roles(node) in (Role.INLINE, Role.BLOCK)
            ):
                self._builder.open()
                self._fragments.append(Fragment((node.start, node.inner), (node.close, node.end)))
                self._read(node.children)
                self._builder.close()
            else:
                if _is(node, Role.KEEP, self._roles):
                    self._builder.protected()
                elif _is(node, Role.BREAK, self._roles):
                    self._builder.line_break()
                else:
                    self._builder.empty()
                self._fragments.append(Fragment((node.start, node.end), (node.end, node.end)))
                self._last = " " if _is(node, Role.BREAK, self._roles) else ""

    def _text(self, node: Text) -> None:
        text = node.text
        if node is self._run[0]:
            text = text.lstrip(BLANKS)
        if node is self._run[-1]:
            text = text.rstrip(BLANKS)
        if self._collapse:
            text = _BLANK.sub(" ", text)
            if self._last.endswith(" "):
                text = text.removeprefix(" ")
            self._last = text or self._last
        self._builder.text(text)


def _blank_bytes(data: bytes) -> int:
    return len(data) - len(data.lstrip(BLANKS.encode()))
