"""A translator that changes each word by a function, line by line, with the alignment that is true of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any

from traverba import Translation, TranslatorInfo
from traverba.results import AlignedWords, Segment, TermUse, TranslationHypothesis

WORD = re.compile(r"\S+")
INFO = TranslatorInfo("scripted", "1", ("en", "fr"), (("en", "fr"),), 1, "scripted", "fp32", 1)


class WordByWord:
    """``calls`` counts the texts that were asked for; ``on_text`` is told each one."""

    def __init__(self, change: Callable[[str], str], on_text: Callable[[str], None] | None = None) -> None:
        self.info = INFO
        self.calls = 0
        self._change, self._on_text = change, on_text

    def translate_iter(self, texts: Iterable[str], *, target: str, **keywords: Any) -> Iterator[Translation]:
        for text in texts:
            self.calls += 1
            if self._on_text is not None:
                self._on_text(text)
            yield self._translation(text, target)

    def _translation(self, text: str, target: str) -> Translation:
        parts: list[str] = []
        segments: list[Segment] = []
        alignment: list[AlignedWords] = []
        done = length = 0
        for match in WORD.finditer(text):
            between, word = text[done : match.start()], self._change(match[0])
            start = length + len(between)
            parts += [between, word]
            span = (start, start + len(word))
            alignment.append(AlignedWords(match.span(), span, 1.0))
            if segments and "\n" not in between:
                first = segments.pop()
                segments.append(_segment((first.source[0], match.end()), (first.target[0], span[1])))
            else:
                segments.append(_segment(match.span(), span))
            done, length = match.end(), start + len(word)
        translated = "".join([*parts, text[done:]])
        hypothesis = TranslationHypothesis(translated, -1.0, -1.0, (), tuple(alignment), True)
        told = {
            "text": translated,
            "source_text": text,
            "target": target,
            "hypotheses": (hypothesis,),
            "segments": tuple(segments),
            "flags": ("cut",) if "flag me" in text else (),
            "terms": (TermUse((0, 4), "disk", ("disque",), "missed" not in text),) if "disk" in text else (),
        }
        # Files ask for nothing else, however much a translation tells.
        return Translation(**({each.name: () for each in fields(Translation)} | told))


def _segment(source: tuple[int, int], target: tuple[int, int]) -> Segment:
    return Segment(source, target, -1.0, None, ())


def identity() -> WordByWord:
    return WordByWord(str)


def shouting() -> WordByWord:
    return WordByWord(str.upper)
