"""Translation memories (.tmx): each unit gets a ``tuv`` in the target language beside its source."""

from __future__ import annotations

from collections.abc import Iterator

from traverba.documents.formats.document import Reading
from traverba.documents.formats.splices import Unit
from traverba.documents.formats.xmldocument import XmlDocument
from traverba.documents.formats.xmltree import XML_LANG, Element, XmlFile
from traverba.documents.formats.xmlunits import Role, content, space_before
from traverba.errors import DocumentError, OptionError


class TranslationMemory(XmlDocument):
    """A TMX file; it is held in memory."""

    def __init__(self, reading: Reading) -> None:
        self._retranslate, self._target, self._source = (
            reading.options.retranslate,
            reading.target,
            reading.source,
        )
        super().__init__(reading)

    def find(self, file: XmlFile) -> Iterator[Unit]:
        if file.root.name != "tmx":
            raise DocumentError(f"{self.path} is not TMX: its root is <{file.root.name}>")
        header = file.root.find("header")
        declared = header.attributes.get("srclang", "*all*") if header else "*all*"
        source = self._source or declared
        if source == "*all*":
            raise OptionError(f"{self.path} does not say which language is its source; name it (--from)")
        body = file.root.find("body")
        for entry in body.elements() if body else ():
            if entry.name == "tu":
                yield from self._answer(entry, source, file)

    def _answer(self, entry: Element, source: str, file: XmlFile) -> Iterator[Unit]:
        """The unit that writes an entry's text in the target language."""
        variants = [variant for variant in entry.elements() if variant.name == "tuv"]
        spoken = next((v for v in variants if _speaks(v, source)), None)
        answer = next((v for v in variants if _speaks(v, self._target)), None)
        segment = spoken.find("seg") if spoken else None
        if spoken is None or segment is None:
            return
        written = answer.find("seg") if answer else None
        if answer is not None and written is not None:
            if self._retranslate or not any(written.walk_text()):
                place = (written.start, written.end)
                yield from content(segment, role, file.data, place, b"<seg>", b"</seg>")
            return
        opening = f'<tuv xml:lang="{self._target}"><seg>'.encode()
        before = space_before(file.data, spoken.start) + opening
        yield from content(segment, role, file.data, (spoken.end, spoken.end), before, b"</seg></tuv>")


def _speaks(variant: Element, language: str) -> bool:
    """Whether a variant is in a language, of any region."""
    tag = variant.attributes.get(XML_LANG) or variant.attributes.get("lang") or ""
    return tag.lower().split("-")[0] == language.lower().split("-")[0]


def role(element: Element) -> Role:
    """What an inline element is to the sentence."""
    return Role.INLINE if element.name == "hi" else Role.MARK
