"""What a bundle says about itself: ``manifest.json`` as frozen dataclasses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from traverba.bundle.routes import Direction, Route, UntrainedPair, find_routes, route_problems
from traverba.bundle.schema import JsonValue, SchemaError, from_json, to_json
from traverba.bundle.variant import Variant, variant_problems
from traverba.contract import FORMAT_VERSION
from traverba.errors import BundleFormatError, BundleVersionError

MANIFEST_FILE = "manifest.json"
TOKENIZER_FILE = "tokenizer.json"
MODEL_CARD_FILE = "README.md"
SHORTLIST_FILE = "shortlist.npz"


@dataclass(frozen=True)
class FileEntry:
    """One file of the bundle; ``path`` is relative, with forward slashes."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class SpecialTokens:
    """Ids that subword segmentation can never produce from text."""

    pad: int = 0
    bos: int = 1
    eos: int = 2


@dataclass(frozen=True)
class TrainingData:
    """A corpus the model learnt from, and what its licence asks to be said."""

    name: str
    licence: str
    attribution: str
    url: str | None = None
    sentences: int | None = None


@dataclass(frozen=True)
class Score:
    """A quality figure and all that is needed to measure it again."""

    source: str
    target: str
    test_set: str
    metric: str
    value: float
    signature: str | None = None
    """Of the metric, as sacrebleu prints it."""
    settings: str | None = None
    """Of the search, e.g. ``beam 5``."""


@dataclass(frozen=True)
class Calibration:
    """A logistic regression from token log-probabilities to the probability that a translation is good."""

    criterion: str
    """What "good" meant when it was fitted."""
    intercept: float
    mean_log_prob: float
    worst_log_prob: float
    log_length: float
    sentences: int
    """Dev sentences it was fitted on; as many others measured the two figures below."""
    calibration_error: float
    """Expected calibration error over ten bins (Naeini et al. 2015): mean gap of confidence and hit rate."""
    brier_score: float
    """Mean squared difference of confidence and outcome (Brier 1950)."""
    base_brier_score: float
    """The same for somebody who always says the base rate."""


@dataclass(frozen=True)
class ShortlistReport:
    """What a vocabulary shortlist costs, measured on dev."""

    coverage: dict[str, float]
    """Direction ("en-fr") -> share of the references' tokens that are on their source's list."""
    bleu_change: dict[str, float] = field(default_factory=dict)
    """Direction -> BLEU with the list minus BLEU without it."""
    settings: str | None = None
    """Of the search, and how many sentences."""


@dataclass(frozen=True)
class Manifest:
    """All that the loader, a user and a licence lawyer want to know before the weights are read."""

    name: str
    version: str
    created: str
    """UTC, ISO 8601."""
    languages: tuple[str, ...]
    directions: tuple[Direction, ...]
    target_tokens: dict[str, int]
    """Target language -> id of the token that opens the source sequence."""
    vocab_size: int
    untrained: tuple[UntrainedPair, ...] = ()
    """How pairs run that are not among ``directions``, as far as that was decided."""
    special_tokens: SpecialTokens = field(default_factory=SpecialTokens)
    variants: tuple[Variant, ...] = (Variant(),)
    model: dict[str, JsonValue] = field(default_factory=dict)
    """The exporter's model configuration, for people to read."""
    decoding: dict[str, JsonValue] = field(default_factory=dict)
    """Defaults of `traverba.DecodeOptions` that suit this model."""
    training_data: tuple[TrainingData, ...] = ()
    scores: tuple[Score, ...] = ()
    calibration: Calibration | None = None
    """Turns token log-probabilities into `Translation.confidence`."""
    shortlist: ShortlistReport | None = None
    """For a bundle with `SHORTLIST_FILE`."""
    words: dict[str, str] = field(default_factory=dict)
    """Language -> the file with its words, for languages whose typed text is read with one."""
    dictionaries: dict[str, str] = field(default_factory=dict)
    """Two languages ("en-fr") -> the file with the words that translate each other, in both directions."""
    rare_words: dict[str, str] = field(default_factory=dict)
    """Direction ("en-fr") -> the file with what words that training hardly met are called."""
    single_words: dict[str, str] = field(default_factory=dict)
    """Direction ("en-fr") -> the file with what words are called by themselves that the others lack."""
    phrases: str | None = None
    """The file with short things that people say, in all languages."""
    exporter: dict[str, str] = field(default_factory=dict)
    """Versions of what wrote the bundle."""
    files: tuple[FileEntry, ...] = ()
    """Every file but the manifest itself; filled in by the writer."""
    format_version: int = FORMAT_VERSION

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every pair that can be translated, and how."""
        return find_routes(self.languages, self.directions, self.untrained)

    def to_json(self) -> dict[str, JsonValue]:
        """Plain JSON values; `parse_manifest` reads them back."""
        return to_json(self)


def parse_manifest(text: str | bytes) -> Manifest:
    """Read and check ``manifest.json``; the version first, since a newer format may look different."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BundleFormatError(
            f"{MANIFEST_FILE} is not JSON ({error}); fetch or export the bundle again"
        ) from error
    _check_version(value)
    try:
        manifest = from_json(Manifest, value)
    except SchemaError as error:
        raise BundleFormatError(
            f"{MANIFEST_FILE} cannot be used: {error}; export the bundle again"
        ) from error
    if problems := _problems(manifest):
        raise BundleFormatError(
            f"{MANIFEST_FILE} cannot be used: {'; '.join(problems)}; export the bundle again"
        )
    return manifest


