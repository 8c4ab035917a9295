"""XLIFF 1.2 and 2.0 (.xlf, .xliff): a ``target`` with the translation of each ``source``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traverba.documents.formats.document import Reading
from traverba.documents.formats.splices import Unit, insertion
from traverba.documents.formats.xmldocument import XmlDocument
from traverba.documents.formats.xmltree import Element, XmlFile
from traverba.documents.formats.xmlunits import Role, content, space_before
from traverba.errors import DocumentError

PAIRED = {"g", "pc", "mrk"}
LIKE_WORDS = re.compile(r"INTERPOLATION|\{\{|%\w|\$\{|^[^<]*\w", re.IGNORECASE)
"""What a placeholder stands for, if that is a part of the sentence and not formatting."""


class Xliff(XmlDocument):
    """An XLIFF file; it is held in memory."""

    def __init__(self, reading: Reading) -> None:
        self._retranslate, self._target = reading.options.retranslate, reading.target
        super().__init__(reading)

    def find(self, file: XmlFile) -> Iterator[Unit]:
        if file.root.name != "xliff":
            raise DocumentError(f"{self.path} is not XLIFF: its root is <{file.root.name}>")
        self._modern = file.root.attributes.get("version", "").startswith("2")
        languages = [file.root] if self._modern else [e for e in file.root.walk() if e.name == "file"]
        name = "trgLang" if self._modern else "target-language"
        for element in languages:
            if name not in element.attributes and element.children:
                yield insertion(element.inner - 1, f' {name}="{self._target}"'.encode())
        yield from self._search(file.root, file)

    def _search(self, element: Element, file: XmlFile) -> Iterator[Unit]:
        if element.attributes.get("translate") == "no":
            return
        source = element.find("source")
        if element.name in ("trans-unit", "segment") and source is not None:
            yield from self._answer(source, element.find("target"), file)
        elif element.name != "alt-trans":
            for child in element.elements():
                yield from self._search(child, file)

    def _answer(self, source: Element, target: Element | None, file: XmlFile) -> Iterator[Unit]:
        """The unit that writes the target of a source."""
        if target is not None and not self._retranslate and any(target.walk_text()):
            return
        opened = re.match(rb"<([^\s/>:]*:)?", file.data[source.start : source.inner])
        prefix = (opened and opened[1]) or b""
        state = b"" if self._modern else b' state="needs-review-translation"'
        if target is None:
            before = space_before(file.data, source.start) + b"<" + prefix + b"target" + state + b">"
            place = (source.end, source.end)
        else:
            before, place = b"<" + prefix + b"target" + state + b">", (target.start, target.end)
        yield from content(source, role, file.data, place, before, b"</" + prefix + b"target>")


def role(element: Element) -> Role:
    """What an inline element is to the sentence."""
    if element.name in PAIRED:
        return Role.KEEP if element.attributes.get("translate") == "no" else Role.INLINE
    if element.name in ("x", "ph"):
        attributes = element.attributes
        shown = attributes.get("equiv-text") or attributes.get("equiv") or attributes.get("disp") or ""
        shown = shown or "".join(element.walk_text()) or attributes.get("id", "")
        if LIKE_WORDS.search(shown) and not shown.isdecimal() and element.attributes.get("ctype") != "lb":
            return Role.KEEP
    return Role.BREAK if element.attributes.get("ctype") == "lb" else Role.MARK
