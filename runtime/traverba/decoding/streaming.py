"""Tokens as they are decided, while the search goes on.

A token is decided once every hypothesis that can still become the answer has it at its
place: at once in greedy decoding, in beam search when all live hypotheses and the best
finished one agree. Draws of which the best is returned are decided only at the end.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from traverba.decoding.control import Control
from traverba.decoding.engine import Source, as_request
from traverba.decoding.guards import inspect, retry_reason
from traverba.decoding.hypotheses import Decoded, empty_answer
from traverba.decoding.loop import make_lists, make_search, review, search_steps
from traverba.decoding.loops import LoopWatch, repeats_itself
from traverba.decoding.model import DecoderStep
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import SpecialIds


def stream_decode(
    model: DecoderStep,
    source: Source,
    options: DecodeOptions,
    special: SpecialIds,
    *,
    control: Control | None = None,
) -> Generator[tuple[int, ...], None, Decoded]:
    """Yields the ids of the best hypothesis piece by piece; returns the whole answer.

    The pieces together are what `decode` returns. What has been handed out cannot be taken
    back, so tokens that may be the beginning of a loop wait until it is clear that they are
    not; and a runaway sentence, for which `decode` starts anew, is only flagged.
    """
    request, control = as_request(source), control or Control()
    request.check(options, model.vocab_size, special)
    if not request.source:
        return empty_answer()
    lists = make_lists(model, [request], options, special)
    search = make_search([request], options, special, model.vocab_size, lists)
    holds_back = options.guards == "retry" and not repeats_itself(request.source)
    watch = LoopWatch()
    decided: list[int] = []
    sent = 0
    for _ in search_steps(model, [request], search, special, control, lists):
        for token in search.decided(len(decided)):
            decided.append(token)
            watch.push(token)
        if piece := decided[sent : watch.certain if holds_back else None]:
            sent += len(piece)
            yield tuple(piece)
    if sent and retry_reason(inspect(request, search.answers[0])) == "runaway":
        options = replace(options, guards="flag" if options.guards == "retry" else options.guards)
    [answer] = review(model, [request], search.answers, options, special, control)
    if rest := answer.best.ids[sent:]:
        yield rest
    return answer
