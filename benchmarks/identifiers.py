"""The language identifiers that are compared, each behind the same function, and the codes they share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, TypeAlias

from langcodes import Language

from traverba.identification import Identifier, load_identifier
from traverba.identification.builtin import BUILT_IN

FOLDED = {
    **dict.fromkeys(("bos", "hrv", "srp", "cnr"), "hbs"),
    **dict.fromkeys(("nob", "nno"), "nor"),
    **dict.fromkeys(("ind", "zsm", "zlm"), "msa"),
    "fil": "tgl",
    "kmr": "kur",
    "pes": "fas",
    "lvs": "lav",
    "ekk": "est",
}
"""Languages that the test file has under one code, so that nobody is wrong for telling them apart."""


@dataclass(frozen=True)
class System:
    """One identifier, ready to be asked."""

    name: str
    version: str
    languages: frozenset[str]
    """ISO 639-3 codes as `folded` leaves them."""
    size_bytes: int
    """Of its model on disk; the whole package where both are one."""
    classify: Callable[[str], str | None]
    """Text -> code, or None if it does not say."""


def folded(code: str) -> str:
    """A code of two or three letters as the ISO 639-3 code that the test file would use."""
    three: str = code if len(code) == 3 else Language.get(code, normalize=False).to_alpha3()
    return FOLDED.get(three, three)


def ours(only: Collection[str] | None = None) -> System:
    """The identifier that comes with traverba."""
    identifier: Identifier = load_identifier()
    codes = {each.tag: each.iso639_3 for each in identifier.description.languages}
    tags = None if only is None else [tag for tag, code in codes.items() if code in only]

    def classify(text: str) -> str | None:
        found = identifier.detect(text, languages=tags).language
        return None if found is None else codes[found]

    known = frozenset(codes[tag] for tag in tags or codes)
    return System("traverba", metadata.version("traverba"), known, _size(BUILT_IN), classify)


def py3langid(only: Collection[str] | None = None) -> System:
    """Lui and Baldwin's langid.py, in the version that is kept up."""
    langid: Any = import_module("py3langid.langid")
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    labels = [label for label in identifier.labels if only is None or folded(label) in only]
    if only is not None:
        identifier.set_languages(labels)

    def classify(text: str) -> str | None:
        return folded(identifier.classify(text)[0])

    size = _size(Path(langid.MODEL_DIR))
    known = frozenset(map(folded, labels))
    return System("py3langid", metadata.version("py3langid"), known, size, classify)


def lingua(only: Collection[str] | None = None, *, low_accuracy: bool = False) -> System:
    """lingua with its two modes: n-grams up to three characters, or up to five."""
    module: Any = import_module("lingua")
    languages = {language: folded(language.iso_code_639_3.name.lower()) for language in module.Language.all()}
    chosen = [language for language, code in languages.items() if only is None or code in only]
    builder = module.LanguageDetectorBuilder.from_languages(*chosen).with_preloaded_language_models()
    if low_accuracy:
        builder = builder.with_low_accuracy_mode()
    detector = builder.build()

    def classify(text: str) -> str | None:
        found = detector.detect_language_of(text)
        return None if found is None else languages[found]

    name = f"lingua, {'low' if low_accuracy else 'high'} accuracy"
    known = frozenset(languages[language] for language in chosen)
    version = metadata.version("lingua-language-detector")
    return System(name, version, known, _size(Path(module.__file__).parent), classify)


def low_lingua(only: Collection[str] | None = None) -> System:
    """lingua in low accuracy mode."""
    return lingua(only, low_accuracy=True)


Maker: TypeAlias = Callable[[Collection[str] | None], System]
"""Makes an identifier that answers with nothing but these languages; None: with all it knows."""

MAKERS: tuple[Maker, ...] = (ours, py3langid, low_lingua, lingua)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".pyc")
