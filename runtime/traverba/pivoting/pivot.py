"""Through a third language: two calls, one behind the other, sentence by sentence."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from traverba.assembly import Answer, Prepared
from traverba.call import Call
from traverba.decoding import Batching
from traverba.pivoting.between import second_reader
from traverba.pivoting.composition import compose
from traverba.pivoting.ways import Find, one_line
from traverba.results import Segment, Timings, Translation
from traverba.streaming import decode_whole, stream_text

NOTHING = Prepared("", ())
"""Takes the place of the segments of a text that has none, so that its turn comes."""


@dataclass(frozen=True)
class Pivot:
    """A segment of the first call's translation is a text of the second's."""

    first: Call
    second: Call

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        middles = self.first.translate([self._prepare(text) for text in texts])
        parts = [self._parts(middle) for middle in middles]
        finals = iter(self.second.translate([part for some in parts for part in some]))
        return [
            self._composed(middle, list(islice(finals, len(some))))
            for middle, some in zip(middles, parts, strict=True)
        ]

    def translate_iter(self, texts: Iterable[str], batching: Batching | None) -> Iterator[Translation]:
        middles = self.first.translate_iter(map(self._prepare, texts), batching)
        pending: deque[tuple[Translation, int]] = deque()

        def parts() -> Iterator[Prepared]:
            for middle in middles:
                some = self._parts(middle)
                pending.append((middle, len(some)))
                yield from some

        return self._regroup(pending, self.second.translate_iter(parts(), batching))

    def stream(self, text: str) -> Generator[str, None, Translation]:
        prepared, end = self._prepare(text), 0
        answers: list[Answer] = []
        finals: list[Translation] = []
        for segment in prepared.segments:
            start, stop = segment.reading.span
            if start > end:
                yield text[end:start]
            answers.append(decode_whole(self.first, segment))
            middle = self.first.preview(Prepared(text, (segment,)), answers[-1:])
            finals.append((yield from stream_text(self.second, self._part(middle, middle.segments[0]))))
            end = stop
        if end < len(text):
            yield text[end:]
        middle = self.first.finish(prepared, answers)
        return compose(middle, finals, self.second.target, _in_turn([middle, *finals]))

    def alternatives(self, text: str, find: Find) -> list[Translation]:
        """Of the second leg: they are other ways to say what the first one understood."""
        [middle] = self.first.translate([one_line(self._prepare(text))])
        part = one_line(self._part(middle, middle.segments[0]))
        return [self._composed(middle, [found]) for found in find(self.second, part)]

    def _prepare(self, text: str) -> Prepared:
        """For the first leg; what is wished of the words of the whole is for the second, in one piece."""
        prepared = self.first.prepare(text)
        self.second.guidance.check(len(prepared.segments))
        return prepared

    def _parts(self, middle: Translation) -> list[Prepared]:
        return [self._part(middle, segment) for segment in middle.segments] or [NOTHING]

    def _part(self, middle: Translation, segment: Segment) -> Prepared:
        reader = second_reader(self.second.reader, middle, segment)
        return self.second.prepare(middle.text[slice(*segment.target)], reader)

    def _regroup(
        self, pending: deque[tuple[Translation, int]], finals: Iterator[Translation]
    ) -> Iterator[Translation]:
        for first in finals:
            middle, count = pending.popleft()
            rest = list(islice(finals, count - 1))
            if len(rest) + 1 < count:
                return  # stopped by `control` in the middle of a text
            yield self._composed(middle, [first, *rest])

    def _composed(self, middle: Translation, finals: Sequence[Translation]) -> Translation:
        return compose(middle, finals, self.second.target, _together(middle, finals))


def _together(middle: Translation, finals: Sequence[Translation]) -> Timings:
    """The finals were decoded together: each one's time is that of all."""
    times = [final.timings for final in finals]
    return Timings(
        middle.timings.encode_ms + max(each.encode_ms for each in times),
        middle.timings.steps_ms + max(each.steps_ms for each in times),
        middle.timings.steps + sum(each.steps for each in times),
    )


def _in_turn(done: Sequence[Translation]) -> Timings:
    times = [each.timings for each in done]
    return Timings(
        sum(each.encode_ms for each in times),
        sum(each.steps_ms for each in times),
        sum(each.steps for each in times),
    )
