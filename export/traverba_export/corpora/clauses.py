"""Russian clauses put together by rule, in the orders that case endings allow, with their English.

In Russian what comes first need not be who acts: "дорогу переходит собака" (the road, is crossing, a dog).
Learners' sentences hardly ever do this, so a model that has read only those takes the first noun for who
acts. Here nouns and verbs of `clauses.toml` are combined at random, inflected by pymorphy3 (Korobov 2015,
arXiv 1503.07283). An object that comes first is known ("the road"), and a subject at the end is new
("a dog"): that is what the order says in Russian, and articles in English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from traverba_export.corpora.variants import Pair
from traverba_export.corpora.word_order import morphology

if TYPE_CHECKING:
    from pymorphy3.analyzer import Parse

CLAUSE_LANGUAGES = ("ru", "en")
"""In the order of a pair."""
WORDS = Path(__file__).with_suffix(".toml")
ORDERS = {"OVS": 0.5, "SVO": 0.2, "OSV": 0.15, "VSO": 0.15}
"""Share of each order of subject, verb and object."""
PLURAL, UNMARKED = 0.2, 0.3
"""Shares of nouns in the plural, and of sentences without the comma before a clause."""
OPENED = 0.6
"""Share of clauses with something before them."""
IRREGULAR = {"man": "men", "woman": "women", "child": "children", "mouse": "mice", "wolf": "wolves",
             "thief": "thieves", "sheep": "sheep", "fish": "fish", "deer": "deer", "fisherman": "fishermen",
             "potato": "potatoes", "wife": "wives"}  # fmt: skip
PRONOUNS = {"меня": "me", "тебя": "you", "его": "him", "её": "her", "нас": "us", "вас": "you", "их": "them"}
"""In the accusative."""
OWNERS = {"мой": "my", "твой": "your", "наш": "our"}
IN_PLACE, OWNED = 0.25, 0.5
"""Shares of pronouns where somebody is who is acted on, and of relatives who act and are somebody's."""
UNCOUNTABLE = {"porridge", "water", "milk", "tea", "music", "truth", "wind", "fire", "sausage"}


@dataclass(frozen=True)
class Noun:
    """A Russian noun in one number and the English for it."""

    parsed: Parse
    english: str
    plural: bool
    owner: str = ""
    """A Russian possessive before it, which agrees with a nominative alone."""

    @property
    def actor(self) -> str:
        """Its nominative, with the owner."""
        return f"{self._owner_form} {self.form('nomn')}".lstrip()

    @property
    def _owner_form(self) -> str:
        return str(_parsed(self.owner, {"ADJF", "nomn"}).inflect(self.agreement()).word) if self.owner else ""

    def form(self, case: str) -> str:
        """Its form in a case, "nomn" or "accs"."""
        return str(self.parsed.inflect({case, "plur" if self.plural else "sing"}).word)

    @property
    def shows_case(self) -> bool:
        """Whether its accusative cannot be a nominative."""
        return self.form("accs") != self.form("nomn")

    def agreement(self) -> set[str]:
        """What a verb in the past has of it."""
        return {"plur"} if self.plural else {"sing", str(self.parsed.tag.gender)}

    def called(self, known: bool) -> str:
        """In English with its article: "the road", "a dog", "dogs"."""
        name = plural_of(self.english) if self.plural else self.english
        if self.owner:
            return f"{OWNERS[self.owner]} {name}"
        if known:
            return f"the {name}"
        if self.plural or self.english in UNCOUNTABLE:
            return name
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


@dataclass(frozen=True)
class Pronoun:
    """Somebody who is acted on."""

    russian: str
    shows_case = True

    def form(self, case: str) -> str:
        """It has one."""
        assert case == "accs"
        return self.russian

    def called(self, known: bool) -> str:
        """In English, where it is always known."""
        return PRONOUNS[self.russian]


def clauses(count: int, seed: int) -> list[Pair]:
    """``count`` different pairs, Russian first; the same ones for a seed."""
    rng, found = np.random.default_rng(seed), dict[Pair, None]()
    drawn = _drawn(rng)
    while len(found) < count:
        found[next(drawn)] = None
    return list(found)


