"""Texts with inline markup through a translator: what formats are built on.

A format takes its text apart with `InlineBuilder`, gives it to `translate_inline`, and writes the
`InlineText.events` of what comes back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol, Unpack

from traverba.call_options import CallKeywords
from traverba.decoding import Batching
from traverba.documents.inline_placement import place_tags
from traverba.documents.inline_text import InlineBuilder, InlineEvent, InlineTag, InlineText
from traverba.results import Translation

__all__ = [
    "InlineBuilder",
    "InlineEvent",
    "InlineTag",
    "InlineText",
    "InlineTranslator",
    "has_words",
    "place_tags",
    "translate_inline",
]


class InlineTranslator(Protocol):
    """What this room needs of a `Translator`."""

    def translate_iter(
        self,
        texts: Iterable[str],
        *,
        target: str,
        batching: Batching | None = None,
        **keywords: Unpack[CallKeywords],
    ) -> Iterator[Translation]:
        """One translation for each text, in order."""
        ...


def translate_inline(
    translator: InlineTranslator,
    texts: Iterable[InlineText],
    *,
    target: str,
    batching: Batching | None = None,
    **keywords: Unpack[CallKeywords],
) -> Iterator[InlineText]:
    """The translation of each text with its tags in place, in order and in constant memory.

    A text without a letter, such as a number or an image alone, comes back as it is.
    """
    pending: deque[InlineText] = deque()

    def to_translate() -> Iterator[str]:
        for text in texts:
            pending.append(text)
            yield text.text if has_words(text) else ""

    # Called here and not when the first is asked for: a wrong language is an error of this call.
    translations = translator.translate_iter(to_translate(), target=target, batching=batching, **keywords)
    return (_placed(pending.popleft(), translation) for translation in translations)


def _placed(text: InlineText, translation: Translation) -> InlineText:
    return place_tags(text, translation) if has_words(text) else text


def has_words(text: InlineText) -> bool:
    """Whether anything outside its stand-ins is a letter."""
    return any(event.kind == "text" and any(map(str.isalpha, event.text)) for event in text.events())
