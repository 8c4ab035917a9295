"""Labelled sentences, split by a hash into train and dev."""

from __future__ import annotations

import hashlib
import lzma
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from traverba_export.corpora.reading import CorpusError
from traverba_export.identification.recipe import IdentifierRecipe, LabelledCorpus

Labelled: TypeAlias = tuple[str, str]
"""ISO 639-3 code and sentence."""


@dataclass(frozen=True)
class Split:
    """What is learnt from, and what decides everything that is decided."""

    languages: tuple[str, ...]
    """ISO 639-3 codes in alphabetical order: the classes of the model."""
    train: tuple[Labelled, ...]
    dev: tuple[Labelled, ...]


def load_split(recipe: IdentifierRecipe, data: Path) -> Split:
    """Read all corpora; sentences of the test file are kept out, whatever their spelling."""
    kept_out = {_folded(text) for _, text in read_labelled(data / recipe.test)} if recipe.test else set()
    train: list[Labelled] = []
    dev: list[Labelled] = []
    for code, text in _distinct(_all(recipe, data)):
        if _folded(text) in kept_out:
            continue
        (dev if _drawn(text, recipe.dev_share) else train).append((code, text))
    counts = Counter(code for code, _ in train)
    languages = tuple(sorted(code for code, n in counts.items() if n >= recipe.least_sentences))
    wanted = set(languages)
    return Split(
        languages,
        tuple(pair for pair in train if pair[0] in wanted),
        tuple(pair for pair in dev if pair[0] in wanted),
    )


def read_labelled(path: Path, label_column: int = 0) -> Iterator[Labelled]:
    """Lines of a TSV file (plain or xz): a code in ``label_column``, its sentence in the next."""
    for cells in _rows(path):
        yield cells[label_column], cells[label_column + 1]


def _all(recipe: IdentifierRecipe, data: Path) -> Iterator[Labelled]:
    left_out = set(recipe.leave_out)
    for corpus in recipe.corpora:
        for code, text in _sentences(corpus, data / corpus.path):
            if code not in left_out:
                yield recipe.merge.get(code, code), text


def _sentences(corpus: LabelledCorpus, path: Path) -> Iterator[Labelled]:
    if corpus.label_column is not None:
        yield from read_labelled(path, corpus.label_column)
        return
    rows = list(_rows(path))
    step = max(1, len(rows) // corpus.most) if corpus.most else 1
    for cells in rows[::step]:
        for code, column in corpus.columns.items():
            yield code, cells[column]


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        with (
            lzma.open(path, "rt", encoding="utf-8")
            if path.suffix == ".xz"
            else open(path, encoding="utf-8") as lines
        ):
            for line in lines:
                yield line.rstrip("\n").split("\t")
    except (OSError, UnicodeDecodeError, lzma.LZMAError) as error:
        raise CorpusError(f"{path}: {error}") from error


def _distinct(pairs: Iterable[Labelled]) -> Iterator[Labelled]:
    seen: set[Labelled] = set()
    for pair in pairs:
        if pair not in seen:
            seen.add(pair)
            yield pair


def _folded(text: str) -> str:
    """What remains when case, spaces and punctuation do not count."""
    return "".join(filter(str.isalnum, text.casefold()))


def _drawn(text: str, share: int) -> bool:
    """True for one text in ``share``, the same ones everywhere and always."""
    digest = hashlib.sha256(_folded(text).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % share == 0
