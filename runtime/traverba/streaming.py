"""A translation as it comes into being, piece by piece."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from traverba.call import Call
from traverba.decoding import Control, Decoded, DecodeOptions, stream_decode
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


def stream_text(
    call: Call, text: str, options: DecodeOptions, control: Control | None
) -> Generator[str, None, Translation]:
    """The pieces of a text's translation, segment by segment, with what lies between them."""
    prepared = call.prepare(text)
    answers: list[Decoded] = []
    end = 0
    for (start, stop), request in zip(prepared.segments, prepared.requests, strict=False):
        if start > end:
            yield text[end:start]
        decoder = PieceDecoder()
        ids = stream_decode(call.model, request, options, call.special, control=control)
        answers.append((yield from _pieces(ids, decoder, call)))
        end = stop
    if end < len(text):
        yield text[end:]
    return call.assemble(prepared, answers)


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
