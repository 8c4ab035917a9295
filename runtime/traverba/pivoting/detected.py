"""Texts whose language nobody named: it is found text by text, and with it the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby

from traverba.decoding import Batching, Control
from traverba.decoding.control import Progress
from traverba.identification import Detection
from traverba.pivoting.ways import Find, Way
from traverba.results import Translation

Make = Callable[[str | None, Control], Way]
"""The way for a source language; None: straight, whatever the language."""


class Detected:
    """``pivoted`` are the languages that have a way of their own, taken from the probability ``sure`` on.

    In doubt a text is read as it stands: the model reads any of its languages.
    """

    def __init__(
        self,
        detect: Callable[[str], Detection],
        make: Make,
        pivoted: Iterable[str],
        sure: float,
        control: Control | None,
    ) -> None:
        self._detect, self._pivoted, self._sure = detect, frozenset(pivoted), sure
        self._control = control = control or Control()
        self._progress = RunningTotal(control.on_progress) if control.on_progress else None
        self._way = cache(lambda source: make(source, replace(control, on_progress=self._progress)))
        self._way(None)  # a wrong language is an error of the call, not of its first text

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        detections = [self._detect(text) for text in texts]
        by_source: dict[str | None, list[int]] = {}
        for i, detection in enumerate(detections):
            by_source.setdefault(self._source(detection), []).append(i)
        found: dict[int, Translation] = {}
        for source, numbers in by_source.items():
            self._begin(is_all=len(by_source) == 1)
            translations = self._way(source).translate([texts[i] for i in numbers])
            found.update(zip(numbers, translations, strict=True))
        return [_telling(found[i], detection) for i, detection in enumerate(detections)]

    def translate_iter(self, texts: Iterable[str], batching: Batching | None) -> Iterator[Translation]:
        """Neighbours that go the same way are decoded together."""
        pairs = ((text, self._detect(text)) for text in texts)
        for source, group in groupby(pairs, key=lambda pair: self._source(pair[1])):
            self._begin(is_all=True)
            yield from self._run(self._way(source), group, batching)
            if self._control.stop_reason():  # before the rest of the group is read to find the next one
                return

    def stream(self, text: str) -> Generator[str, None, Translation]:
        detection = self._detect(text)
        self._begin(is_all=True)
        return _telling((yield from self._way(self._source(detection)).stream(text)), detection)

    def alternatives(self, text: str, find: Find) -> list[Translation]:
        detection = self._detect(text)
        self._begin(is_all=True)
        found = self._way(self._source(detection)).alternatives(text, find)
        return [_telling(translation, detection) for translation in found]

    def _source(self, detection: Detection) -> str | None:
        language = detection.language
        return language if language in self._pivoted and detection.probability >= self._sure else None

    def _begin(self, *, is_all: bool) -> None:
        if self._progress is not None:
            self._progress.begin(is_all=is_all)

    def _run(
        self, way: Way, pairs: Iterable[tuple[str, Detection]], batching: Batching | None
    ) -> Iterator[Translation]:
        read: deque[Detection] = deque()

        def texts() -> Iterator[str]:
            for text, detection in pairs:
                read.append(detection)
                yield text

        for translation in way.translate_iter(texts(), batching):
            yield _telling(translation, read.popleft())


class RunningTotal:
    """Progress of runs, one behind the other, as that of one."""

    def __init__(self, told: Progress) -> None:
        self._told = told
        self._before = self._done = 0
        self._is_all = True

    def begin(self, *, is_all: bool) -> None:
        """Another run; ``is_all``: there is no other."""
        self._before += self._done
        self._done, self._is_all = 0, is_all

    def __call__(self, done: int, total: int | None) -> None:
        self._done = done
        self._told(self._before + done, total if self._is_all else None)


def _telling(translation: Translation, detection: Detection) -> Translation:
    return replace(translation, source=detection.language, detected=detection)
