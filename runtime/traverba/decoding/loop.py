"""The decoding loop of one batch: encode once, then step until every sentence has its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traverba.decoding.batching import pad
from traverba.decoding.beam import BeamChooser
from traverba.decoding.candidates import CandidateSource
from traverba.decoding.choosing import Chooser
from traverba.decoding.constraints import ConstrainedChooser, stages
from traverba.decoding.control import Control
from traverba.decoding.greedy import GreedyChooser
from traverba.decoding.guards import RETRIED, inspect, resolve, retry_options, retry_reason, retry_request
from traverba.decoding.hypotheses import Decoded
from traverba.decoding.model import DecoderStep, Ids
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request, SpecialIds
from traverba.decoding.sampling import SamplingChooser
from traverba.decoding.search import Rows, Search


def rows_of(request: Request, options: DecodeOptions) -> int:
    """K of one sentence: the beam, widened to hold every stage of its constraints."""
    if not request.constraints:
        return options.rows
    return max(options.rows, stages(request.constraints) + 1)


def is_narrowed(model: DecoderStep, request: Request, options: DecodeOptions) -> bool:
    """Whether a sentence is decoded with a list of target tokens instead of the whole vocabulary."""
    return model.shortlist is not None and model.shortlist.covers(request, options)


def make_lists(
    model: DecoderStep, requests: Sequence[Request], options: DecodeOptions, special: SpecialIds
) -> Ids | None:
    """(B, L) the target tokens of each sentence, or None for a batch that needs the whole vocabulary."""
    if model.shortlist is None or not all(is_narrowed(model, request, options) for request in requests):
        return None
    banned = (*special.never, *options.suppressed_ids)
    return model.shortlist.lists([request.source for request in requests], banned)


def make_search(
    requests: Sequence[Request],
    options: DecodeOptions,
    special: SpecialIds,
    vocab_size: int,
    lists: Ids | None = None,
) -> Search:
    """The search that the options call for, over requests that may share a batch; see `make_lists`."""
    K = width = rows_of(requests[0], options)
    chooser: Chooser
    if requests[0].constraints:
        chooser, width = ConstrainedChooser(special, requests, K), vocab_size
    elif options.sampling is not None:
        chooser = SamplingChooser(special.eos, requests, options.sampling, K)
        width = options.sampling.top_k or vocab_size
    elif K == 1:
        chooser = GreedyChooser(special.eos)
    else:
        chooser = BeamChooser(special.eos, K)
    if lists is not None:
        vocab_size = lists.shape[1]
    source = CandidateSource(requests, options, special, vocab_size, K, width, narrowed=lists is not None)
    can_end = special.eos not in options.suppressed_ids
    return Search(requests, options, source, chooser, K, can_end=can_end)


def search_steps(
    model: DecoderStep,
    requests: Sequence[Request],
    search: Search,
    special: SpecialIds,
    control: Control,
    lists: Ids | None = None,
) -> Iterator[None]:
    """Run a search over one batch, pausing after each step; ``lists`` are those it was made with."""
    if reason := control.stop_reason():
        return search.stop(reason)
    memory, state = model.encode(*pad([request.source for request in requests], special.pad))
    if lists is not None:
        memory = model.narrow(memory, lists, search.beam_size)
    rows: Rows | None = search.start(special.bos)
    while rows is not None:
        if reason := control.stop_reason():
            return search.stop(reason)
        output = model.step(
            rows.prev_ids,
            rows.parents,
            state,
            memory,
            search.top_k,
            with_log_probs=search.wants_log_probs,
        )
        state = output.state
        rows = search.advance(output)
        if rows is not None and rows.sentences is not None:
            memory = model.select(memory, rows.sentences)
        yield


def decode_batch(
    model: DecoderStep,
    requests: Sequence[Request],
    options: DecodeOptions,
    special: SpecialIds,
    control: Control,
) -> list[Decoded]:
    """One batch from encoder to answers."""
    lists = make_lists(model, requests, options, special)
    search = make_search(requests, options, special, model.vocab_size, lists)
    for _ in search_steps(model, requests, search, special, control, lists):
        pass
    return review(model, requests, search.answers, options, special, control)


def review(
    model: DecoderStep,
    requests: Sequence[Request],
    answers: list[Decoded],
    options: DecodeOptions,
    special: SpecialIds,
    control: Control,
) -> list[Decoded]:
    """The answers as the guards leave them: flagged, or decoded once more with a penalty."""
    if options.guards == "off":
        return answers
    answers = [inspect(request, answer) for request, answer in zip(requests, answers, strict=True)]
    if options.guards == "flag":
        return answers
    reasons = [retry_reason(answer) for answer in answers]
    for reason in RETRIED:
        indices = [i for i, found in enumerate(reasons) if found == reason]
        if indices and not control.stop_reason():
            resumed = [retry_request(requests[i], answers[i], options) for i in indices]
            again = decode_batch(model, resumed, retry_options(options, reason), special, control)
            for i, answer in zip(indices, again, strict=True):
                answers[i] = resolve(answers[i], answer, reason)
    return answers