def _drawn(rng: np.random.Generator) -> Iterator[Pair]:
    words = _words()
    verbs, openings = words["verb"], words["opening"]
    while True:
        verb = verbs[rng.integers(len(verbs))]
        subject, object_ = (
            _subject(verb["who"], words["nouns"], rng),
            _object(verb["what"], words["nouns"], rng),
        )
        order = str(rng.choice([*ORDERS], p=[*ORDERS.values()]))
        if subject.form("accs") == object_.form("accs") or (order != "SVO" and not object_.shows_case):
            continue
        russian, english, past = _clause(verb, subject, object_, order, rng)
        fitting = [each for each in openings if past or not each.get("past")]
        opening = fitting[rng.integers(len(fitting))] if rng.random() < OPENED else None
        yield _sentence(russian, english, opening, bool(rng.random() < UNMARKED))


def _subject(names: list[str], nouns: Mapping[str, Mapping[str, str]], rng: np.random.Generator) -> Noun:
    noun = _noun(names, nouns, rng)
    if noun.parsed.normal_form in nouns["family"] and rng.random() < OWNED:
        return replace(noun, owner=str(rng.choice([*OWNERS])))
    return noun


def _object(
    names: list[str], nouns: Mapping[str, Mapping[str, str]], rng: np.random.Generator
) -> Noun | Pronoun:
    if "people" in names and rng.random() < IN_PLACE:
        return Pronoun(str(rng.choice([*PRONOUNS])))
    return _noun(names, nouns, rng)


def _noun(names: list[str], nouns: Mapping[str, Mapping[str, str]], rng: np.random.Generator) -> Noun:
    """One of the classes ``names``, or of the single nouns that "class:noun" names."""
    kind, _, one = str(rng.choice(names)).partition(":")
    russian = one or str(rng.choice([*nouns[kind]]))
    english = nouns[kind][russian]
    plural = bool(rng.random() < PLURAL) and english not in UNCOUNTABLE
    return Noun(_parsed(russian, {"NOUN", "nomn"}), english, plural)


def _clause(
    verb: Mapping[str, Any], subject: Noun, object_: Noun | Pronoun, order: str, rng: np.random.Generator
) -> tuple[str, str, bool]:
    """Russian, English, and whether it is past."""
    aspect = int(rng.integers(2)) if verb["ru"][1] else 0
    past = bool(aspect or rng.random() < 0.6)
    parsed = _parsed(verb["ru"][aspect], {"INFN", ("impf", "perf")[aspect]})
    wanted = (
        {"past", *subject.agreement()} if past else {"pres", "3per", "plur" if subject.plural else "sing"}
    )
    parts = {"S": subject.actor, "O": object_.form("accs"), "V": parsed.inflect(wanted).word}
    said = _said(verb["en"], subject.plural, past, progressive=not aspect)
    object_first = order[0] == "O"
    subject_known = order[-1] != "S" or bool(rng.random() < 0.25)
    object_known = object_first or bool(rng.random() < 0.4)
    english = f"{subject.called(subject_known)} {said} {object_.called(object_known)}"
    return " ".join(parts[part] for part in order), english, past


def _said(forms: list[str], plural: bool, past: bool, *, progressive: bool) -> str:
    """The English verb: "was crossing", "crossed", "crosses"."""
    base, simple_past, participle = forms
    if progressive and participle:
        return f"{('were' if plural else 'was') if past else ('are' if plural else 'is')} {participle}"
    if past:
        return simple_past
    first, *rest = base.split(" ")
    return " ".join((first if plural else third_person(first), *rest))


def _sentence(russian: str, english: str, opening: Mapping[str, Any] | None, unmarked: bool) -> Pair:
    if opening:
        russian, english = f"{opening['ru']} {russian}", f"{opening['en']} {english}"
    if unmarked:
        russian = russian.replace(",", "")
    return f"{russian[0].upper()}{russian[1:]}.", f"{english[0].upper()}{english[1:]}."


def plural_of(noun: str) -> str:
    """Of an English noun; what is before its last word stays."""
    before, space, last = noun.rpartition(" ")
    return IRREGULAR.get(noun) or f"{before}{space}{IRREGULAR.get(last) or third_person(last)}"


def third_person(word: str) -> str:
    """With the s that a verb of the third person and a noun of the plural have alike."""
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def _parsed(word: str, marks: set[str]) -> Parse:
    """A dictionary form as what it is meant to be here."""
    return next(each for each in _readings(word) if marks <= each.tag.grammemes and each.normal_form == word)


@cache
def _readings(word: str) -> list[Parse]:
    return list(morphology().parse(word))


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
