"""Ids in, ids out: answers for any number of sentences, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from traverba.decoding.batching import Batching, plan, windows
from traverba.decoding.control import Control
from traverba.decoding.hypotheses import Decoded, empty_answer, empty_hypothesis
from traverba.decoding.loop import decode_batch, is_narrowed, rows_of
from traverba.decoding.model import DecoderStep
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request, SpecialIds

Source = Sequence[int] | Request
"""Source ids, or a `Request` for a sentence that is steered; no ids at all is an empty sentence."""


def decode(
    model: DecoderStep,
    sources: Iterable[Source],
    options: DecodeOptions,
    special: SpecialIds,
    *,
    control: Control | None = None,
    batching: Batching | None = None,
) -> list[Decoded]:
    """One answer for each source.

    When ``control`` ends the call early, what is finished is returned and the rest is
    flagged "cancelled" or "deadline".
    """
    requests = [as_request(source) for source in sources]
    control = control or Control()
    answers = list(_by_window(model, requests, options, special, control, batching, len(requests)))
    rest = requests[len(answers) :]
    if rest and (reason := control.stop_reason()):
        answers += [Decoded((empty_hypothesis(len(r.source), finished=False),), (reason,)) for r in rest]
    return answers


def decode_iter(
    model: DecoderStep,
    sources: Iterable[Source],
    options: DecodeOptions,
    special: SpecialIds,
    *,
    control: Control | None = None,
    batching: Batching | None = None,
) -> Iterator[Decoded]:
    """The same as `decode`, lazily and in constant memory.

    It reads ``batching.window`` sources ahead. When ``control`` ends the call early, the
    sentences already read are still answered, with a flag, and the iterator ends.
    """
    requests = (as_request(source) for source in sources)
    return _by_window(model, requests, options, special, control or Control(), batching, None)


def as_request(source: Source) -> Request:
    """A source without steering as a request."""
    return source if isinstance(source, Request) else Request(tuple(source))


def _side_by_side(
    workers: int, run: Callable[[list[Request]], list[Decoded]], batches: list[list[Request]]
) -> Iterator[list[Decoded]]:
    """The answers of each batch, in order; ``workers`` batches at a time."""
    if workers == 1 or len(batches) < 2:
        yield from map(run, batches)
        return
    from concurrent.futures import ThreadPoolExecutor  # for bulk work only: importing it takes a while

    with ThreadPoolExecutor(workers, thread_name_prefix="traverba") as pool:
        yield from pool.map(run, batches)


def _by_window(
    model: DecoderStep,
    requests: Iterable[Request],
    options: DecodeOptions,
    special: SpecialIds,
    control: Control,
    batching: Batching | None,
    total: int | None,
) -> Iterator[Decoded]:
    batching = batching or Batching()
    done = 0
    for window in windows(requests, batching.window):
        answers: dict[int, Decoded] = {}
        for i, request in enumerate(window):
            request.check(options, model.vocab_size, special)
            if not request.source:
                answers[i] = empty_answer()
        if answers:
            control.report(done + len(answers), total)
        rows = [rows_of(request, options) for request in window]
        narrowed = [is_narrowed(model, request, options) for request in window]
        batches = plan(window, rows, narrowed, batching)
        requests_of = [[window[i] for i in batch] for batch in batches]
        decoded = _side_by_side(
            batching.workers, lambda some: decode_batch(model, some, options, special, control), requests_of
        )
        for batch, found in zip(batches, decoded, strict=True):
            answers.update(zip(batch, found, strict=True))
            control.report(done + len(answers), total)
        done += len(window)
        yield from (answers[i] for i in range(len(window)))
        if control.stop_reason():
            return
