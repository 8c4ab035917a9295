"""Which words of a translation a tag goes around: the run that most attention to its own words speaks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TypeAlias

from traverba.documents.inline_alignment import AlignedTarget, TargetWord
from traverba.documents.inline_text import STAND_IN, InlineTag
from traverba.text import Span

Words: TypeAlias = tuple[int, int]
"""Indices of words, the first and the one behind the last."""
IsFree: TypeAlias = Callable[[int], bool]
"""Whether no tag beside this one has the word already."""

SOLID = re.compile(r"\S")


def has_solid(text: str, start: int, end: int) -> bool:
    """Whether a part of a text is more than white space."""
    return SOLID.search(text, start, end) is not None


def has_more(text: str, start: int, end: int) -> bool:
    """Whether there is anything between two places but spaces: a line break is something."""
    return start < end and bool(text[start:end].strip(" "))


def covers(text: str, tag: InlineTag, span: Span) -> bool:
    """Whether a tag is around all of a part of the source but white space."""
    start, end = span
    return not has_solid(text, start, min(tag.start, end)) and not has_solid(text, max(tag.end, start), end)


def find_run(
    text: str, tag: InlineTag, target: AlignedTarget, within: Words, is_free: IsFree
) -> tuple[Words, Span] | None:
    """The words and characters that a tag of ``text`` goes around; None if no word comes from its own."""
    touched = target.touched(tag)
    window = _window(target, within, *touched)
    reach = _reach(text, tag, target)
    if reach is not None:
        run, span = _reaching(text, tag, target, window, is_free, *reach)
        if run[0] == run[1] and not all(reach):
            return None
    else:
        scores = [_score(tag, target.words[i]) if is_free(i) else None for i in range(*window)]
        found = best_run(scores)
        if found is None:
            return None
        run = _trimmed(text, tag, target, (window[0] + found[0], window[0] + found[1]))
        if all(target.is_mark(i) for i in range(*run)) and _has_letters(text, tag):
            return None
        span = _span(target, run)
    return run, _with_what_is_between(tag, target, touched, span)


def find_nearby(
    text: str, tag: InlineTag, target: AlignedTarget, within: Words, is_free: IsFree
) -> tuple[Words, Span] | None:
    """What a tag goes around if no run is its own: the free word whose source is nearest."""
    touched = target.touched(tag)
    window = _window(target, within, *touched)
    reach = _reach(text, tag, target)
    if reach is not None:
        run = _nearest(tag, target, window, is_free)
        if run is not None:
            return run, _with_what_is_between(tag, target, touched, _span(target, run))
        run, span = _reaching(text, tag, target, window, is_free, *reach)
        return run, _with_what_is_between(tag, target, touched, span)
    candidates = [
        (max(start - tag.end, tag.start - end, 0), -weight, i)
        for i in range(*window)
        if is_free(i) and not target.is_mark(i)
        for (start, end), weight in target.words[i].sources
    ]
    if not candidates:
        return None
    _, _, i = min(candidates)
    return (i, i + 1), _span(target, (i, i + 1))


def _reach(text: str, tag: InlineTag, target: AlignedTarget) -> tuple[bool, bool] | None:
    """Whether a tag goes to the start of its segments, and to their end; None if it is within one."""
    first, last = target.touched(tag)
    head, tail = target.segments[first][0], target.segments[last - 1][0]
    begins = covers(text, tag, head) or has_more(text, tag.start, head[0])
    ends = covers(text, tag, tail) or has_more(text, tail[1], tag.end)
    return (begins, ends) if begins or ends or last - first > 1 else None


def _has_letters(text: str, tag: InlineTag) -> bool:
    return any(map(str.isalpha, text[tag.start : tag.end]))


def _span(target: AlignedTarget, run: Words) -> Span:
    return target.words[run[0]].start, target.words[run[1] - 1].end


def best_run(scores: Sequence[float | None]) -> Words | None:
    """The run with the largest sum, if that is above 0; a run does not cross None (Kadane's algorithm)."""
    best, best_sum = None, 0.0
    start, running = 0, 0.0
    for index, score in enumerate(scores):
        if running <= 0 or score is None:
            start, running = index, 0.0
        if score is None:
            continue
        running += score
        if running > best_sum:
            best, best_sum = (start, index + 1), running
    return best


def _reaching(
    text: str, tag: InlineTag, target: AlignedTarget, window: Words, is_free: IsFree, begins: bool, ends: bool
) -> tuple[Words, Span]:
    """A run that reaches an end of a segment, since the tag goes on there: what is between stays inside.

    It ``begins`` where its first segment does, or at a word of that; and ``ends`` likewise.
    """
    first, last = target.touched(tag)
    words = target.words
    (low, high), (head, tail) = window, (target.segments[first], target.segments[last - 1])
    start, end = head[1][0], tail[1][1]
    if not begins:
        behind = min(high, target.first_words[first + 1])
        low = behind - _prefix(range(behind - 1, low - 1, -1), tag, words, is_free)
        low, _ = _trimmed(text, tag, target, (low, behind))
        start = words[low].start if low < behind else head[1][1]
    if not ends:
        begin = max(window[0], target.first_words[last - 1])
        high = begin + _prefix(range(begin, high), tag, words, is_free)
        _, high = _trimmed(text, tag, target, (begin, high))
        end = words[high - 1].end if begin < high else tail[1][0]
    return (low, high), (start, end)


def _nearest(tag: InlineTag, target: AlignedTarget, window: Words, is_free: IsFree) -> Words | None:
    """From the end of the tag's first segment back to a word that comes from the tag, or on to one."""
    edge = target.first_words[target.touched(tag)[0] + 1]
    edge = min(max(edge, window[0]), window[1])
    runs = []
    for steps in (range(edge - 1, window[0] - 1, -1), range(edge, window[1])):
        free = takewhile(is_free, steps)
        found = next((i for i in free if _score(tag, target.words[i]) > 0), None)
        if found is not None:
            runs.append((min(found, edge), max(found + 1, edge)))
    return min(runs, key=lambda run: run[1] - run[0], default=None)


def _prefix(indices: Sequence[int], tag: InlineTag, words: Sequence[TargetWord], is_free: IsFree) -> int:
    """How many words from the first on have the largest sum."""
    best, best_sum, running = 0, 0.0, 0.0
    for count, index in enumerate(indices, 1):
        if not is_free(index):
            break
        running += _score(tag, words[index])
        if running > best_sum:
            best, best_sum = count, running
    return best


def _score(tag: InlineTag, word: TargetWord) -> float:
    """The weight of the word's sources inside the tag less that of those outside."""
    score = 0.0
    for (start, end), weight in word.sources:
        inside = max(0, min(end, tag.end) - max(start, tag.start)) / max(1, end - start)
        score += weight * (2 * inside - 1)
    return score


def _trimmed(text: str, tag: InlineTag, target: AlignedTarget, run: Words) -> Words:
    """Without punctuation at an end where the source has none within the tag: attention to it is loose."""
    low, high = run
    begins, ends = _marks_at_ends(text, tag)
    while high - low > 1 and not begins and target.is_mark(low):
        low += 1
    while high - low > 1 and not ends and target.is_mark(high - 1):
        high -= 1
    return low, high


def _marks_at_ends(text: str, tag: InlineTag) -> tuple[bool, bool]:
    """Whether the tag's own text begins and ends with a punctuation mark; a stand-in is none."""
    content = text[tag.start : tag.end].strip()
    last = content.rfind("{")
    begins = not content[:1].isalnum() and not STAND_IN.match(content)
    ends = not content[-1:].isalnum() and not (last >= 0 and STAND_IN.fullmatch(content, last))
    return begins, ends


def _window(target: AlignedTarget, within: Words, first: int, last: int) -> Words:
    """The words of some segments that are also ``within``."""
    low = max(within[0], target.first_words[first])
    return low, max(low, min(within[1], target.first_words[last]))


def _with_what_is_between(tag: InlineTag, target: AlignedTarget, touched: Words, span: Span) -> Span:
    """A run that reaches an end of its segments also has what the tag has beyond that end."""
    head, tail = target.segments[touched[0]], target.segments[touched[1] - 1]
    first, behind = target.first_words[touched[0]], target.first_words[touched[1]]
    start, end = span
    if tag.start < head[0][0] and (first == behind or start <= target.words[first].start):
        start = target.between(tag.start)
    if tag.end > tail[0][1] and (first == behind or end >= target.words[behind - 1].end):
        end = target.between(tag.end)
    return start, end
