"""An HTML page as a tree whose nodes know which bytes they came from.

justhtml builds the tree, by the rules of the HTML standard for any input, and says where each node begins.
Where a node ends follows from what comes next; where source and tree disagree, because a tag was ignored,
implied or moved, a gap keeps apart what stands beside it, and nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import accumulate
from typing import Any

from traverba.documents.formats.libraries import import_library
from traverba.documents.formats.xmltree import LARGEST_BYTES, Element, Raw, Text, XmlFile
from traverba.errors import DocumentError

DEEPEST = 400
"""Levels of elements; browsers stop at 512, and recursion must not run out."""

GAP = "#gap"
"""The name of an element for bytes that made no node."""
IMPLIED = "#implied"
"""An attribute of elements without a start tag of their own."""

VOID = frozenset(
    """
    area base basefont bgsound br col command embed frame hr image img input keygen link meta param source
    track wbr
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
RAW_TEXT = frozenset(
    "script style xmp iframe noembed noframes plaintext textarea".split()  # noqa: SIM905
)

_WHOLE_PAGE = re.compile(r"<(?:!doctype|html|head|body)[\s>/]", re.IGNORECASE)
_NEWLINE = re.compile(r"\r\n|.", re.DOTALL)
# Possessive, so that no page makes them try again and again.
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_START_TAG = re.compile(rf"<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE})*+[\s/]*+>")
_END_TAG = re.compile(r"</([A-Za-z][^\s/>]*)[^>]*>")
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
# In order: what is markup to every parser, and then declarations, which browsers take for comments.
_DECLARATIONS = re.compile(
    rf"""(?P<kept><!--(?:-?>|.*?--!?>)|<(?P<raw>{"|".join(sorted(RAW_TEXT))})\b.*?(?:</(?P=raw)\b|\Z)
    |{_START_TAG.pattern}|<!doctype[^>]*>)|<!--.*|<[!?][^>]*>?""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_DECLARATION = re.compile(r"<!--.*|<[!?][^>]*>?", re.DOTALL)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?/][^>]*>?", re.DOTALL)


def parse_html(page: str) -> XmlFile:
    """The tree of a page or a part of one; DocumentError if it is too large or too deep."""
    try:
        size_bytes = len(page.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise DocumentError(f"the page holds half of a character (a lone surrogate): {error}") from error
    if size_bytes > LARGEST_BYTES:
        raise DocumentError(f"the page has {size_bytes} bytes; at most {LARGEST_BYTES} are read")
    justhtml = import_library("justhtml")
    # What a parser does to line ends is done here, so that its places can be turned into bytes.
    pieces = _NEWLINE.findall(page)
    text = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n")
    # A mark at the start is text to us and none to the parser.
    mark = 1 if text.startswith("\ufeff") else 0
    text = text[mark:]
    parsed = _without_declarations(text)
    tree = justhtml.JustHTML(
        parsed,
        sanitize=False,
        track_node_locations=True,
        scripting_enabled=False,
        fragment=_WHOLE_PAGE.search(text) is None,
    )
    places = [0, *accumulate(len(piece.encode("utf-8")) for piece in pieces)]
    root = _Placing(text, parsed, places[mark:]).root(tree.root)
    return XmlFile(page.encode("utf-8"), "utf-8", root)


def _without_declarations(text: str) -> str:
    """Spaces for ``<?xml ...?>`` and the like, which justhtml 3.16 takes for text while it notes places."""
    return _DECLARATIONS.sub(lambda match: match["kept"] or " " * len(match.group()), text)


class _Placing:
    """Walks the parser's tree and the source side by side; ``at`` is the place in the source."""

    def __init__(self, text: str, parsed: str, places: list[int]) -> None:
        self._text, self._parsed, self._places = text, parsed, places
        self._at = 0

    def root(self, document: Any) -> Element:
        top = Element("", "", {}, self._places[0], self._places[0])
        path: list[tuple[Element, Iterator[Any]]] = [(top, _children(document))]
        while path:
            element, nodes = path[-1]
            node = next(nodes, None)
            if node is None:
                self._close(element)
                path.pop()
            elif node.name == "#text":
                self._place_text(element, node)
            elif node.name == "#comment":
                self._place_comment(element, node)
            elif not node.name.startswith(("!", "#", "?")):
                path.append((self._open(element, node), _children(node)))
            if len(path) > DEEPEST:
                raise DocumentError(
                    f"the page nests elements more than {DEEPEST} deep; unclosed tags do that"
                )
        top.close = top.end = self._places[-1]
        return top

    def _open(self, parent: Element, node: Any) -> Element:
        name = node.name.lower()
        attributes = {key.lower(): value or "" for key, value in (node.attrs or {}).items()}
        origin = node.origin_offset
        match = None if origin is None or origin < self._at else _START_TAG.match(self._text, origin)
        if match is None:
            here = self._places[self._at]
            element = Element(name, "", {**attributes, IMPLIED: ""}, here, here)
        else:
            self._skip_to(parent, match.start())
            self._at = match.end()
            element = Element(name, "", attributes, self._places[match.start()], self._places[self._at])
            if name in RAW_TEXT:
                self._at = self._end_of_raw_text(name)
        parent.children.append(element)
        return element

    def _close(self, element: Element) -> None:
        """The end tag, if it is there: where it only was implied, the element ends here too."""
        element.close = element.end = self._places[self._at]
        ending = _END_TAG.match(self._text, self._at)
        named = ending is not None and ending[1].lower() == element.name and element.name not in VOID
        if ending and named and IMPLIED not in element.attributes:
            self._at = ending.end()
            element.end = self._places[self._at]

    def _place_text(self, parent: Element, node: Any) -> None:
        """The parts of a text, which ignored tags may have cut."""
        origin, rest = node.origin_offset, node.data
        if origin is None or origin < self._at or parent.name in RAW_TEXT:
            return
        while rest:
            self._skip_to(parent, origin)
            declaration = _DECLARATION.match(self._text, origin)
            end = declaration.end() if declaration else self._end_of_text(parent, origin)
            part = unescape(self._parsed[origin:end]).replace("\0", "")
            if not part or not rest.startswith(part):
                return
            rest, origin = rest[len(part) :], end
            if declaration:
                continue
            parent.children.append(Text(self._places[self._at], self._places[end], [part]))
            self._at = end
            ignored = _END_TAG.match(self._text, end) or _START_TAG.match(self._text, end)
            if rest and ignored:
                origin = ignored.end()

    def _place_comment(self, parent: Element, node: Any) -> None:
        origin = node.origin_offset
        match = None if origin is None or origin < self._at else _COMMENT.match(self._text, origin)
        if match is not None:
            self._skip_to(parent, origin)
            self._at = match.end()
            parent.children.append(Raw(self._places[origin], self._places[self._at]))

    def _skip_to(self, parent: Element, place: int) -> None:
        if place > self._at:
            start, end = self._places[self._at], self._places[place]
            parent.children.append(Element(GAP, "", {}, start, end, end, end))
            self._at = place

    def _end_of_text(self, parent: Element, origin: int) -> int:
        if parent.name == "title":
            match = re.compile("</title", re.IGNORECASE).search(self._text, origin)
        else:
            match = _MARKUP.search(self._text, origin)
        return match.start() if match else len(self._text)

    def _end_of_raw_text(self, name: str) -> int:
        match = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(self._text, self._at)
        return match.start() if match else len(self._text)


def _children(node: Any) -> Iterator[Any]:
    content = getattr(node, "template_content", None)
    return iter((content or node).children or ())
