"""The values of attributes in start tags, found and written again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from traverba.documents.formats.splices import Spliced, Unit
from traverba.documents.formats.xmltree import Element
from traverba.documents.inline import InlineText

_NAME = re.compile(rb"<[^\s/>]+")
_ATTRIBUTE = re.compile(rb"""([^\s/>=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"'][^\s>]*))?""")


def attribute_values(element: Element, data: bytes) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Name, value and place of each attribute in a start tag that has a value, quotes included."""
    tag = data[: element.inner]
    name = _NAME.match(tag, element.start)
    for match in _ATTRIBUTE.finditer(tag, name.end() if name else element.inner):
        if match[2] is not None:
            value = match[2].decode("utf-8")
            bare = value[1:-1] if value[0] in "\"'" else value
            yield match[1].decode("utf-8").lower(), unescape(bare), match.span(2)


def write_value(translation: InlineText, unit: Unit, spliced: Spliced) -> bytes:
    return quoted(translation.text, spliced.file.data[unit.start])


def quoted(value: str, quote: int) -> bytes:
    """An attribute's value in the quotes that it had, or double ones if it had none."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    if quote == ord("'"):
        return b"'" + escaped.replace("'", "&#39;").encode("utf-8") + b"'"
    return b'"' + escaped.replace('"', "&quot;").encode("utf-8") + b'"'
