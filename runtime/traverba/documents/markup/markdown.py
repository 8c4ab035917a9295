"""Markdown: paragraphs, headings, list items, cells and descriptions of images, written into their places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traverba.documents.formats.splices import Fragment, Spliced, Unit
from traverba.documents.formats.xmltree import Element, XmlFile
from traverba.documents.inline import InlineText, has_words
from traverba.documents.markup.markdown_inline import Inline, InlineReader, OutOfStepError
from traverba.documents.markup.markdown_source import MarkdownSource, Paragraph
from traverba.documents.markup.markdown_writing import NO_BREAK_SPACE, escaped, not_a_block, wrapped

EMPHASIS = frozenset("*_~")
"""Marks that mean something only if what stands beside them allows it."""


class MarkdownText:
    """A text whose paragraphs can be replaced; code, targets of links, HTML and front matter stay."""

    def __init__(self, text: str) -> None:
        self._source = MarkdownSource(text)
        file = XmlFile(self._source.data, "utf-8", Element("", "", {}, 0))
        units = [unit for paragraph in self._source.paragraphs() for unit in self._units(paragraph)]
        self._spliced = Spliced(file, units)

    def units(self) -> Iterator[InlineText]:
        """The texts to translate, in the order of the text."""
        return (unit.inline for unit in self._spliced.units if not unit.fixed)

    def written(self, translations: Iterator[InlineText]) -> str:
        """The text with a translation for each unit."""
        return self._spliced.translated(translations).decode("utf-8")

    def _units(self, paragraph: Paragraph) -> Iterator[Unit]:
        try:
            inline = InlineReader(paragraph, self._source.parser).read()
        except OutOfStepError:
            return
        places = paragraph.places
        for start, end in inline.alts:
            alt = InlineText(paragraph.content[start:end].replace("\n", " "))
            yield Unit(places[start], places[end], alt, (), _write_alt)
        if has_words(inline.text):
            fragments = [
                Fragment((places[a], places[b]), (places[c], places[d]))
                for (a, b), (c, d) in zip(inline.opening, inline.closing, strict=True)
            ]
            start = places[min(paragraph.skipped, len(paragraph.content))]
            writer = _ParagraphWriter(paragraph, inline, self._source)
            yield Unit(start, places[-1], inline.text, fragments, writer.write)


class _ParagraphWriter:
    """Writes translations of one paragraph."""

    def __init__(self, paragraph: Paragraph, inline: Inline, source: MarkdownSource) -> None:
        self._paragraph, self._inline, self._source = paragraph, inline, source
        content = paragraph.content[paragraph.skipped :]
        self._width = max(map(len, content.split("\n"))) if "\n" in content.strip("\n") else 0
        self._by_reference = "&nbsp;" in content
        self._shape = self._shape_of(content)

    def write(self, translation: InlineText, unit: Unit, spliced: Spliced) -> bytes:
        """In the way that looks most like the source, of those that mean what they should."""
        for literal, spaced in ((self._inline.literal, False), (frozenset(), False), (frozenset(), True)):
            words = self._words(translation, unit, spliced, literal, spaced)
            text = " ".join(words)
            if self._shape_of(text) == self._shape:
                break
        if self._paragraph.begins_line and not self._paragraph.skipped:
            words[0] = not_a_block(words[0])
        if self._width and self._paragraph.continuation:
            return wrapped(words, self._width, self._paragraph.continuation).encode("utf-8")
        return " ".join(words).encode("utf-8")

    def _words(
        self,
        translation: InlineText,
        unit: Unit,
        spliced: Spliced,
        literal: set[str] | frozenset[str],
        spaced: bool,
    ) -> list[str]:
        """The pieces between spaces of the text; markup and what it joins are not torn."""
        words = [""]
        hollow = {tag.key for tag in translation.tags if tag.start == tag.end and not tag.atomic}
        for event in translation.events():
            if event.kind == "text":
                text = escaped(event.text, literal, self._paragraph.in_cell)
                if self._by_reference:
                    text = text.replace(NO_BREAK_SPACE, "&nbsp;")
                first, *others = text.split(" ")
                words[-1] += first
                words += others
                continue
            fragment = unit.fragments[event.key]
            closes = event.kind == "close"
            if closes and event.key in self._inline.replaced:
                words[-1] += self._inline.replaced[event.key]
            else:
                markup = spliced.between(*(fragment.closing if closes else fragment.opening)).decode("utf-8")
                if event.key in hollow and markup[:1] in EMPHASIS:
                    continue  # nothing can be emphasised without a word
                if spaced and event.kind == "open" and words[-1] and markup[:1] in EMPHASIS:
                    words.append("")
                words[-1] += markup
                if spaced and closes and markup[:1] in EMPHASIS:
                    words.append("")
        return [word for word in words if word] or [""]

    def _shape_of(self, text: str) -> list[tuple[str, str, str]]:
        """All markup that a parser finds in a paragraph: what it is, within what, and where it leads."""
        tokens = self._source.parser.parseInline(text, self._source.environment)[0].children or []
        return sorted(_described(tokens))


def _described(tokens: list[Any]) -> Iterator[tuple[str, str, str]]:
    around = [""]
    for token in tokens:
        kind = token.type
        if kind.endswith("_close"):
            around.pop()
        elif kind not in ("text", "text_special", "softbreak"):
            target = token.attrs.get("href") or token.attrs.get("src") or ""
            same = token.content if kind in ("code_inline", "html_inline") else ""
            yield kind, around[-1], f"{target}{same}"
            if kind.endswith("_open"):
                around.append(kind)


def _write_alt(translation: InlineText, unit: Unit, spliced: Spliced) -> bytes:
    return escaped(translation.text, set(), False).encode("utf-8")
