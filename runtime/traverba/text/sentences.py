"""Where sentences end. The one door to ``sentencex``, which knows the abbreviations of many languages.

Wikimedia keeps it (MIT, a wheel of 1 MB for every platform), and it needs no model. What it
proposes is checked here, because a sentence cut in two is worse than two that stay together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from traverba.text.pieces import Span

WINDOW = 2000
"""Characters looked at together: the library's time grows with the square in some texts."""

ENDS_BY_ITSELF = "。！？｡．!?…"
"""Behind these a sentence may begin without a space."""

INITIAL = re.compile(r"(?:^|[\s.(«\"'’-])[^\W\d_]\.$")
"""A name's first letter, or the last one of "U.S."."""

BEFORE_NAMES = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "pr",
        "st",
        "ste",
        "mm",
        "mme",
        "mlle",
        "mgr",
        "me",
        "gen",
        "gén",
        "col",
        "capt",
        "cpt",
        "lt",
        "sgt",
        "rev",
        "hon",
        "им",
        "ул",
        "г",
        "тов",
        "гр",
    )
)
"""Titles and the like, behind which a name follows."""

BEFORE_NUMBERS = frozenset(
    (
        "no",
        "nos",
        "nr",
        "fig",
        "vol",
        "pp",
        "art",
        "chap",
        "sec",
        "env",
        "approx",
        "ca",
        "cf",
        "éd",
        "ed",
        "рис",
        "стр",
        "гл",
        "табл",
        "см",
        "кв",
    )
)

LAST_WORD = re.compile(r"([^\W\d_]+)\.$")
FIRST_LETTER = re.compile(r"[^\W\d_]")


def sentence_spans(text: str, languages: Sequence[str]) -> list[Span]:
    """The sentences of a paragraph on one line, white space behind them included.

    The text may be in any of the languages: it ends where all of them see an end.
    """
    ends = set.intersection(*(_proposed(text, language) for language in languages or ("en",)))
    first = FIRST_LETTER.search(text)
    cased = first is not None and first[0].isupper()
    start, spans = 0, []
    for end in sorted(ends):
        if start < end < len(text) and _is_end(text[max(start, end - 40) : end], text[end : end + 40], cased):
            spans.append((start, end))
            start = end
    return [*spans, (start, len(text))]


def _proposed(text: str, language: str) -> set[int]:
    """Ends by the library's rules, found window by window: an unfinished sentence is looked at again."""
    from sentencex import segment  # not every text needs it

    ends: set[int] = set()
    start = 0
    while start < len(text):
        window = text[start : start + WINDOW]
        pieces = segment(language, window)
        whole = "".join(pieces) == window  # it drops some line breaks
        if whole:
            ends |= _cumulated(start, pieces[:-1])
        last = start + WINDOW >= len(text) or not whole or len(pieces) < 2
        start += len(window) if last else len(window) - len(pieces[-1])
    return ends


def _cumulated(start: int, pieces: Sequence[str]) -> set[int]:
    ends = set()
    for piece in pieces:
        start += len(piece)
        ends.add(start)
    return ends


def _is_end(before: str, after: str, cased: bool) -> bool:
    """Whether a sentence ends between these; ``cased`` if the text's sentences begin with capitals."""
    sentence = before.rstrip()
    if sentence == before and not after[:1].isspace() and before[-1] not in ENDS_BY_ITSELF:
        return False
    following = FIRST_LETTER.search(after)
    if cased and following is not None and following[0].islower() and not _digit_first(after):
        return False
    if INITIAL.search(sentence):
        return False
    word = LAST_WORD.search(sentence)
    name = word[1].lower() if word else ""
    return not (name in BEFORE_NAMES or (name in BEFORE_NUMBERS and _digit_first(after)))


def _digit_first(text: str) -> bool:
    return text.lstrip()[:1].isdigit()
