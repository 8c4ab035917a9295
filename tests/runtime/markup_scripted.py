"""Translators for tests of markup: words by a rule, in sentences, with true alignments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from traverba.documents.inline import InlineBuilder, InlineText
from traverba.results import AlignedWords, Segment, Timings, Translation, TranslationHypothesis

PIECE = re.compile(r"\{\d+\}|\w+|[^\w\s]")
SENTENCE = re.compile(r"[^\s.][^\n.]*\.?|\.")

Rule = Callable[[list[str]], list[tuple[str, int]]]
"""The words of a sentence -> those of its translation, each with the number of the word it comes from."""


def identity(words: list[str]) -> list[tuple[str, int]]:
    return [(word, i) for i, word in enumerate(words)]


def upper(words: list[str]) -> list[tuple[str, int]]:
    return [(word.upper(), i) for i, word in enumerate(words)]


def reversing(words: list[str]) -> list[tuple[str, int]]:
    return list(reversed(upper(words)))


def forgetting_stand_ins(words: list[str]) -> list[tuple[str, int]]:
    return [(word, i) for word, i in upper(words) if not word.startswith("{")]


def stammering(words: list[str]) -> list[tuple[str, int]]:
    return [pair for pair in upper(words) for _ in range(2)]


def saying(mapping: dict[str, list[tuple[str, int]]]) -> Rule:
    """Fixed translations of whole sentences."""
    return lambda words: mapping[" ".join(words)]


class ScriptedTranslator:
    """Translates each sentence by a rule; ``texts`` are those that it was given."""

    def __init__(self, rule: Rule, *, aligned: bool = True) -> None:
        self.rule, self.aligned = rule, aligned
        self.texts: list[str] = []

    def translate_iter(self, texts: Iterable[str], *, target: str, **keywords: Any) -> Iterator[Translation]:
        for text in texts:
            self.texts.append(text)
            yield self.translation(text, target)

    def translation(self, text: str, target: str = "fr") -> Translation:
        out, done = "", 0
        segments, alignment = [], []
        for match in SENTENCE.finditer(text):
            start, end = match.start(), match.start() + len(match.group().rstrip())
            if not any(map(str.isalnum, text[start:end])):
                continue
            out += text[done:start]
            begin, done = len(out), end
            pieces = [piece.span() for piece in PIECE.finditer(text, start, end)]
            for number, (word, i) in enumerate(self.rule([text[a:b] for a, b in pieces])):
                glued = self.rule is identity and number and pieces[number - 1][1] == pieces[number][0]
                gap = text[pieces[number - 1][1] : pieces[number][0]] if self.rule is identity else " "
                out += "" if glued or not number else gap
                alignment.append(AlignedWords(pieces[i], (len(out), len(out) + len(word)), 0.9))
                out += word
            segments.append(Segment((start, end), (begin, len(out)), 0.0, None, ()))
        out += text[done:]
        hypothesis = TranslationHypothesis(out, 0.0, 0.0, (), tuple(alignment) if self.aligned else (), True)
        return Translation(
            text=out,
            source_text=text,
            source=None,
            target=target,
            hypotheses=(hypothesis,),
            segments=tuple(segments),
            flags=(),
            terms=(),
            timings=Timings(0.0, 0.0, 0),
            model="scripted 1",
            provider="none",
            precision="fp32",
        )


NOTATION = re.compile(r"<(\w+)/>|<(\w+)>|</\w+>|\[\w+\]|\||[^<\[|]+")


def read(notation: str) -> tuple[InlineText, list[str]]:
    """``a <b>c</b> <i/>`` as a text with tags and their names; ``[x]`` is protected, ``|`` ends a line."""
    builder, names = InlineBuilder(), []
    for match in NOTATION.finditer(notation):
        part = match.group()
        if part == "|" or part.startswith("["):
            names.append(part)
            builder.line_break() if part == "|" else builder.protected()
        elif match[1]:
            names.append(match[1])
            builder.empty()
        elif match[2]:
            names.append(match[2])
            builder.open()
        elif part.startswith("</"):
            builder.close()
        else:
            builder.text(part)
    return builder.build(), names


def written(text: InlineText, names: list[str]) -> str:
    """The notation of `read` again; an element without anything inside is written as empty."""
    out = ""
    for event in text.events():
        name = names[event.key]
        if event.kind == "text":
            out += event.text
        elif event.kind == "atomic":
            out += name
        else:
            out += f"<{name}>" if event.kind == "open" else f"</{name}>"
    return re.sub(r"<(\w+)></\1>", r"<\1/>", out)
