"""Scoring a given target: how probable the model finds it, token by token."""

from __future__ import annotations

from collections.abc import Sequence

from traverba.decoding.batching import Batching
from traverba.decoding.control import Control
from traverba.decoding.engine import decode
from traverba.decoding.hypotheses import Hypothesis
from traverba.decoding.model import DecoderStep
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request, SpecialIds


def score(
    model: DecoderStep,
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    options: DecodeOptions,
    special: SpecialIds,
    *,
    control: Control | None = None,
    batching: Batching | None = None,
) -> list[Hypothesis]:
    """Each target as a hypothesis for its source, the end token included.

    Of the options, only the length and coverage penalty matter: they make the score
    comparable with that of a decoded hypothesis.
    """
    penalties = DecodeOptions(
        beam_size=1,
        length_penalty=options.length_penalty,
        coverage_penalty=options.coverage_penalty,
        guards="off",
    )
    requests = [
        Request(tuple(source), prefix=tuple(target), allowed_next=lambda ids: (special.eos,))
        for source, target in zip(sources, targets, strict=True)
    ]
    answers = decode(model, requests, penalties, special, control=control, batching=batching)
    return [answer.best for answer in answers]
