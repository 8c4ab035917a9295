"""A glossary: for each pair of languages, terms of the one and what they must become in the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from traverba.errors import GlossaryError

Pair = tuple[str, str]


@dataclass(frozen=True)
class Term:
    """A word or phrase and its translations."""

    source: str
    targets: tuple[str, ...]
    """Any of them will do; the first is the one that is asked for when none came by itself."""

    def __post_init__(self) -> None:
        if not self.source.strip() or not self.targets or not all(t.strip() for t in self.targets):
            raise GlossaryError(
                f"a term needs a text and at least one translation, not {self.source!r} -> {self.targets!r}"
            )


@dataclass(frozen=True)
class Glossary:
    """Terms by (source language, target language). Immutable: share it between threads."""

    terms: Mapping[Pair, tuple[Term, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, terms: Mapping[str, str | Sequence[str]], *, source: str, target: str) -> Glossary:
        """From a dict of one pair of languages: ``{"engine": "moteur", "cat": ["chat", "minou"]}``."""
        return cls.collect((source, target, term, said) for term, said in terms.items())

    @classmethod
    def collect(cls, entries: Iterable[tuple[str, str, str, str | Sequence[str]]]) -> Glossary:
        """From (source language, target language, term, translations); a term's entries are put together."""
        found: dict[Pair, dict[str, list[str]]] = {}
        for source, target, term, said in entries:
            translations = [said] if isinstance(said, str) else list(said)
            known = found.setdefault((source, target), {}).setdefault(term.strip(), [])
            known += [each.strip() for each in translations if each.strip() not in known]
        return cls(
            {
                pair: tuple(Term(term, tuple(translations)) for term, translations in terms.items())
                for pair, terms in found.items()
            }
        )

    def between(self, source: str, target: str) -> tuple[Term, ...]:
        """The terms of one direction; none if the glossary has none for it."""
        return self.terms.get((source, target), ())

    def __len__(self) -> int:
        return sum(map(len, self.terms.values()))
