"""Russian sources with the object first, which case endings allow: what comes first need not be who acts.

Learners' sentences put the subject first, as English does. A model that has met little else reads "дорогу
переходила курица" (the road, was crossing, a hen) as a road that crosses. A clause whose object shows its
case is written once more with the object first; the translation stays. What a form may be is told by
pymorphy3 (Korobov 2015, arXiv 1503.07283).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from traverba.text import raised
from traverba_export.corpora.variants import Pair

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from pymorphy3.tagset import OpencorporaTag

WORD = r"[А-ЯЁа-яё]+(?:-[а-яё]+)?"
CLAUSE = re.compile(rf"(?:^|(?<=[,.!?:;—–] )){WORD}(?: {WORD}){{2,}}(?=[.!?:;…]|,(?! котор)|$)")
"""Russian words, three or more, between two marks; no relative clause hangs on the last."""
OPENERS = {"что", "и", "а", "но", "если", "когда", "как", "ли"}
"""What a subject may follow without a comma; after another word it may be part of something longer."""
NO_SUBJECTS = {*OPENERS, "кто"}
"""Forms that could be a subject and stay where they are."""
NOUNS = {"NOUN", "NPRO"}
NAMES = {"Name", "Surn", "Patr", "Geox"}
"""Marks of words that keep their capital."""


def with_object_first(pair: Pair) -> Pair | None:
    """The source with an object before its verb and subject; None if no form tells which is which."""
    source, target = pair
    for clause in CLAUSE.finditer(source):
        if changed := _object_first(clause[0].split(" ")):
            return source[: clause.start()] + " ".join(changed) + source[clause.end() :], target
    return None


def _object_first(words: list[str]) -> list[str] | None:
    """Object, verb, subject; a pronoun that is the subject stays before the verb."""
    for verb in range(1, len(words) - 1):
        middle = verb - 1 if any(form.POS == "ADVB" for form in _forms(words[verb - 1])) else verb
        start = _subject_start(words[:middle], words[verb])
        if start is None or not _is_object(words[verb + 1 :]):
            continue
        subject, object_ = words[start:middle], words[verb + 1 :]
        if start == 0 and subject[0][0].isupper():
            object_[0] = raised(object_[0])
            subject[0] = subject[0] if _is_name(subject[0]) else subject[0].lower()
        said = words[middle : verb + 1]
        rest = [*subject, *said] if _is_pronoun(subject[-1]) else [*said, *subject]
        return [*words[:start], *object_, *rest]
    return None


def _subject_start(words: list[str], verb: str) -> int | None:
    """Where the subject that ``words`` end with begins; None if they do not, or it opens no clause."""
    if not words or words[-1].lower() in NO_SUBJECTS:
        return None
    verbs = [form for form in _forms(verb) if form.POS == "VERB" and "tran" in form]
    subjects = [form for form in _forms(words[-1]) if form.case == "nomn" and form.POS in NOUNS]
    if not any(_agree(subject, form) for subject in subjects for form in verbs):
        return None
    start = len(words) - 1
    while start and any(form.POS == "ADJF" and form.case == "nomn" for form in _forms(words[start - 1])):
        start -= 1
    return start if start == 0 or words[start - 1].lower() in OPENERS else None


def _agree(subject: OpencorporaTag, verb: OpencorporaTag) -> bool:
    if subject.number and verb.number and subject.number != verb.number:
        return False
    if verb.tense == "past":
        return verb.number == "plur" or not subject.gender or bool(subject.gender == verb.gender)
    return bool((subject.person or "3per") == verb.person)


def _is_object(words: list[str]) -> bool:
    """Adjectives and a noun in a form of the accusative that is none of the nominative."""
    *adjectives, noun = words
    cases = {form.case for form in _forms(noun) if form.POS in NOUNS}
    described = all(any(f.POS == "ADJF" and f.case == "accs" for f in _forms(word)) for word in adjectives)
    return described and "accs" in cases and "nomn" not in cases


def _is_name(word: str) -> bool:
    return not _is_pronoun(word) and any(mark in form for form in _forms(word) for mark in NAMES)


def _is_pronoun(word: str) -> bool:
    return any(form.POS == "NPRO" for form in _forms(word))


@cache
def _forms(word: str) -> tuple[OpencorporaTag, ...]:
    return tuple(parse.tag for parse in morphology().parse(word))


@cache
def morphology() -> MorphAnalyzer:
    """Made when the first Russian sentence asks: its dictionary takes a moment to open."""
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer()