def _check_version(value: JsonValue) -> None:
    version = value.get("format_version") if isinstance(value, dict) else None
    if type(version) is not int or version < 1:
        raise BundleFormatError(f"{MANIFEST_FILE} has no format_version; this is not a traverba bundle")
    if version > FORMAT_VERSION:
        raise BundleVersionError(
            f"this bundle has format version {version}, this traverba reads up to {FORMAT_VERSION}; "
            "upgrade with: pip install --upgrade traverba"
        )


def _problems(manifest: Manifest) -> list[str]:
    """What types alone cannot rule out."""
    paths = [entry.path for entry in manifest.files]
    named = {TOKENIZER_FILE}.union(*(v.graphs for v in manifest.variants))
    for files in (manifest.words, manifest.dictionaries, manifest.rare_words, manifest.single_words):
        named.update(files.values())
    named.update([manifest.phrases] if manifest.phrases else [])
    if any(v.narrow_step for v in manifest.variants):
        named.add(SHORTLIST_FILE)
    special = manifest.special_tokens
    reserved = [special.pad, special.bos, special.eos, *manifest.target_tokens.values()]
    spoken = {d.source for d in manifest.directions} | {d.target for d in manifest.directions}
    targets = {d.target for d in manifest.directions}
    problems = [f"unsafe file path {path!r}" for path in paths if not _is_safe(path)]
    problems += [
        f"{path} has a negative size"
        for path, e in zip(paths, manifest.files, strict=True)
        if e.size_bytes < 0
    ]
    problems += [f"{path!r} is not in files" for path in sorted(named - set(paths))]
    problems += [
        f"token id {i} is outside the vocabulary" for i in reserved if not 0 <= i < manifest.vocab_size
    ]
    problems += [
        f"no target token for {language!r}" for language in sorted(targets - set(manifest.target_tokens))
    ]
    problems += [f"{language!r} is not in languages" for language in sorted(spoken - set(manifest.languages))]
    problems += route_problems(
        manifest.languages, manifest.directions, manifest.untrained, tuple(manifest.target_tokens)
    )
    problems += [
        f"words of {language!r}, which is not in languages"
        for language in sorted(set(manifest.words) - set(manifest.languages))
    ]
    if len(set(paths)) < len(paths):
        problems.append("a file is listed twice")
    if len(set(reserved)) < len(reserved):
        problems.append("two special tokens share an id")
    problems += [p for v in manifest.variants for p in variant_problems(v, tuple(manifest.target_tokens))]
    if not manifest.directions or not manifest.variants:
        problems.append("it names no direction or no variant")
    return problems


def _is_safe(path: str) -> bool:
    """Relative, inside the bundle, and meaning the same on every system."""
    pure = PurePosixPath(path)
    return (
        bool(pure.parts)
        and str(pure) == path
        and path.isprintable()
        and not pure.is_absolute()
        and ".." not in pure.parts
        and "\\" not in path
        and ":" not in path
        and path != MANIFEST_FILE
    )
