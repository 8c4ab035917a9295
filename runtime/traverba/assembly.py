"""From a text to the sequences a search decodes, and from its answers back to one text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from traverba.alignment import align_words, word_spans
from traverba.bundle import Calibration
from traverba.confidence import confidence
from traverba.decoding import Decoded, Flag, Hypothesis, Request
from traverba.guidance import Guidance
from traverba.placing import Placing
from traverba.results import AlignedWords, Segment, Token, TranslationHypothesis
from traverba.text import (
    Reader,
    Reading,
    Restored,
    Rewriting,
    Span,
    TextFlag,
    TextTokenizer,
    join_segments,
)


@dataclass(frozen=True, eq=False)
class PreparedSegment:
    """What the model reads for a part of the text, and what is asked of the search."""

    reading: Reading
    request: Request

    def read_as(self, reading: Reading, tokenizer: TextTokenizer) -> PreparedSegment:
        """The same with another reading, between the same language and end tokens."""
        source = self.request.source
        ids = (source[0], *tokenizer.encode(reading.text), source[-1])
        return PreparedSegment(reading, replace(self.request, source=ids))


@dataclass(frozen=True, eq=False)
class Prepared:
    """A text and its segments, in order."""

    text: str
    segments: tuple[PreparedSegment, ...]

    @property
    def asked(self) -> tuple[PreparedSegment | None, ...]:
        """For each request the segment that it is of; None: the text has none, and its request is empty."""
        return self.segments or (None,)

    @property
    def requests(self) -> tuple[Request, ...]:
        """One for each segment; a text that has none has one that is empty."""
        return tuple(segment.request if segment else Request(()) for segment in self.asked)

    def as_answered(self, answers: Sequence[Answer]) -> Prepared:
        """With what was read for the answers."""
        if not self.segments:
            return self
        pairs = zip(self.segments, answers, strict=True)
        return replace(self, segments=tuple(answer.segment or segment for segment, answer in pairs))

    @property
    def spans(self) -> list[Span]:
        return [segment.reading.span for segment in self.segments]


@dataclass(frozen=True, eq=False)
class Answer:
    """What the search found for one segment, and why it was asked a second time."""

    decoded: Decoded
    retried: tuple[TextFlag, ...] = ()
    segment: PreparedSegment | None = None
    """What was read the second time, if that was something else."""

    @property
    def flags(self) -> tuple[Flag | TextFlag, ...]:
        return (*self.decoded.flags, *self.retried)

    def or_again(
        self,
        again: Decoded,
        *,
        better: bool,
        retried: Iterable[TextFlag],
        segment: PreparedSegment | None = None,
    ) -> Answer:
        """The second answer if it is ``better`` and has an end if this one has; with the steps of both."""
        steps = self.decoded.steps + again.steps
        if not better or again.best.finished < self.decoded.best.finished:
            return replace(self, decoded=replace(self.decoded, steps=steps))
        flags = tuple(dict.fromkeys((*self.retried, *retried)))
        return Answer(replace(again, steps=steps), flags, segment or self.segment)


@dataclass(frozen=True, eq=False)
class RestoredHypothesis:
    """What the model wrote for one segment, as text."""

    hypothesis: Hypothesis
    tokens: list[Span]
    """Where each token lies in what the model wrote."""
    alignment: tuple[AlignedWords, ...]
    """Between what the model read and what it wrote."""
    restored: Restored


def prepare(text: str, target_token: int, eos: int, reader: Reader, guidance: Guidance) -> Prepared:
    """The source sequence of a segment is the target language's token, its pieces, and the end token."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, not {type(text).__name__}")
    readings = reader.read(text)
    guidance.check(len(readings))
    encode = reader.tokenizer.encode
    sources = [(target_token, *encode(reading.text), eos) for reading in readings]
    requests = map(guidance.request, readings, sources)
    segments = [
        (reading, _choosing(request, list(map(encode, reading.choices)), eos))
        for reading, request in zip(readings, requests, strict=True)
    ]
    return Prepared(text, tuple(PreparedSegment(*segment) for segment in segments))


def _choosing(request: Request, choices: Sequence[Sequence[int]], eos: int) -> Request:
    """The same with nothing to say but one of ``choices``, if there are any and the caller has no wishes."""
    if not choices or request.is_steered:
        return request
    ended = [(*choice, eos) for choice in choices]
    return replace(request, allowed_next=lambda ids: {c[len(ids)] for c in ended if c[: len(ids)] == ids})


