"""From a text to the sequences a search decodes, and from its answers back to one text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traverba.alignment import align_words, word_spans
from traverba.bundle import Calibration
from traverba.confidence import confidence
from traverba.decoding import Decoded, Hypothesis, Request
from traverba.guidance import Guidance
from traverba.results import AlignedWords, Segment, Token, TranslationHypothesis
from traverba.text import Span, TextTokenizer, find_segments, join_segments


@dataclass(frozen=True)
class Prepared:
    """A text, its segments, and one request for each; a text without words has one empty request."""

    text: str
    segments: tuple[Span, ...]
    requests: tuple[Request, ...]


def prepare(text: str, target_token: int, eos: int, tokenizer: TextTokenizer, guidance: Guidance) -> Prepared:
    """The source sequence of a segment is the target language's token, its pieces, and the end token."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, not {type(text).__name__}")
    segments = tuple(find_segments(text))
    sources = [(target_token, *tokenizer.encode(text[start:end]), eos) for start, end in segments]
    return Prepared(text, segments, guidance.requests(sources))


def assemble(
    prepared: Prepared, answers: Sequence[Decoded], tokenizer: TextTokenizer, calibration: Calibration | None
) -> tuple[tuple[TranslationHypothesis, ...], tuple[Segment, ...]]:
    """All hypotheses of a text, best first, and its segments. The r-th joins the r-th of every segment."""
    if not prepared.segments:
        return (assemble_hypothesis(prepared, (), tokenizer),), ()
    count = max(len(answer.hypotheses) for answer in answers)
    ranked = [[a.hypotheses[min(rank, len(a.hypotheses) - 1)] for a in answers] for rank in range(count)]
    hypotheses = tuple(assemble_hypothesis(prepared, chosen, tokenizer) for chosen in ranked)
    _, placed = join_segments(prepared.text, prepared.segments, _texts(ranked[0], tokenizer))
    segments = tuple(
        Segment(
            source,
            target,
            float(answer.best.score),
            confidence(answer.best.log_probs.tolist(), calibration),
            answer.flags,
        )
        for source, target, answer in zip(prepared.segments, placed, answers, strict=True)
    )
    return hypotheses, segments


def assemble_hypothesis(
    prepared: Prepared,
    chosen: Sequence[Hypothesis],
    tokenizer: TextTokenizer,
    frame: tuple[str, Sequence[Span]] | None = None,
) -> TranslationHypothesis:
    """One hypothesis of every segment, put in their places: the source's, or those of another ``frame``."""
    outer, places = frame or (prepared.text, prepared.segments)
    text, placed = join_segments(outer, places, _texts(chosen, tokenizer))
    tokens: list[Token] = []
    alignment: list[AlignedWords] = []
    for index, (hypothesis, target) in enumerate(zip(chosen, placed, strict=True)):
        target_tokens = _shifted(tokenizer.spans(hypothesis.ids), target)
        log_probs = hypothesis.log_probs.tolist()[: len(target_tokens)]
        tokens += (
            Token(text[slice(*span)], log_prob, span)
            for span, log_prob in zip(target_tokens, log_probs, strict=True)
        )
        alignment += _align(prepared, index, hypothesis, text, target, target_tokens, tokenizer)
    return TranslationHypothesis(
        text=text,
        score=sum(float(h.score) for h in chosen) / max(1, len(chosen)),
        log_prob=sum(float(h.log_probs.sum()) for h in chosen),
        tokens=tuple(tokens),
        alignment=tuple(alignment),
        finished=all(h.finished for h in chosen),
    )


def _align(
    prepared: Prepared,
    index: int,
    hypothesis: Hypothesis,
    text: str,
    target: Span,
    target_tokens: Sequence[Span],
    tokenizer: TextTokenizer,
) -> tuple[AlignedWords, ...]:
    source = prepared.segments[index]
    source_ids = prepared.requests[index].source[1:-1]  # neither language nor end token is a word
    return align_words(
        hypothesis.attention[: len(target_tokens), 1:-1],
        target_tokens,
        _shifted(tokenizer.spans(source_ids), source),
        word_spans(text, target),
        word_spans(prepared.text, source),
    )


def _texts(chosen: Sequence[Hypothesis], tokenizer: TextTokenizer) -> Iterator[str]:
    return (tokenizer.decode(hypothesis.ids) for hypothesis in chosen)


def _shifted(spans: Sequence[Span], within: Span) -> list[Span]:
    """Spans of a segment as spans of the whole text."""
    offset, end = within
    return [(min(start + offset, end), min(stop + offset, end)) for start, stop in spans]
