"""The test sets a bundle is scored on, found by name in the data folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from traverba_export.corpora.reading import CorpusSpec, ReadingReport, read_pairs
from traverba_export.recipe import RecipeError, split_direction

MULTI_PARALLEL = ("en", "de", "fr", "es", "ru")
"""Column order of the sets that have the same sentences in five languages."""


@dataclass(frozen=True)
class TestSet:
    """Sources and references of one direction."""

    __test__ = False  # pytest: not a test class

    name: str
    direction: str
    sources: list[str]
    references: list[str]


def check_names(asked: Iterable[str]) -> None:
    """`RecipeError` for what is not the beginning of a test set's name."""
    known = [name for name, _ in _known("en", "fr")]  # a pair that all of them cover
    for name in asked:
        if not any(is_called(each, name) for each in known):
            raise RecipeError(f"no test set is called {name}; there are {', '.join(known)}")


def is_called(name: str, asked: str) -> bool:
    """Whether a set is meant: the beginning of its name will do, in whatever case."""
    return name.casefold().startswith(asked.casefold())


def find_test_sets(data_dir: Path, direction: str) -> Iterator[TestSet]:
    """Every known test set of ``data_dir`` that covers a direction; what is not there is skipped."""
    source, target = split_direction(direction)
    for name, spec in _known(source, target):
        if (data_dir / spec.paths[0]).exists():
            pairs = list(read_pairs(spec, data_dir, ReadingReport()))
            yield TestSet(name, direction, [a for a, _ in pairs], [b for _, b in pairs])


def _known(source: str, target: str) -> Iterator[tuple[str, CorpusSpec]]:
    languages = (source, target)
    if "en" in languages:
        other = target if source == "en" else source
        columns = (0, 1) if source == "en" else (1, 0)
        for name in ("tatoeba", "softloc"):
            yield f"{name} test", CorpusSpec((f"{name}/en-{other}.test.tsv.xz",), languages, columns)
    if set(languages) <= set(MULTI_PARALLEL):
        columns = (MULTI_PARALLEL.index(source), MULTI_PARALLEL.index(target))
        for name, folder in (("NTREX-128", "ntrex128"), ("UD-PUD", "ud-pud")):
            yield name, CorpusSpec((f"{folder}/test.en-de-fr-es-ru.tsv.xz",), languages, columns)
