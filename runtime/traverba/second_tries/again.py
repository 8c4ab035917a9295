"""The search, asked once more for some segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from traverba.decoding import Control, Decoded, DecodeOptions, Request, SpecialIds, decode
from traverba.timing import TimedModel


def decode_again(
    model: TimedModel,
    requests: Mapping[int, Request],
    options: DecodeOptions,
    special: SpecialIds,
    control: Control,
) -> dict[int, Decoded]:
    """The answers to second requests, all together, without progress; none if there is no time for them."""
    if not requests or control.stop_reason():
        return {}
    quiet = replace(control, on_progress=None)
    again = decode(model, list(requests.values()), options, special, control=quiet)
    return dict(zip(requests, again, strict=True))