def restore(segment: PreparedSegment, hypothesis: Hypothesis, tokenizer: TextTokenizer) -> RestoredHypothesis:
    """The final text of one segment, with its tokens and its alignment."""
    reading, decoded = segment.reading, tokenizer.decode(hypothesis.ids)
    tokens = _clipped(tokenizer.spans(hypothesis.ids), len(decoded))
    source_ids = segment.request.source[1:-1]  # neither language nor end token is a word
    alignment = align_words(
        hypothesis.attention[: len(tokens), 1:-1],
        tokens,
        _clipped(tokenizer.spans(source_ids), len(reading.text)),
        word_spans(decoded, (0, len(decoded))),
        word_spans(reading.text, (0, len(reading.text))),
    )
    if not (hypothesis.ids or hypothesis.finished):  # never decoded: the call was stopped
        restored = Restored(Rewriting(""))
    else:
        restored = reading.restore(decoded, Placing(alignment, decoded).place)
    return RestoredHypothesis(hypothesis, tokens, alignment, restored)


def assemble(
    prepared: Prepared, answers: Sequence[Answer], tokenizer: TextTokenizer, calibration: Calibration | None
) -> tuple[tuple[TranslationHypothesis, ...], tuple[Segment, ...]]:
    """All hypotheses of a text, best first, and its segments. The r-th joins the r-th of every segment."""
    if not prepared.segments:
        return (assemble_hypothesis(prepared, (), prepared.text, ()),), ()
    pairs = list(zip(prepared.segments, answers, strict=True))
    restored = [
        [restore(segment, h, tokenizer) for h in answer.decoded.hypotheses] for segment, answer in pairs
    ]
    count = max(map(len, restored))
    ranked = [[found[min(rank, len(found) - 1)] for found in restored] for rank in range(count)]
    hypotheses = tuple(assemble_hypothesis(prepared, c, prepared.text, prepared.spans) for c in ranked)
    _, placed = join_segments(prepared.text, prepared.spans, [r.restored.text for r in ranked[0]])
    segments = tuple(
        _segment(*pair, best, target, calibration)
        for pair, best, target in zip(pairs, ranked[0], placed, strict=True)
    )
    return hypotheses, segments


def _segment(
    segment: PreparedSegment,
    answer: Answer,
    best: RestoredHypothesis,
    target: Span,
    calibration: Calibration | None,
) -> Segment:
    return Segment(
        segment.reading.span,
        target,
        float(best.hypothesis.score),
        confidence(best.hypothesis.log_probs.tolist(), calibration),
        tuple(dict.fromkeys((*answer.flags, *segment.reading.flags, *best.restored.flags))),
    )


def assemble_hypothesis(
    prepared: Prepared, chosen: Sequence[RestoredHypothesis], frame: str, places: Sequence[Span]
) -> TranslationHypothesis:
    """One hypothesis of every segment, put in their places in a ``frame``, usually the source text."""
    text, placed = join_segments(frame, places, [each.restored.text for each in chosen])
    tokens: list[Token] = []
    alignment: list[AlignedWords] = []
    for segment, each, (offset, _) in zip(prepared.segments, chosen, placed, strict=True):
        log_probs = each.hypothesis.log_probs.tolist()[: len(each.tokens)]
        for span, log_prob in zip(each.tokens, log_probs, strict=True):
            placed_span = _shifted(each.restored.rewriting.to_new(span), offset)
            tokens.append(Token(text[slice(*placed_span)], log_prob, placed_span))
        alignment += _placed_alignment(segment.reading, each, offset)
    hypotheses = [each.hypothesis for each in chosen]
    return TranslationHypothesis(
        text=text,
        score=sum(float(h.score) for h in hypotheses) / max(1, len(hypotheses)),
        log_prob=sum(float(h.log_probs.sum()) for h in hypotheses),
        tokens=tuple(tokens),
        alignment=tuple(alignment),
        finished=all(h.finished for h in hypotheses),
    )


def _placed_alignment(reading: Reading, each: RestoredHypothesis, offset: int) -> list[AlignedWords]:
    """Between the two final texts; the words of a stand-in become one."""
    found: dict[tuple[Span, Span], AlignedWords] = {}
    for pair in each.alignment:
        source = reading.source_span(pair.source)
        target = _shifted(each.restored.rewriting.to_new(pair.target), offset)
        if source[0] < source[1] and target[0] < target[1]:
            found.setdefault((source, target), replace(pair, source=source, target=target))
    return list(found.values())


def _clipped(spans: Sequence[Span], end: int) -> list[Span]:
    return [(min(start, end), min(stop, end)) for start, stop in spans]


def _shifted(span: Span, offset: int) -> Span:
    return span[0] + offset, span[1] + offset
