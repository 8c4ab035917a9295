"""Offline translation to embed.

>>> from traverba import load_translator
>>> translator = load_translator()
>>> print(translator.translate("the machines win", target="fr"))  # doctest: +SKIP
les machines gagnent

Importing this package loads nothing but the errors; the rest comes when it is first used.
"""

from importlib import import_module
from logging import NullHandler, getLogger
from typing import TYPE_CHECKING, Any

from traverba.errors import (
    BundleError,
    BundleFileMissingError,
    BundleFormatError,
    BundleHashError,
    BundleNotFoundError,
    BundleVersionError,
    DeviceError,
    GlossaryError,
    GraphContractError,
    InputError,
    LanguageError,
    OnnxRuntimeMissingError,
    OptionError,
    ProviderUnavailableError,
    TextDecodingError,
    TranslatorClosedError,
    TraverbaError,
)

if TYPE_CHECKING:
    from traverba.asynchronous import AsyncTranslationStream
    from traverba.decoding import Batching, CancelToken, Control, DecodeOptions, Sampling
    from traverba.glossary import Glossary, load_glossary
    from traverba.identification import Detection, detect
    from traverba.loading import load_translator
    from traverba.results import (
        AlignedWords,
        Segment,
        TermUse,
        Timings,
        Token,
        Translation,
        TranslationHypothesis,
        TranslatorInfo,
    )
    from traverba.streaming import TranslationStream
    from traverba.text import TextOptions
    from traverba.translator import Translator

getLogger(__name__).addHandler(NullHandler())

_HOMES = {
    "AlignedWords": "results",
    "AsyncTranslationStream": "asynchronous",
    "Batching": "decoding",
    "CancelToken": "decoding",
    "Control": "decoding",
    "DecodeOptions": "decoding",
    "Detection": "identification",
    "Glossary": "glossary",
    "Sampling": "decoding",
    "Segment": "results",
    "TermUse": "results",
    "TextOptions": "text",
    "Timings": "results",
    "Token": "results",
    "Translation": "results",
    "TranslationHypothesis": "results",
    "TranslationStream": "streaming",
    "Translator": "translator",
    "TranslatorInfo": "results",
    "detect": "identification",
    "load_glossary": "glossary",
    "load_translator": "loading",
}
"""Which module has a name that is loaded on first use, so that importing costs no numpy."""

__all__ = [
    "AlignedWords",
    "AsyncTranslationStream",
    "Batching",
    "BundleError",
    "BundleFileMissingError",
    "BundleFormatError",
    "BundleHashError",
    "BundleNotFoundError",
    "BundleVersionError",
    "CancelToken",
    "Control",
    "DecodeOptions",
    "Detection",
    "DeviceError",
    "Glossary",
    "GlossaryError",
    "GraphContractError",
    "InputError",
    "LanguageError",
    "OnnxRuntimeMissingError",
    "OptionError",
    "ProviderUnavailableError",
    "Sampling",
    "Segment",
    "TermUse",
    "TextDecodingError",
    "TextOptions",
    "Timings",
    "Token",
    "Translation",
    "TranslationHypothesis",
    "TranslationStream",
    "Translator",
    "TranslatorClosedError",
    "TranslatorInfo",
    "TraverbaError",
    "detect",
    "load_glossary",
    "load_translator",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
