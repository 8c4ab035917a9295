"""A translation as it comes into being, piece by piece."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from traverba.assembly import Answer, Prepared, PreparedSegment, restore
from traverba.call import Call
from traverba.decoding import Decoded, decode, stream_decode
from traverba.results import Translation
from traverba.text import PieceDecoder


class TranslationStream(Iterator[str]):
    """Pieces of text that together are the translation, which is `translation` once they are all read."""

    def __init__(self, pieces: Generator[str, None, Translation]) -> None:
        self._pieces = pieces
        self.translation: Translation | None = None

    def __next__(self) -> str:
        try:
            return next(self._pieces)
        except StopIteration as end:
            if end.value is not None:
                self.translation = end.value
            raise StopIteration from None

    def close(self) -> None:
        """Stop decoding; the rest is not wanted."""
        self._pieces.close()


def stream_text(call: Call, prepared: Prepared) -> Generator[str, None, Translation]:
    """The pieces of a text's translation, segment by segment, with what lies between them."""
    text, end = prepared.text, 0
    answers: list[Answer] = []
    for segment in prepared.segments:
        start, stop = segment.reading.span
        if start > end:
            yield text[end:start]
        answers.append((yield from _stream_segment(call, segment)))
        end = stop
    if end < len(text):
        yield text[end:]
    return call.finish(prepared, answers)


def _stream_segment(call: Call, segment: PreparedSegment) -> Generator[str, None, Answer]:
    """The pieces of one segment, or all of it at once if only the whole of it is final."""
    if segment.reading.comes_whole or call.read_back:
        answer = decode_whole(call, segment)
        found = restore(answer.segment or segment, answer.decoded.best, call.tokenizer)
        if piece := found.restored.text:
            yield piece
        return answer
    ids = stream_decode(call.model, segment.request, call.options, call.special, control=call.control)
    return Answer((yield from _pieces(ids, PieceDecoder(), call)))


def decode_whole(call: Call, segment: PreparedSegment) -> Answer:
    """Decoded as it is when nobody waits for pieces: with a second try where something went wrong."""
    decoded = decode(call.model, [segment.request], call.options, call.special, control=call.control)
    [answer] = call.settle(call.model, [segment], decoded)
    return answer


def _pieces(
    ids: Generator[tuple[int, ...], None, Decoded], decoder: PieceDecoder, call: Call
) -> Generator[str, None, Decoded]:
    """Whole characters out of the ids of one segment."""
    while True:
        try:
            decided = next(ids)
        except StopIteration as end:
            if rest := decoder.finish():
                yield rest
            answer: Decoded = end.value
            return answer
        if piece := "".join(decoder.push(call.tokenizer.piece(i)) for i in decided):
            yield piece
