"""What a caller can say about a translation, the same for every way of translating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from traverba.decoding import Control, DecodeOptions
from traverba.glossary import Glossary
from traverba.text import TextOptions


@dataclass(frozen=True)
class CallOptions:
    """The keywords of `Translator.translate` and its like, beside ``target``."""

    source: str | None = None
    """The language of the text. "auto" has the identifier say for each text which it is, see
    `Translation.detected`. So does None where a source language needs another route than the trained ones;
    elsewhere the model reads any of its languages."""

    options: DecodeOptions | None = None
    """How to search; the translator's own if left out."""

    text_options: TextOptions = field(default_factory=TextOptions)
    """How the text is cut into sentences, and what of it stays as it is."""

    prefix: str = ""
    """How each translation begins; it may end in the middle of a word. The text is then read as one
    sentence, exactly as it stands."""

    require: Sequence[str] = ()
    """Phrases that appear in each translation, as words of their own. A line is then not cut."""

    suppress: Sequence[str] = ()
    """Phrases that do not."""

    glossary: Glossary | None = None
    """Terms and what they must become; see `Translation.terms`."""

    control: Control | None = None
    """Can cancel the call, end it at a deadline and report progress."""

    via: str = "auto"
    """The way to the target: "auto" as the bundle has it (`TranslatorInfo.routes`), "none" straight, or the
    language to go through, such as "en"."""

    @property
    def reading(self) -> TextOptions:
        """The text options, as far as the wishes about words leave them: those are about whole lines."""
        return self.text_options.for_words(
            begun=bool(self.prefix), required=bool(self.require), chosen=bool(self.suppress)
        )


class CallKeywords(TypedDict, total=False):
    """`CallOptions` as keyword arguments."""

    source: str | None
    options: DecodeOptions | None
    text_options: TextOptions
    prefix: str
    require: Sequence[str]
    suppress: Sequence[str]
    glossary: Glossary | None
    control: Control | None
    via: str
