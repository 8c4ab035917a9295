"""A paragraph of a Word document: runs of one format each, links around some, marks between them.

Its text is one; the format that most of it has is the paragraph's own, every other is a tag.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from traverba.documents.formats.splices import Spliced, Unit, escaped
from traverba.documents.formats.wordsteps import (
    Around,
    Mark,
    Piece,
    Step,
    StepReader,
    UnbalancedFieldError,
    is_element,
)
from traverba.documents.formats.xmltree import Element
from traverba.documents.inline import InlineBuilder, InlineText


class Paragraph:
    """Reads a ``w:p`` element and writes it with another text."""

    def __init__(self, element: Element, data: bytes) -> None:
        self._element, self._data = element, data
        tag = re.match(rb"<(\w+:)?p", data[element.start : element.inner])
        self._prefix = (tag and tag[1]) or b""

    def units(self) -> Iterator[Unit]:
        """One, or none if there is no text or a field goes beyond the paragraph."""
        children = [child for child in self._element.children if not is_element(child, "pPr")]
        try:
            steps = list(StepReader(self._data).read(children))
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
